import marimo

__generated_with = "0.25.2"
app = marimo.App(width="full", app_title="Annotation")


@app.cell
def _():
    import json
    from math import isnan, sqrt

    import marimo as mo
    import pandas as pd
    from matplotlib import pyplot as plt

    from nlp.text import prepare, sentences
    from storage import frames
    from vigie import figures
    from vigie.catalogue import write_whole

    figures.use_style()
    data = frames.of_workspace()
    return data, figures, isnan, json, mo, pd, plt, prepare, sentences, sqrt, write_whole


@app.cell(hide_code=True)
def _(data, mo):
    mo.md(f"""
    # Annotation · {data.settings.watch.name}

    Que vaut la lecture des textes, sur les vôtres ? Des phrases tirées au sort, avec les noms que
    Vigie y a trouvés. Pour chaque nom, écrivez **oui** si c’est bien un acteur (ou une
    institution) du bon début à la bonne fin, **non** sinon ; une phrase sans nom se lit aussi.
    Dans « oubliés », écrivez ceux que Vigie n’a pas vus, séparés par des points-virgules, ou
    un tiret s’il n’y en a pas. Une ligne compte dès que son « ? » a fait place à une réponse.
    Précision et rappel suivent.
    """)
    return


@app.cell
def _(mo):
    size = mo.ui.slider(20, 400, step=20, value=100, label="Phrases", show_value=True)
    seed = mo.ui.number(0, 9999, value=1, label="Tirage")
    mo.hstack([size, seed], justify="start")
    return seed, size


@app.cell
def _(data, mo, pd, prepare, seed, sentences, size):
    # Sentences of as many documents, one of each, drawn with the same number every time.
    texts = data.texts(size.value, seed.value)
    mo.stop(texts.empty, mo.md("Aucun document n’est encore connu : « vigie run »."))
    mentions = data.mentions()

    NOTHING = "(aucun nom)"

    def drawn(text):
        bounds = [(a, b) for a, b in sentences(prepare(text)) if 30 <= b - a <= 400]
        return bounds[(seed.value * 7919 + len(text)) % len(bounds)] if bounds else None

    _rows = []
    for _one in texts.itertuples():
        if _bounds := drawn(_one.text):
            _sentence = _one.text[slice(*_bounds)].strip()
            _found = mentions[mentions.document_id == _one.document_id]
            _found = _found[[surface in _sentence for surface in _found.surface]]
            _found = _found.drop_duplicates("surface")
            _rows += [
                (_one.document_id, _sentence, name.surface, name.confidence)
                for name in _found.itertuples()
            ]
            if _found.empty:
                _rows.append((_one.document_id, _sentence, NOTHING, float("nan")))
    names = pd.DataFrame(_rows, columns=["document_id", "sentence", "found", "confidence"])
    return NOTHING, names, texts


@app.cell
def _(data, json):
    # What was labelled before, and, in a demonstration, what is true of its texts.
    kept = data.settings.folder / "data" / "annotation.jsonl"

    def labelled_before():
        if not kept.is_file():
            return {}
        rows = map(json.loads, kept.read_text(encoding="utf-8").splitlines())
        return {(row["sentence"], row["found"]): (row["right"], row["missed"]) for row in rows}

    before = labelled_before()
    _told = data.settings.folder / "web" / "annotations.jsonl"
    true_names = {}
    if _told.is_file():
        for _line in _told.read_text(encoding="utf-8").splitlines():
            _row = json.loads(_line)
            true_names[_row["url"].split("/", 3)[-1]] = {
                span["text"] for span in _row["spans"] if span["label"] in {"ACTOR", "INSTITUTION"}
            }
    return before, kept, labelled_before, true_names


@app.cell
def _(mo, true_names):
    by_truth = mo.ui.checkbox(
        value=bool(true_names), label="Étiqueter d’après la vérité de la démonstration"
    )
    by_truth if true_names else mo.md("")
    return (by_truth,)


@app.cell
def _(NOTHING, before, by_truth, names, texts, true_names):
    _urls = dict(zip(texts.document_id, texts.url, strict=True))

    def labelled(row):
        if (row.sentence, row.found) in before:
            return before[row.sentence, row.found]
        if not by_truth.value:
            return "?", "?"
        true = true_names.get(_urls[row.document_id].split("/", 3)[-1], set())
        own = {name for name in true if name in row.sentence}
        found = set(names[names.sentence == row.sentence].found)
        missed = {name for name in own if not any(name in one or one in name for one in found)}
        right = any(row.found in name or name in row.found for name in own)
        first = row.found == min(found)
        return (
            "-" if row.found == NOTHING else "oui" if right else "non",
            ("; ".join(sorted(missed)) or "-") if first else "-",
        )

    labels = [labelled(row) for row in names.itertuples()]
    sheet = names.assign(
        right=[right for right, _ in labels], missed=[missed for _, missed in labels]
    )
    return (sheet,)


@app.cell
def _(mo, sheet):
    edited = mo.ui.data_editor(
        sheet[["sentence", "found", "right", "missed"]].rename(
            columns={
                "sentence": "Phrase",
                "found": "Nom trouvé",
                "right": "Juste ?",
                "missed": "Oubliés",
            }
        ),
        label="Les phrases",
        editable_columns=["Juste ?", "Oubliés"],
    )
    edited
    return (edited,)


