import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="Réglages")


@app.cell
def _():
    from dataclasses import replace
    from datetime import timedelta

    import marimo as mo
    from matplotlib import pyplot as plt

    from nlp.names import key
    from signals.backtest import replay
    from signals.features import FEATURES, START
    from signals.queue import detect
    from signals.truth import TruthActor, read_truth
    from storage import frames
    from vigie import figures, words
    from vigie.records import EnteredBy

    figures.use_style()
    today = frames.of_workspace()
    _days = today.candidates().as_of
    data = today.at(_days.max().date()) if len(_days) else today
    return (
        FEATURES,
        START,
        EnteredBy,
        TruthActor,
        data,
        detect,
        figures,
        key,
        mo,
        plt,
        read_truth,
        replace,
        replay,
        timedelta,
        words,
    )


@app.cell(hide_code=True)
def _(data, figures, mo):
    mo.md(f"""
    # Réglages · {data.settings.watch.name}

    Chaque terme du score a un poids publié. Bougez-les : la file qui s’ensuivrait, au
    {figures.day(data.as_of)}, paraît dessous, à côté de celle des poids publiés ; puis ce
    qu’auraient donné les mêmes poids les semaines passées. Rien de ce qui est réglé ici ne change
    la veille : ses poids suivent vos avis (`vigie weights` les montre).
    """)
    return


@app.cell
def _(FEATURES, START, mo, words):
    # Terms that weigh nothing (the kinds) are what verdicts teach; they are not set here.
    terms = {"start": START} | {one.name: one.weight for one in FEATURES if one.weight}
    sliders = mo.ui.dictionary(
        {
            name: mo.ui.slider(
                start=-8, stop=8, step=0.25, value=weight, show_value=True, full_width=True
            )
            for name, weight in terms.items()
        }
    )

    def column(title, names):
        rows = [
            mo.hstack([mo.md(str(words.FEATURES[name])), sliders[name]], widths=[1, 1.3])
            for name in names
        ]
        return mo.vstack([mo.md(f"**{title}**"), *rows])

    _for = [name for name, weight in terms.items() if weight > 0]
    _against = [name for name, weight in terms.items() if weight < 0]
    mo.vstack(
        [
            mo.md("## Les poids\n\nEn log-cotes : 0,7 double une chance faible, −0,7 la divise."),
            mo.hstack(
                [column("Ce qui pousse", _for), column("Ce qui retient", _against)],
                widths="equal",
                gap=3,
            ),
        ]
    )
    return sliders, terms


@app.cell
def _(data, detect, mo):
    facts = data.facts()
    watch = data.settings.watch
    published = detect(facts, watch, {})
    mo.stop(not published.candidates, mo.md("Rien à proposer ce jour-là : « vigie run »."))
    return facts, published, watch


@app.cell
def _(detect, facts, sliders, watch):
    weights = dict(sliders.value)
    queue = detect(facts, watch, weights)
    return queue, weights


@app.cell
def _(figures, mo, published, queue):
    _before = {one.actor_id for one in published.candidates}
    _after = {one.actor_id for one in queue.candidates}
    mo.md(f"""
    ## La file qui s’ensuivrait

    {figures.plural(len(_after), "candidat", "candidats")} ;
    {figures.plural(len(_after - _before), "nouveau", "nouveaux")},
    {figures.plural(len(_before - _after), "absent", "absents")} par rapport aux poids publiés.
    """)
    return


@app.cell
def _(EnteredBy, figures, plt, published, queue):
    _before = {one.actor_id: one for one in published.candidates}
    _after = {one.actor_id: one for one in queue.candidates}
    _rows = max(len(_before), len(_after))
    _fig, _axes = plt.subplots(figsize=(9.5, 0.3 * _rows + 1.6))
    for _id in dict.fromkeys([*_after, *_before]):
        _one, _other = _before.get(_id), _after.get(_id)
        if _one and _other:
            _moved = _other.rank - _one.rank
            _colour = (
                figures.GREY if not _moved else figures.GREEN if _moved < 0 else figures.ORANGE
            )
            _axes.plot([0, 1], [_one.rank, _other.rank], color=_colour, linewidth=1.6)
        _sides = ((_one, 0, "right", figures.RED), (_other, 1, "left", figures.BLUE))
        for _shown, _x, _side, _alone in _sides:
            if _shown:
                _colour = figures.INK if _one and _other else _alone
                _proposed = _shown.entered_by is EnteredBy.PROPOSED  # without a score
                _score = "proposé" if _proposed else figures.number(_shown.score, 2)
                _name = figures.short(_shown.name, 34)
                _name += " (tirage)" if _shown.entered_by is EnteredBy.EXPLORATION else ""
                _axes.scatter(_x, _shown.rank, color=_colour, s=18, zorder=3)
                _axes.text(
                    _x + (0.03 if _x else -0.03),
                    _shown.rank,
                    f"{_score}  {_name}" if _x else f"{_name}  {_score}",
                    ha=_side,
                    va="center",
                    fontsize=8,
                    color=_colour,
                )
    for _label, _colour in (
        ("monte", figures.GREEN),
        ("descend", figures.ORANGE),
        ("même rang", figures.GREY),
        ("n’entre plus", figures.RED),
        ("entre", figures.BLUE),
    ):
        _axes.plot([], [], color=_colour, linewidth=3, label=_label)
    _axes.set_xlim(-1.1, 2.1)
    _axes.set_ylim(_rows + 0.8, 0)
    _axes.set_xticks([0, 1], ["poids publiés", "poids réglés ici"])
    _axes.xaxis.tick_top()
    _axes.tick_params(length=0)
    _axes.set_yticks(range(1, _rows + 1))
    _axes.set_ylabel("rang dans la file")
    _axes.spines[["bottom", "left"]].set_visible(False)
    _axes.set_title(f"La file du {figures.day(queue.as_of)} : rang et score de chacun")
    _fig.legend(loc="outside lower center", ncols=5)
    figures.finished(_fig)
    return


