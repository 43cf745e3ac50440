import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Une semaine")


@app.cell
def _():
    import marimo as mo
    from matplotlib import pyplot as plt

    from storage import frames
    from vigie import figures

    figures.use_style()
    data = frames.of_workspace()
    candidates = data.candidates()
    return candidates, data, figures, mo, plt


@app.cell(hide_code=True)
def _(data, mo):
    mo.md(f"""
    # Une semaine · {data.settings.watch.name}

    La file d’une semaine : qui y est, pourquoi, et où. Tout vient de `storage.frames` ;
    le dictionnaire des tables est dans la documentation (« Les tables de données »).
    """)
    return


@app.cell
def _(candidates, figures, mo):
    weeks = {figures.week(week).capitalize(): week for week in sorted(set(candidates.week))[::-1]}
    chosen = mo.ui.dropdown(weeks, value=next(iter(weeks), None), label="La file de la")
    chosen
    return (chosen,)


@app.cell
def _(candidates, chosen, figures, mo):
    mo.stop(
        chosen.value is None,
        mo.md("Aucune file n’a encore été établie : lancez d’abord « vigie run »."),
    )
    week = candidates[candidates.week == chosen.value]
    title = figures.week(chosen.value)
    return title, week


@app.cell
def _(figures, mo, title, week):
    mo.md(f"""
    ## La file de la {title}

    {figures.plural(len(week), "candidat", "candidats")}, dont
    {int(week.exploration.sum())} par tirage et
    {figures.plural(int(week.verdict.notna().sum()), "déjà jugé", "déjà jugés")} ;
    {figures.plural(week.commune.nunique(), "commune", "communes")}.
    """)
    return


@app.cell
def _(data, figures, week):
    terms = data.features()
    terms = terms[(terms.week == week.week.iloc[0]) & (terms.feature != "start")]

    def why(actor_id, most=2):
        _own = terms[terms.actor_id == actor_id]
        _own = _own[(_own.contribution > 0) | (_own.feature == "proposed")]
        return " ; ".join(_own.nlargest(most, "contribution").detail)

    def score(one):
        return "proposé" if one.proposed else figures.number(one.score, 2)

    figures.table(
        week.assign(
            first_seen=week.first_seen.map(figures.day),
            score=week.apply(score, axis=1),
            why=week.actor_id.map(why),
        )[["rank", "name", "kind", "commune", "score", "stories", "first_seen", "why"]].rename(
            columns={
                "rank": "Rang",
                "name": "Nom",
                "kind": "Type",
                "commune": "Commune",
                "score": "Score",
                "stories": "Récits",
                "first_seen": "Vu d’abord le",
                "why": "Pourquoi",
            }
        )
    )
    return score, terms


@app.cell
def _(figures, plt, score, terms, title, week):
    # The terms that weigh most in this queue each have a colour; the others are put together.
    main = terms.groupby("term").contribution.apply(lambda parts: parts.abs().sum())
    main = main.nlargest(6).index.tolist()
    _fig, _axes = plt.subplots(figsize=(9.5, 0.32 * len(week) + 1.8))
    _colours = dict(zip(main, figures.COLOURS, strict=False))
    for _place, _one in enumerate(week.itertuples()):
        _own = terms[terms.actor_id == _one.actor_id]
        _parts = _own.set_index("term").contribution
        _rest = _parts[~_parts.index.isin(main)]
        _bars = [(term, _parts.get(term, 0.0)) for term in main]
        _bars += [(None, _rest[_rest > 0].sum()), (None, _rest[_rest < 0].sum())]
        _right = _left = 0.0
        for _term, _length in _bars:
            _from = _right if _length > 0 else _left
            _axes.barh(_place, _length, left=_from, color=_colours.get(_term, figures.PALE))
            _right, _left = _right + max(_length, 0), _left + min(_length, 0)
        _axes.text(_right + 0.01, _place, score(_one), va="center", fontsize=8)
    for _term, _colour in [*_colours.items(), ("autres termes", figures.PALE)]:
        _axes.barh(0, 0, color=_colour, label=_term)
    _axes.axvline(0, color=figures.INK, linewidth=0.8)
    _names = [
        f"{figures.short(one.name, 42)}{' (tirage)' if one.exploration else ''}"
        for one in week.itertuples()
    ]
    _axes.set_yticks(range(len(week)), _names)
    _axes.invert_yaxis()
    _axes.margins(y=0.02)
    figures.scores_axis(_axes)
    _axes.set_xlabel("part du score (sans unité) ; à droite de la barre, le score de 0 à 1")
    _axes.set_title(f"Ce qui fait le score de chacun, {title}")
    _fig.legend(loc="outside lower center", ncols=4)
    figures.finished(_fig)
    return


@app.cell
def _(data, figures, plt, title, week):
    _fig, _axes = plt.subplots(figsize=(9, 7.5))
    figures.communes(_axes, data.places())
    _here = week.groupby(["commune", "latitude", "longitude"]).name.agg(list).reset_index()
    _axes.scatter(
        _here.longitude,
        _here.latitude,
        s=_here.name.map(len) * 60,
        color=figures.BLUE,
        alpha=0.85,
        edgecolor="white",
    )
    _here["candidates"] = _here.name.map(len)
    figures.labels(
        _axes,
        [
            (f"{one.commune} ({one.candidates})", (one.longitude, one.latitude))
            for one in _here.sort_values("candidates", ascending=False)[
                ["commune", "longitude", "latitude", "candidates"]
            ].itertuples()
        ],
    )
    _away = int(week.commune.isna().sum())
    _axes.set_title(f"Où sont les candidats, {title}")
    _axes.set_xlabel(
        "disques bleus : nombre de candidats ; disques gris : habitants de chaque commune"
        + (
            f"\n{figures.plural(_away, 'candidat', 'candidats')} sans commune connue"
            if _away
            else ""
        )
    )
    figures.finished(_fig)
    return


@app.cell
def _(mo, week):
    names = dict(zip(week.name, week.actor_id, strict=True))
    someone = mo.ui.dropdown(names, value=next(iter(names), None), label="Les phrases citées sur")
    someone
    return (someone,)


@app.cell
def _(data, figures, someone, week):
    _quotes = data.evidence()
    _quotes = _quotes[
        (_quotes.week == week.week.iloc[0]) & (_quotes.actor_id == someone.value)
    ].sort_values("day", ascending=False)
    figures.table(
        _quotes.assign(day=_quotes.day.map(figures.day))[["day", "source", "quote", "url"]].rename(
            columns={"day": "Jour", "source": "Source", "quote": "Phrase", "url": "Adresse"}
        )
    )
    return


if __name__ == "__main__":
    app.run()
