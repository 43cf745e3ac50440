import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Les sources")


@app.cell
def _():
    from datetime import timedelta

    import marimo as mo
    import pandas as pd
    from matplotlib import pyplot as plt

    from signals.blind_spots import blind_spots
    from storage import frames
    from vigie import figures, gazetteer

    figures.use_style()
    data = frames.of_workspace()
    sources = data.sources()
    return blind_spots, data, figures, gazetteer, mo, pd, plt, sources, timedelta


@app.cell(hide_code=True)
def _(data, figures, mo, sources):
    _mute = int((sources.documents == 0).sum())
    _said = figures.plural(_mute, "n’a encore rien donné", "n’ont encore rien donné")
    _said = _said if _mute else "chacune a donné"
    mo.md(f"""
    # Les sources · {data.settings.watch.name}

    Ce qu’elles donnent, comment elles vont, ce que chacune a apporté, et ce que toutes ensemble ne
    voient pas. Au {figures.day(data.as_of)} :
    {figures.plural(len(sources), "source", "sources")},
    {figures.plural(int(sources.documents.sum()), "document", "documents")} ;
    {_said}.
    """)
    return


@app.cell
def _(data, figures, mo, plt, timedelta):
    weeks = data.source_weeks()
    mo.stop(weeks.empty, mo.md("Aucun document n’est encore connu : « vigie run »."))
    _last = weeks.week.max()
    _shown = weeks[weeks.week > _last - timedelta(weeks=26)]
    _grid = _shown.pivot_table(
        index="source", columns="week", values="documents", aggfunc="sum", fill_value=0
    )
    _grid = _grid.loc[_grid.sum(axis=1).sort_values(ascending=False).index][:40]
    _grid = _grid.T.resample("W-MON").sum().T
    _fig, _axes = plt.subplots(figsize=(9.5, 0.28 * len(_grid) + 1.8))
    # One crowded week of one source must not make all others pale.
    _most = max(float(_grid.stack().quantile(0.98)), 1)
    _drawn = _axes.imshow(
        _grid.where(_grid > 0),
        aspect="auto",
        cmap="Blues",
        vmin=-_most / 8,
        vmax=_most,
        interpolation="none",
    )
    _axes.set_yticks(range(len(_grid)), [figures.short(name, 36) for name in _grid.index])
    _ticks = range(0, len(_grid.columns), max(len(_grid.columns) // 6, 1))
    _axes.set_xticks(_ticks, [figures.day(_grid.columns[n], "d MMM\ny") for n in _ticks])
    _axes.tick_params(length=0)
    _axes.spines[:].set_visible(False)
    _axes.set_xlabel("semaine (lundi) ; case blanche : rien cette semaine-là")
    _axes.set_title("Documents que chaque source a donnés")
    _bar = _fig.colorbar(_drawn, ax=_axes, extend="max", shrink=0.8, pad=0.02)
    _bar.set_label("documents par semaine")
    _bar.ax.set_ylim(0, _most)
    figures.counts_axis(_bar.ax)
    figures.finished(_fig)
    return


@app.cell
def _(figures, plt, sources):
    _shown = sources[sources.documents > 0].nlargest(25, ["kept", "discoveries", "documents"])
    _panels = (
        ("documents", "Documents", figures.GREY),
        ("discoveries", "Acteurs nommés d’abord", figures.SKY),
        ("kept", "dont retenus", figures.GREEN),
    )
    _fig, _all = plt.subplots(1, 3, figsize=(9.5, 0.3 * len(_shown) + 1.6), sharey=True)
    for _axes, (_column, _title, _colour) in zip(_all, _panels, strict=True):
        _axes.barh(range(len(_shown)), _shown[_column], color=_colour)
        for _place, _value in enumerate(_shown[_column]):
            _axes.text(_value, _place, f" {figures.number(_value)}", va="center", fontsize=8)
        _axes.margins(y=0.02)
        _axes.set_xlim(0, max([1, *(1.2 * _shown[_column])]))
        figures.counts_axis(_axes, "x")
        _axes.set_title(_title, fontsize=10)
        _axes.set_xlabel("documents" if _column == "documents" else "acteurs")
    _all[0].set_yticks(range(len(_shown)), [figures.short(name, 34) for name in _shown.source])
    _all[0].invert_yaxis()
    _fig.suptitle("Ce que chaque source a apporté", x=0.01, ha="left", weight="bold")
    figures.finished(_fig)
    return


@app.cell
def _(figures, plt, sources):
    expected = sources.dropna(subset=["expected_low"]).sort_values("per_week")
    _fig, _axes = plt.subplots(figsize=(9.5, 0.3 * max(len(expected), 3) + 1.6))
    for _place, _one in enumerate(expected.itertuples()):
        _axes.plot(
            [_one.expected_low, _one.expected_high],
            [_place, _place],
            color=figures.PALE,
            linewidth=8,
            solid_capstyle="butt",
            label="attendu" if not _place else None,
        )
        _fits = _one.expected_low <= _one.per_week <= _one.expected_high
        _axes.scatter(
            _one.per_week, _place, color=figures.GREEN if _fits else figures.RED, zorder=3
        )
    _axes.scatter([], [], color=figures.GREEN, label="donné, comme attendu")
    _axes.scatter([], [], color=figures.RED, label="donné, hors de l’attendu")
    _axes.set_yticks(range(len(expected)), [figures.short(name, 34) for name in expected.source])
    _axes.set_xscale("symlog", linthresh=1)
    _axes.set_xlim(left=-0.1)
    _ticks = [n for n in (0, 1, 2, 5, 10, 20, 50, 100, 200) if n <= _axes.get_xlim()[1]]
    _axes.set_xticks(_ticks, [figures.number(n) for n in _ticks])
    _axes.minorticks_off()
    _axes.grid(visible=True, axis="x")
    _axes.set_xlabel("documents par semaine, moyenne des quatre dernières (échelle serrée)")
    _axes.set_title("Donnent-elles ce qu’on attend d’elles ?")
    if expected.empty:
        figures.nothing(_axes, "Aucune ne dit combien de documents on attend d’elle (expected).")
    else:
        _fig.legend(loc="outside lower center", ncols=3)
    figures.finished(_fig)
    return


@app.cell
def _(mo):
    mo.md("""
    ## Comment elles vont

    À leur dernière visite ; une source importée de fichiers n’est pas visitée.
    """)
    return


@app.cell
def _(figures, pd, sources):
    def moment(value):
        return "" if pd.isna(value) else figures.day(value, "d MMM y")

    figures.table(
        sources.assign(
            state=sources.state.fillna("pas encore essayée"),
            newest=sources.newest.map(moment),
            last_try=sources.last_try.map(moment),
        )
        .sort_values(["failures", "source"], ascending=[False, True])[
            ["source", "kind", "state", "message", "last_try", "failures", "newest"]
        ]
        .rename(
            columns={
                "source": "Source",
                "kind": "Sorte",
                "state": "État",
                "message": "Ce qui s’est passé",
                "last_try": "Dernière visite",
                "failures": "Échecs de suite",
                "newest": "Dernier document",
            }
        ),
        most=60,
    )
    return


@app.cell
def _(blind_spots, data, sources, timedelta):
    # A season, with the actors named in a year.
    since = data.as_of - timedelta(weeks=13)
    _recent = data.documents(since=since).groupby("source_id").size().to_dict()
    spots = blind_spots(
        data.facts(active_days=365),
        data.settings.watch,
        since,
        listed=data.listed(),
        documents={**dict.fromkeys(sources.source_id, 0), **_recent},
    )
    return since, spots


@app.cell
def _(figures, gazetteer, mo, since, sources, spots):
    _blind = [one for one in spots.communes if one.blind]
    _names = dict(zip(sources.source_id, sources.source, strict=True))
    _said = [
        f"- **{gazetteer.commune(one.what).name}** : "
        f"{figures.plural(one.stories, 'récit', 'récits')} pour "
        f"{figures.number(one.expected, 1)} attendus d’après ses "
        f"{figures.number(one.population)} habitants"
        + (
            f", {figures.number(one.by_register, 1)} d’après les annuaires"
            if one.by_register
            else ""
        )
        for one in _blind[:12]
    ]
    _said += [
        f"- thème dont les mots ne se trouvent dans aucune phrase lue : **{theme}**"
        for theme, stories in spots.themes.items()
        if not stories
    ]
    _mute = [_names.get(one, one) for one in spots.silent]
    if _mute:
        _said.append(f"- sources muettes : {', '.join(_mute)}")
    mo.md(
        f"## Ce que les sources ne voient pas\n\nDu {figures.day(since)} au "
        f"{figures.day(spots.as_of)}.\n\n" + ("\n".join(_said) or "Aucun angle mort ne ressort.")
    )
    return


@app.cell
def _(figures, gazetteer, plt, spots):
    _told = [one for one in spots.communes if one.population]
    _fig, _axes = plt.subplots(figsize=(9.5, 5.2))
    if not _told:
        figures.nothing(_axes, "Le territoire n’a pas de communes dont on sache la population.")
    for _blind, _label, _colour in (
        (False, "comme attendu", figures.GREY),
        (True, "angle mort (moins d’une chance sur cent)", figures.RED),
    ):
        _some = [one for one in _told if one.blind == _blind]
        _axes.scatter(
            [one.expected for one in _some],
            [one.stories for one in _some],
            s=[max(one.population**0.5, 12) for one in _some],
            color=_colour,
            alpha=0.8,
            label=_label,
        )
    _largest = max((max(one.expected, one.stories) for one in _told), default=1)
    _axes.plot([0, _largest], [0, _largest], color=figures.INK, linewidth=0.8, linestyle="dashed")
    _axes.set_xscale("symlog", linthresh=1)
    _axes.set_yscale("symlog", linthresh=1)
    _ticks = [n for n in (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if n <= 2 * _largest]
    _axes.set_xticks(_ticks, [figures.number(n) for n in _ticks])
    _axes.set_yticks(_ticks, [figures.number(n) for n in _ticks])
    _axes.minorticks_off()
    _axes.set_xlabel("récits attendus d’après la population (échelle logarithmique)")
    _axes.set_ylabel("récits qui la nomment (échelle logarithmique)")
    _axes.set_title("Communes du territoire : dites autant qu’elles sont peuplées ?")
    _legend = _axes.legend(loc="lower right")
    for _handle in _legend.legend_handles:
        _handle.set_sizes([40])
    figures.labels(
        _axes,
        [
            (gazetteer.commune(one.what).name, (one.expected, one.stories))
            for one in sorted(_told, key=lambda one: (not one.blind, -one.population))[:20]
        ],
    )
    figures.finished(_fig)
    return


if __name__ == "__main__":
    app.run()