@app.cell
def _(TruthActor, data, read_truth, replace):
    # What is known to be true: that of a demonstration, else what officers have decided.
    told = data.settings.folder / "web" / "truth.jsonl"
    if told.is_file():
        # By name alone: a demonstration's addresses change with its port.
        truth = tuple(replace(one, documents=frozenset()) for one in read_truth(told))
        origin = "la vérité de la démonstration"
    else:
        _given = data.judgements()
        _given = _given[_given.stands & _given.verdict.isin(["retenu", "écarté"])]
        _kept = _given.groupby("name").verdict.last() == "retenu"
        truth = tuple(TruthActor(name=name, emerging=bool(kept)) for name, kept in _kept.items())
        origin = "les avis donnés"
    return origin, truth


@app.cell
def _(mo):
    length = mo.ui.slider(4, 26, value=8, label="Semaines rejouées", show_value=True)
    length
    return (length,)


@app.cell
def _(data, length, mo, origin, timedelta, truth):
    mo.stop(
        not any(one.emerging for one in truth),
        mo.md(
            "Le passé ne peut pas encore être rejoué : il faut des avis (au moins un acteur "
            "retenu) pour savoir ce qu’il fallait trouver."
        ),
    )
    history = data.history()
    mondays = [data.as_of - timedelta(weeks=n) for n in range(length.value)][::-1]
    past = [history.week(monday) for monday in mondays]
    mo.md(f"""
    ## Le passé rejoué

    {length.value} files, une par semaine, chacune avec ce qui était connu alors, et jugée avant la
    suivante ; comparées à {origin}. Un candidat dont rien n’est dit compte pour mauvais : la part
    de bons candidats est un minimum.
    """)
    return (past,)


@app.cell
def _(key, past, replay, truth, watch):
    def replayed(weights):
        return replay(past, truth, watch, key, weights=weights, warm_up=0, judged=True)

    as_published = replayed(None)
    return as_published, replayed


@app.cell
def _(as_published, figures, plt, replayed, terms, weights):
    as_set = as_published if weights == terms else replayed(weights)
    _named = {
        "candidats qu’il\nfallait trouver": lambda one: one.precision,
        "trouvés à leur\n1ᵉʳ récit": lambda one: one.found_by[0],
        "trouvés à leur\n2ᵉ récit": lambda one: one.found_by[1],
        "trouvés,\nun jour ou l’autre": lambda one: one.recall,
    }
    _fig, (_left, _right) = plt.subplots(
        1, 2, figsize=(9.5, 4.2), gridspec_kw={"width_ratios": [3, 2]}
    )
    _policies = (
        ("le plus cité", as_published.policies["most_mentioned"], figures.PALE),
        ("poids publiés", as_published.policies["vigie"], figures.GREY),
        ("poids réglés ici", as_set.policies["vigie"], figures.BLUE),
    )
    for _place, (_label, _measures, _colour) in enumerate(_policies):
        _values = [read(_measures) for read in _named.values()]
        _shares = [one.value or 0.0 for one in _values]
        _low = [share - (one.low or 0.0) for share, one in zip(_shares, _values, strict=True)]
        _high = [(one.high or 0.0) - share for share, one in zip(_shares, _values, strict=True)]
        _where = [n + (_place - 1) * 0.27 for n in range(len(_named))]
        _left.bar(_where, _shares, width=0.25, color=_colour, label=_label)
        _left.errorbar(
            _where,
            _shares,
            yerr=[[max(one, 0) for one in _low], [max(one, 0) for one in _high]],
            fmt="none",
            ecolor=figures.INK,
            elinewidth=1,
        )
    _left.set_xticks(range(len(_named)), list(_named), fontsize=8)
    _left.set_ylim(0, 1.05)
    _left.set_ylabel("part (intervalle à 95 %)")
    figures.shares_axis(_left)
    _left.legend(loc="upper left", bbox_to_anchor=(0, -0.22), ncols=3)
    _left.set_title("Ce que les files passées ont trouvé")
    for _label, _found, _colour in (
        ("poids publiés", as_published, figures.GREY),
        ("poids réglés ici", as_set, figures.BLUE),
    ):
        _weekly = _found.policies["vigie"].weekly
        _right.plot(
            [day for day, _, _ in _weekly],
            [share for _, share, _ in _weekly],
            color=_colour,
            linewidth=2,
            marker="o",
            markersize=4,
            label=_label,
        )
    _right.set_ylim(0, 1.05)
    figures.shares_axis(_right)
    figures.time_axis(_right)
    _right.set_ylabel("part de bons candidats")
    _right.set_xlabel("file de la semaine")
    _right.set_title("Semaine après semaine")
    figures.finished(_fig)
    return


if __name__ == "__main__":
    app.run()
