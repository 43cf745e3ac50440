import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Communautés")


@app.cell
def _():
    from datetime import timedelta

    import marimo as mo
    import networkx as nx
    from matplotlib import pyplot as plt

    from storage import frames
    from vigie import figures

    figures.use_style()
    data = frames.of_workspace()
    clusters = data.clusters()
    return clusters, data, figures, mo, nx, plt, timedelta


@app.cell(hide_code=True)
def _(data, mo):
    mo.md(f"""
    # Communautés · {data.settings.watch.name}

    Les groupes que forment les candidats et les acteurs retenus, semaine après semaine ; puis le
    réseau de ceux que les textes nomment ensemble, et comment il a changé.
    """)
    return


@app.cell
def _(clusters, figures, plt):
    _fig, _axes = plt.subplots(figsize=(9.5, 0.42 * max(clusters.cluster_id.nunique(), 4) + 1.8))
    if clusters.empty:
        figures.nothing(_axes, "Aucune file n’a encore montré de groupe.")
    _rows = list(dict.fromkeys(clusters.sort_values("as_of").cluster_id))
    _labels = clusters.groupby("cluster_id").cluster.last()
    _sizes = clusters.groupby(["cluster_id", "as_of", "change"]).size().reset_index(name="members")
    _colours = {
        "nouveau": figures.GREEN,
        "se poursuit": figures.GREY,
        "né d’une réunion": figures.BLUE,
        "né d’une scission": figures.ORANGE,
    }
    for _id, _own in _sizes.groupby("cluster_id"):
        _place = _rows.index(_id)
        _axes.plot(_own.as_of, [_place] * len(_own), color=figures.PALE, linewidth=3, zorder=1)
    for _change, _colour in _colours.items():
        _some = _sizes[_sizes.change == _change]
        if len(_some):
            _axes.scatter(
                _some.as_of,
                _some.cluster_id.map(_rows.index),
                s=50 + 45 * _some.members,
                color=_colour,
                zorder=2,
                label=_change,
            )
    for _one in _sizes.itertuples():
        _axes.text(
            _one.as_of,
            _rows.index(_one.cluster_id),
            str(_one.members),
            ha="center",
            va="center",
            color="white",
            fontsize=8,
            weight="bold",
        )
    if len(clusters):
        _axes.set_yticks(range(len(_rows)), [figures.short(_labels[one], 44) for one in _rows])
        _axes.set_ylim(len(_rows) - 0.4, -0.6)
        _days = sorted(set(clusters.as_of))
        _shown = _days[:: max(len(_days) // 8, 1)]
        _axes.set_xticks(_shown, [figures.day(one, "d MMM y") for one in _shown])
        _axes.margins(x=0.08)
        _axes.set_xlabel("file de la semaine ; dans le disque, le nombre de membres")
        _fig.legend(loc="outside lower center", ncols=4)
    _axes.set_title("Les groupes, semaine après semaine")
    figures.finished(_fig)
    return


@app.cell
def _(clusters, figures):
    figures.table(
        clusters[clusters.as_of == clusters.as_of.max()]
        .assign(known=lambda table: table.known.map({True: "déjà retenu", False: "candidat"}))[
            ["cluster", "change", "name", "known"]
        ]
        .rename(
            columns={
                "cluster": "Groupe (ses termes)",
                "change": "Depuis la semaine d’avant",
                "name": "Membre",
                "known": "Connu",
            }
        )
    )
    return


@app.cell
def _(mo):
    weeks = mo.ui.slider(4, 52, value=13, label="Semaines par période", show_value=True)
    least = mo.ui.slider(1, 10, value=1, label="Récits, au moins", show_value=True)
    mo.hstack([weeks, least], justify="start")
    return least, weeks


@app.cell
def _(data, mo, nx, timedelta, weeks):
    def part(graph, inside):
        """Return a part in the order of the whole: sets have none, and drawings follow it."""
        found = nx.Graph()
        found.add_nodes_from(
            (node, told) for node, told in graph.nodes(data=True) if node in inside
        )
        found.add_edges_from(one for one in graph.edges(data=True) if {*one[:2]} <= inside)
        return found

    def network(as_of, least):
        """Who was named with whom in the weeks before a day; weight in independent stories."""
        since = as_of - timedelta(weeks=weeks.value)
        ties = data.at(as_of).relations(since=since)
        ties = ties.dropna(subset=["name", "other"])
        graph = nx.Graph()
        for one in ties.itertuples():
            before = graph.get_edge_data(one.actor_id, one.other_id, {"weight": 0})["weight"]
            graph.add_node(one.actor_id, name=one.name)
            graph.add_node(one.other_id, name=one.other)
            graph.add_edge(one.actor_id, one.other_id, weight=before + int(one.stories))
        weak = [(a, b) for a, b, weight in graph.edges(data="weight") if weight < least]
        graph.remove_edges_from(weak)
        graph.remove_nodes_from(list(nx.isolates(graph)))
        strongest = sorted(graph, key=lambda node: -graph.degree(node, weight="weight"))[:60]
        kept = graph.subgraph(strongest)
        # Two who are only tied to each other are in the table of relations; here they hide others.
        told = [group for group in nx.connected_components(kept) if len(group) > 2]
        return part(graph, set().union(*told))

    def placed(graph):
        """Each connected part laid out by itself, the largest first, in rows like words."""
        places, left, top, height, width = {}, 0.0, 0.0, 0.0, len(graph) ** 0.5
        for group in sorted(nx.connected_components(graph), key=len, reverse=True):
            size = len(group) ** 0.5
            if left and left + size > 1.6 * width:
                left, top, height = 0.0, top - height - 0.8, 0.0
            laid = nx.kamada_kawai_layout(part(graph, group), scale=size / 2)
            for node, (x, y) in laid.items():
                places[node] = (left + size / 2 + x, top - size / 2 + y)
            left, height = left + size + 1.2, max(height, size)
        return places

    _days = data.documents().known_on
    mo.stop(_days.empty, mo.md("Aucun document n’est encore connu : « vigie run »."))
    day = _days.max().date()
    periods = [day - timedelta(weeks=weeks.value * n) for n in (1, 0)]
    return network, periods, placed


@app.cell
def _(figures, least, network, nx, periods, placed, plt, weeks):
    graphs = [network(period, least.value) for period in periods]
    _both = nx.compose(*graphs)
    communities = [
        group for group in nx.community.louvain_communities(_both, seed=1) if len(group) > 2
    ]
    communities.sort(key=len, reverse=True)
    _colour = {
        node: figures.COLOURS[n]
        for n, group in enumerate(communities[: len(figures.COLOURS)])
        for node in group
    }
    # A period without any link is a line, no empty frame.
    _heights = [6.5 if len(one) else 0.5 for one in graphs] if len(_both) else [3, 0.5]
    _fig, _all = plt.subplots(
        2,
        1,
        figsize=(9.5, sum(_heights)),
        height_ratios=_heights,
        sharex=True,
        sharey=True,
    )
    if not len(_both):
        figures.nothing(_all[0], "Aucun lien n’est assez fort : baissez le nombre de récits.")
    # One drawing of both periods: whoever stays, stays in place.
    _places = placed(_both)
    for _axes, _graph, _period in zip(_all, graphs, periods, strict=True):
        _axes.set_axis_off()
        _axes.set_title(
            f"{figures.plural(weeks.value, 'semaine', 'semaines')} jusqu’au "
            f"{figures.day(_period)} : {figures.plural(len(_graph), 'acteur', 'acteurs')}, "
            f"{figures.plural(_graph.number_of_edges(), 'lien', 'liens')}",
            fontsize=10,
        )
        for _a, _b, _weight in _graph.edges(data="weight"):
            (_x, _y), (_u, _v) = _places[_a], _places[_b]
            _same = _colour.get(_a) and _colour.get(_a) == _colour.get(_b)
            _axes.plot(
                [_x, _u],
                [_y, _v],
                color=_colour[_a] if _same else figures.PALE,
                linewidth=min(0.6 + 0.4 * _weight, 5),
                alpha=0.6,
                zorder=1,
            )
        _degrees = dict(_graph.degree(weight="weight"))
        for _node, _degree in _degrees.items():
            _x, _y = _places[_node]
            _axes.scatter(
                _x,
                _y,
                s=24 + 7 * _degree,
                color=_colour.get(_node, figures.GREY),
                edgecolor="white",
                zorder=2,
            )
    _fig.suptitle("Qui est nommé avec qui", x=0.01, ha="left", weight="bold")
    _fig.supxlabel(
        "taille : récits partagés ; couleur : acteurs souvent nommés ensemble (Louvain) ; "
        "gris : sans groupe",
        fontsize=8,
    )
    # Names last: where they fit depends on the whole drawing.
    for _axes, _graph in zip(_all, graphs, strict=True):
        _degrees = dict(_graph.degree(weight="weight"))
        _most = sorted(_degrees, key=_degrees.get, reverse=True)[:30]
        figures.labels(
            _axes,
            [(figures.short(_graph.nodes[one]["name"], 36), _places[one]) for one in _most],
        )
    figures.finished(_fig)
    return communities, graphs


@app.cell
def _(communities, figures, graphs, mo):
    _names = {node: name for graph in graphs for node, name in graph.nodes(data="name")}
    _before, _now = (set(graph) for graph in graphs)
    _said = []
    for _group in sorted(communities[: len(figures.COLOURS)], key=lambda one: -len(one & _now)):
        _here = sorted(_names[node] for node in _group & _now)
        _new = sorted(_names[node] for node in _group & _now - _before)
        if _here:
            _said.append(
                f"- **{figures.plural(len(_here), 'acteur', 'acteurs')}** : {', '.join(_here[:8])}"
                + (" …" if len(_here) > 8 else "")
                + (f" ; nouveaux venus : {', '.join(_new[:5])}" if _new else "")
            )
    mo.md("## Les groupes du réseau\n\n" + ("\n".join(_said) or "Aucun groupe de trois ou plus."))
    return


if __name__ == "__main__":
    app.run()