@app.cell
def _(NOTHING, edited, pd, sheet):
    # A line counts once it was read: « ? » is gone. Lines are known by what they say, so that one
    # added or taken away in the editor moves no other's labels.
    _now = pd.DataFrame(edited.value).drop_duplicates(["Phrase", "Nom trouvé"])
    done = sheet.drop(columns=["right", "missed"]).merge(
        _now.rename(
            columns={
                "Phrase": "sentence",
                "Nom trouvé": "found",
                "Juste ?": "right",
                "Oubliés": "missed",
            }
        ),
        on=["sentence", "found"],
    )
    done["right"] = [str(one).strip().lower() for one in done.right]
    _read = done.right.isin(["oui", "non"]) | (
        (done.found == NOTHING) & ~done.missed.astype(str).str.strip().isin(["?", ""])
    )
    done["missed"] = [
        [name for name in str(one).split(";") if name.strip(" -–?")] for one in done.missed
    ]
    done = done[_read]
    return (done,)


@app.cell
def _(sqrt):
    def wilson(hits, total):
        """Share with its 95 % interval (Wilson 1927)."""
        if not total:
            return float("nan"), 0.0, 1.0
        z, share = 1.96, hits / total
        centre = (share + z * z / (2 * total)) / (1 + z * z / total)
        half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + (z / total / 2) ** 2)
        return share, max(centre - half, 0.0), min(centre + half, 1.0)

    def measured(rows, least=0.0):
        """Precision and recall of the names that are at least so sure."""
        right = ((rows.right == "oui") & (rows.confidence >= least)).sum()
        wrong = ((rows.right == "non") & (rows.confidence >= least)).sum()
        hidden = ((rows.right == "oui") & (rows.confidence < least)).sum()
        missed = rows.missed.map(len).sum() + hidden
        return wilson(right, right + wrong), wilson(right, right + missed)

    return (measured,)


@app.cell
def _(NOTHING, done, figures, isnan, measured, mo):
    (_p, _p_low, _p_high), (_r, _r_low, _r_high) = measured(done)
    mo.md(f"""
    ## Ce que valent les noms trouvés

    {figures.plural(done.sentence.nunique(), "phrase lue", "phrases lues")},
    {figures.plural(int((done.found != NOTHING).sum()), "nom jugé", "noms jugés")},
    {figures.plural(int(done.missed.map(len).sum()), "nom oublié", "noms oubliés")}.

    {"Rien n’est encore étiqueté : remplacez les « ? »." if done.empty else ""}

    - Précision : **{"inconnue" if isnan(_p) else figures.percent(_p)}**
      (de {figures.percent(_p_low)} à {figures.percent(_p_high)}) des noms trouvés sont justes.
    - Rappel : **{"inconnu" if isnan(_r) else figures.percent(_r)}**
      (de {figures.percent(_r_low)} à {figures.percent(_r_high)}) des noms écrits sont trouvés.
    """)
    return


@app.cell
def _(done, figures, measured, plt):
    _names = ("précision : noms trouvés qui sont justes", "rappel : noms écrits qui sont trouvés")
    _colours = (figures.BLUE, figures.ORANGE)
    _fig, (_left, _right) = plt.subplots(1, 2, figsize=(10, 4.2), sharey=True)
    _steps = sorted({max(1, round(len(done) * n / 40)) for n in range(1, 41)})
    _moving = [measured(done.iloc[:n]) for n in _steps]
    _sure = [n / 50 for n in range(51)]
    _cut = [measured(done, least) for least in _sure]
    for _which, (_name, _colour) in enumerate(zip(_names, _colours, strict=True)):
        for _axes, _x, _curve in ((_left, _steps, _moving), (_right, _sure, _cut)):
            _own = [one[_which] for one in _curve]
            _axes.plot(_x, [one[0] for one in _own], color=_colour, linewidth=2, label=_name)
            _axes.fill_between(
                _x, [one[1] for one in _own], [one[2] for one in _own], color=_colour, alpha=0.12
            )
    _left.set_xlabel("lignes étiquetées")
    _left.set_ylabel("part (bande : intervalle à 95 %)")
    _left.set_title("À mesure qu’on étiquette")
    _left.set_ylim(0, 1.02)
    _right.set_xlabel("certitude exigée d’un nom, de 0 à 1")
    _right.set_title("Si l’on exigeait plus de certitude")
    figures.shares_axis(_left)
    figures.shares_axis(_right)
    _right.xaxis.set_major_formatter(lambda value, _: figures.number(value, 1))
    _handles, _labels = _left.get_legend_handles_labels()
    _fig.legend(_handles, _labels, loc="outside lower center", ncols=2)
    figures.finished(_fig)
    return


@app.cell
def _(mo):
    save = mo.ui.run_button(label="Garder ces étiquettes dans data/annotation.jsonl")
    save
    return (save,)


@app.cell
def _(done, figures, json, kept, labelled_before, mo, save, write_whole):
    def keep():
        # Beside those of other draws, and of another notebook that is open.
        labels = labelled_before() | {
            (one.sentence, one.found): (one.right, "; ".join(one.missed) or "-")
            for one in done.itertuples()
        }
        lines = [
            json.dumps(
                {"sentence": sentence, "found": found, "right": right, "missed": missed},
                ensure_ascii=False,
            )
            for (sentence, found), (right, missed) in labels.items()
        ]
        write_whole(kept, "".join(f"{line}\n" for line in lines))
        return mo.md(f"{figures.plural(len(lines), 'ligne gardée', 'lignes gardées')}.")

    keep() if save.value else None
    return


if __name__ == "__main__":
    app.run()
