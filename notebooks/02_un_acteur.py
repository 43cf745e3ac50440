import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Un acteur")


@app.cell
def _():
    from math import cos, pi, sin

    import marimo as mo
    import pandas as pd
    from matplotlib import pyplot as plt

    from storage import frames
    from vigie import figures

    figures.use_style()
    data = frames.of_workspace()
    candidates = data.candidates()
    actors = data.actors()
    return actors, candidates, cos, data, figures, mo, pd, pi, plt, sin


@app.cell(hide_code=True)
def _(data, mo):
    mo.md(f"""
    # Un acteur · {data.settings.watch.name}

    De la première mention à l’avis : ce que chaque source a dit de lui, quand il fut proposé et
    jugé, et avec qui on le nomme.
    """)
    return


@app.cell
def _(actors, candidates, mo):
    # Those whom a queue has shown come first, the most told of them at the top.
    _named = actors[actors.mentions > 0]  # directories list some whom no text has named yet
    _was_shown = _named.actor_id.isin(candidates.root_id)
    _shown = _named[_was_shown].nlargest(200, "stories")
    _others = _named[~_was_shown].nlargest(200, "stories")
    choices = {}
    for _one in [*_shown.itertuples(), *_others.itertuples()]:
        _label = f"{_one.name} ({_one.commune})" if isinstance(_one.commune, str) else _one.name
        choices.setdefault(_label, _one.actor_id)
    chosen = mo.ui.dropdown(
        choices, value=next(iter(choices), None), searchable=True, label="Acteur"
    )
    chosen
    return (chosen,)


@app.cell
def _(actors, chosen, data, mo):
    mo.stop(chosen.value is None, mo.md("Aucun acteur n’est encore connu : « vigie run »."))
    actor = actors[actors.actor_id == chosen.value].iloc[0]
    mentions = data.mentions(actor_id=chosen.value)
    return actor, mentions


@app.cell
def _(actor, figures, mentions, mo):
    _first = mentions.iloc[0]
    _verdict = actor.verdict if isinstance(actor.verdict, str) else "pas encore jugé"
    mo.md(f"""
    ## {actor["name"]}

    {actor.kind}, {actor.commune if isinstance(actor.commune, str) else "commune inconnue"} ;
    {figures.plural(actor.mentions, "mention", "mentions")},
    {figures.plural(actor.stories, "récit indépendant", "récits indépendants")},
    {figures.plural(actor.sources, "source", "sources")} ; {_verdict}.

    Nommé d’abord le {figures.day(_first.day)} par {_first.source} : « {_first.sentence} »
    """)
    return


@app.cell
def _(actor, candidates, chosen, data, figures, mentions, pd, plt):
    _proposed = candidates[candidates.root_id == chosen.value]
    _given = data.judgements()
    _given = _given[(_given.root_id == chosen.value) & _given.stands]
    _sources = list(dict.fromkeys(mentions.source))[:12]
    _fig, _axes = plt.subplots(figsize=(9.5, 1.7 + 0.36 * len(_sources)))
    _kinds = {"article": figures.BLUE, "événement": figures.GREEN, "avis légal": figures.GOLD}
    for _kind, _colour in _kinds.items():
        _some = mentions[mentions.document_kind == _kind].drop_duplicates("document_id")
        _some = _some[_some.source.isin(_sources)]
        if len(_some):
            _rows = _some.source.map(_sources.index)
            _axes.scatter(_some.day, _rows, color=_colour, s=42, label=_kind, zorder=3)
    _lines = [
        (_proposed.as_of, "dotted", figures.ORANGE, "proposé dans une file"),
        (_given["at"].dt.tz_localize(None), "solid", figures.RED, "jugé"),
    ]
    for _days, _style, _colour, _label in _lines:
        for _number, _day in enumerate(_days):
            _name = _label if not _number else None
            _axes.axvline(_day, linestyle=_style, color=_colour, linewidth=1.4, label=_name)
    _axes.set_yticks(range(len(_sources)), [figures.short(one, 32) for one in _sources])
    _axes.set_ylim(len(_sources) - 0.4, -0.6)
    _days = pd.Timedelta(days=3)
    _axes.set_xlim(mentions.day.min() - _days, pd.Timestamp(data.as_of) + _days)
    _axes.grid(visible=True, axis="y")
    figures.time_axis(_axes)
    _axes.set_xlabel("jour depuis lequel le document est connu")
    _axes.set_title(f"« {figures.short(actor['name'], 50)} » : qui en a parlé, et quand")
    _fig.legend(loc="outside lower center", ncols=5)
    figures.finished(_fig)
    return


@app.cell
def _(actor, chosen, data, figures, pd, plt):
    _counts = data.weekly_counts(actor_id=chosen.value).groupby("week").stories.sum()
    # Up to now, so that silence shows.
    _mondays = pd.date_range(_counts.index.min(), data.as_of, freq="W-MON")
    _counts = _counts.reindex(_mondays, fill_value=0)
    _end = _mondays[-1] + pd.Timedelta(weeks=1)
    _whole_count = [0, *_counts.cumsum(), _counts.sum()]
    _when = [_mondays[0], *_mondays, _end]
    _fig, (_weekly, _whole) = plt.subplots(2, figsize=(9.5, 4.6), sharex=True)
    _weekly.bar(_counts.index, _counts, width=6, align="edge", color=figures.BLUE)
    _weekly.set_ylabel("récits par semaine")
    figures.counts_axis(_weekly)
    _whole.step(_when, _whole_count, where="post", color=figures.BLUE, linewidth=2)
    _whole.fill_between(_when, _whole_count, step="post", color=figures.BLUE, alpha=0.12)
    _whole.set_ylabel("récits en tout")
    _whole.set_ylim(bottom=0)
    figures.counts_axis(_whole)
    figures.time_axis(_whole)
    _whole.set_xlabel("semaine")
    _weekly.set_title(f"« {figures.short(actor['name'], 50)} » : récits indépendants")
    figures.finished(_fig)
    return


@app.cell
def _(actor, chosen, cos, data, figures, pi, plt, sin):
    ties = data.relations()
    ties = ties[(ties.actor_id == chosen.value) | (ties.other_id == chosen.value)]
    _turned = ties.actor_id != chosen.value
    ties = ties.assign(
        neighbour=ties.other.mask(_turned, ties.name),
        way=ties.relation.mask(
            _turned,
            ties.relation.replace({"porté par": "porte", "membre de": "a pour membre"}),
        ),
    ).dropna(subset=["neighbour"])
    _near = ties.groupby("neighbour").agg(stories=("stories", "sum"), way=("way", "first"))
    _near = _near.nlargest(12, "stories")
    _fig, _axes = plt.subplots(figsize=(9, 2.6 + 0.28 * len(_near)))
    _ways = ["nommé avec", "partenaire de", "porté par", "porte", "membre de", "a pour membre"]
    _colours = dict(zip(_ways, (figures.GREY, *figures.COLOURS), strict=False))
    for _place, _one in enumerate(_near.itertuples()):
        _angle = pi / 2 - 2 * pi * _place / len(_near)
        _x, _y = 1.5 * cos(_angle), sin(_angle)
        _colour = _colours.get(_one.way, figures.GREY)
        _axes.plot([0, _x], [0, _y], color=_colour, linewidth=1 + _one.stories**0.5, zorder=1)
        _axes.scatter(_x, _y, s=90, color=_colour, zorder=2)
        _side = "left" if _x > 0.2 else "right" if _x < -0.2 else "center"
        _axes.annotate(
            f"{figures.short(_one.Index, 44)}\n{figures.plural(_one.stories, 'récit', 'récits')}",
            (_x, _y),
            xytext=(8 * (_x > 0.2) - 8 * (_x < -0.2), 14 * (_y > 0) - 14 * (_y < 0)),
            textcoords="offset points",
            ha=_side,
            va="center",
            fontsize=8,
        )
    if _near.empty:
        figures.nothing(_axes, "Aucune phrase ne le nomme avec un autre acteur.")
    else:
        _axes.scatter(0, 0, s=260, color=figures.INK, zorder=3)
        for _way in dict.fromkeys(_near.way):
            _axes.plot([], [], color=_colours.get(_way, figures.GREY), linewidth=3, label=_way)
        _fig.legend(loc="outside lower center", ncols=4)
        _axes.set_xlim(-3, 3)
        _axes.set_ylim(-1.5, 1.5)
        _axes.set_axis_off()
    _axes.set_title(f"« {figures.short(actor['name'], 50)} » : avec qui on le nomme")
    figures.finished(_fig)
    return


@app.cell
def _(figures, mentions):
    _told = mentions.drop_duplicates("story_id").sort_values("day", ascending=False)
    figures.table(
        _told.assign(
            day=_told.day.map(figures.day),
            confidence=_told.confidence.map(lambda one: figures.number(one, 2)),
        )[["day", "source", "sentence", "confidence", "url"]].rename(
            columns={
                "day": "Jour",
                "source": "Source",
                "sentence": "Première phrase du récit",
                "confidence": "Certitude",
                "url": "Adresse",
            }
        )
    )
    return


if __name__ == "__main__":
    app.run()
