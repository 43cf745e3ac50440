"""A backtest as one HTML page that needs nothing else: no script, no font, no picture file."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from signals import plots
from signals.misses import ASIDE, WHY, Miss
from signals.plots import Bar, Line
from vigie.language import render, say, terminal_language
from vigie.records import Message
from vigie.words import FEATURES, KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.measures import Estimate, Measures
    from signals.reckoning import Backtest, Intruder

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff }
h2 { margin-top: 2.5rem } figure { margin: 1rem 0 }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
thead th { vertical-align: bottom; font-weight: 600; max-width: 9rem }
td { white-space: nowrap } td:first-child, .misses td { white-space: normal }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #ccc; text-align: right }
th:first-child, td:first-child, .misses th, .misses td { text-align: left }
svg { max-width: 100%; height: auto } svg text { font-size: 12px; fill: #333 }
figcaption, .note { color: #555; font-size: .9rem } .range { color: #555; font-size: .85em }
"""
_LINES = {
    "vigie": (plots.BLUE, ""),
    "most_mentioned": (plots.AMBER, "6 3"),
    "random": (plots.GREY, "2 3"),
}
"""Colour and dashes of the policies that are drawn."""
SHOWN = 60
"""Misses in the table; the JSON beside the page names them all."""

COURSES = {
    "sudden": Message("apparition soudaine"),
    "slow": Message("montée lente"),
    "delayed": Message("réveil après un silence"),
    "once": Message("cité une seule fois"),
    "split": Message("né d’une scission"),
    "merger": Message("né d’une fusion"),
    "events_only": Message("par ses seuls événements"),
    "emerging": Message("acteur émergent"),
    "other": Message("autre nom connu"),
    "institution": Message("institution"),
    "national": Message("groupe national"),
    "old": Message("association ancienne"),
    "seasonal": Message("rendez-vous saisonnier"),
    "one_off_event": Message("événement d’un jour"),
    "work": Message("œuvre ou programme"),
    "advert": Message("publicité"),
    "syndicated": Message("communiqué repris"),
    "homonym": Message("homonyme d’ailleurs"),
    "person": Message("personne"),
    "place": Message("lieu"),
    "?": Message("nom que la vérité ignore"),
}
"""The courses of the simulator's truth; another truth's are shown as they are."""


def page(backtest: Backtest) -> str:
    """Return the report as a whole HTML document, in the language of the terminal."""
    title = say("Mise à l’épreuve sur l’archive")
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(_summary(backtest)),
        *_section(say("Mesures"), _policies(backtest)),
        *_section(say("Précision de la file, semaine après semaine"), _precision(backtest)),
        *_section(say("De quoi la file était faite"), _make_up(backtest)),
        *_section(say("Avance sur la dixième mention"), _lead(backtest.policies["vigie"])),
        *_section(say("Par parcours"), _groups(backtest.by_course)),
        *_section(say("Par type d’acteur"), _groups(backtest.by_kind)),
        *_section(say("Ce qui a été manqué, et pourquoi"), _misses(backtest.misses)),
        *_section(say("Ce qui est entré à tort"), _intruders(backtest)),
    ]
    return (
        f'<!doctype html>\n<html lang="{terminal_language()}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def policy_names() -> dict[str, str]:
    """Return the policies' names for a person."""
    return {
        "vigie": say("Vigie"),
        "most_mentioned": say("Nouveaux noms les plus cités"),
        "random": say("Nouveaux noms au hasard"),
        "oracle": say("Oracle (connaît la vérité)"),
    }


def _summary(backtest: Backtest) -> str:
    first = backtest.measured_from
    text = say(
        "{weeks} semaines rejouées, mesurées depuis le {day} ; {mentioned} acteurs émergents "
        "cités dans l’archive, sur {emerging} connus.",
        weeks=backtest.weeks,
        day=first.strftime("%d/%m/%Y") if first else "–",
        mentioned=backtest.mentioned,
        emerging=backtest.emerging,
    )
    if backtest.complete:
        return text
    return f"{text} " + say(
        "La vérité ne nomme que des acteurs émergents : la précision est un minimum."
    )


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _section(title: str, body: str) -> Iterable[str]:
    return (f"<h2>{escape(title)}</h2>", body) if body else ()


def percent(estimate: Estimate) -> str:
    """Return a share and its interval as HTML."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    return (
        f"{100 * estimate.value:.0f} % "
        f'<span class="range">[{100 * estimate.low:.0f}–{100 * estimate.high:.0f}]</span>'
    )


def weeks(estimate: Estimate) -> str:
    """Return a number of weeks and its interval as HTML."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return "–"
    text = (
        f'{estimate.value:.1f} <span class="range">[{estimate.low:.1f}–{estimate.high:.1f}]</span>'
    )
    return text.replace(".", ",") if terminal_language() == "fr" else text


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], sort: str = "figures") -> str:
    """Return a table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return f'<table class="{sort}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _policies(backtest: Backtest) -> str:
    names = policy_names()
    rows: list[tuple[str, ...]] = []
    measures: list[tuple[str, list[Estimate]]] = [
        (say("Précision de la file"), [m.precision for m in backtest.policies.values()]),
        (say("NDCG@25"), [m.ndcg for m in backtest.policies.values()]),
        (say("Rappel"), [m.recall for m in backtest.policies.values()]),
        (
            say("Rappel, cités au moins deux fois"),
            [m.recall_twice for m in backtest.policies.values()],
        ),
        (say("Rappel, cités une seule fois"), [m.recall_once for m in backtest.policies.values()]),
    ]
    for nth, label in enumerate(nth_mention()):
        measures.append((label, [m.found_by[nth] for m in backtest.policies.values()]))
    rows.extend((escape(label), *map(percent, found)) for label, found in measures)
    lead = [weeks(m.lead) for m in backtest.policies.values()]
    rows.append((escape(say("Avance sur la 10e mention (semaines)")), *lead))
    note = say("Moyennes, avec l’intervalle à 95 % d’un rééchantillonnage.")
    heads = ["", *(names.get(name, name) for name in backtest.policies)]
    return _table(heads, rows) + _note(note)


def nth_mention() -> tuple[str, str, str]:
    """Return the names of the shares found by the first, second and third mention."""
    return (
        say("Trouvés dès la 1re mention indépendante"),
        say("Trouvés à la 2e mention au plus tard"),
        say("Trouvés à la 3e mention au plus tard"),
    )


def _groups(groups: Mapping[str, Measures]) -> str:
    if not groups:
        return ""
    heads = ["", say("Acteurs"), say("Rappel"), *nth_mention(), say("Avance (semaines)")]
    language = terminal_language()
    named = {**COURSES, **{kind.value: name for kind, name in KINDS.items()}}
    words = {code: render(name, language) for code, name in named.items()}
    rows = (
        (
            escape(words.get(name, name)),
            str(m.recall.n),
            percent(m.recall),
            *map(percent, m.found_by),
            weeks(m.lead),
        )
        for name, m in groups.items()
    )
    return _table(heads, rows)


# --- plots -----------------------------------------------------------------------------------


def _precision(backtest: Backtest) -> str:
    names = policy_names()
    drawn = [
        Line(
            names[name],
            [(day, share) for day, share, _ in backtest.policies[name].weekly],
            colour,
            dashes,
        )
        for name, (colour, dashes) in _LINES.items()
    ]
    return plots.lines(drawn, say("Précision de la file par semaine, de 0 à 100 %"))


def _make_up(backtest: Backtest) -> str:
    """Draw what the queue was made of; grey is what should not have been in it."""
    own = backtest.policies["vigie"]
    if not backtest.complete or not own.make_up:
        return ""
    right = set(backtest.by_course)
    rows = [
        Bar(
            _course(name),
            share,
            _share(share),
            plots.BLUE if name in right else plots.GREY,
        )
        for name, share in sorted(own.make_up.items(), key=lambda row: -row[1])
    ]
    label = say(
        "Part des candidats proposés : en bleu, les acteurs émergents ; en gris, ce qui n’aurait "
        "pas dû entrer"
    )
    return plots.shares(rows, label) + _note(label)


def _lead(measures: Measures) -> str:
    if not measures.leads:
        return _paragraph(say("Aucun acteur trouvé n’a dix mentions : rien à mesurer."))
    label = say(
        "Nombre d’acteurs, selon les semaines écoulées entre leur entrée dans la file et leur "
        "dixième mention"
    )
    return plots.histogram(measures.leads, 2, say("semaines"), label) + _note(label)


def _course(name: str) -> str:
    """Return a course as a person reads it, or as the truth calls it."""
    return render(COURSES[name], terminal_language()) if name in COURSES else name


def _share(share: float) -> str:
    text = f"{100 * share:.1f} %"
    return text.replace(".", ",") if terminal_language() == "fr" else text


def _note(text: str) -> str:
    return f'<p class="note">{escape(text)}</p>'


# --- misses ----------------------------------------------------------------------------------


def _misses(misses: Sequence[Miss]) -> str:
    if not misses:
        return _paragraph(say("Rien : chaque acteur émergent a été proposé."))
    language = terminal_language()
    whys = Counter(miss.why for miss in misses)
    label = say("Où les {n} acteurs manqués ont été perdus", n=len(misses))
    parts = [_note(label), _tally({render(WHY[w], language): n for w, n in whys.items()}, label)]
    able = Counter(name for miss in misses for name in miss.features)
    if able:
        label = say(
            "Ce qui aurait suffi à faire entrer ceux qui ont été classés trop bas : nombre "
            "d’acteurs par terme de la note"
        )
        counts = {render(FEATURES[name], language): n for name, n in able.most_common(8)}
        parts += [_note(label), _tally(counts, label)]
    rows = [
        (
            escape(miss.name),
            escape(_course(miss.course)),
            str(miss.stories),
            escape(why_missed(miss)),
            escape(", ".join(render(FEATURES[name], language) for name in miss.features)) or "–",
        )
        for miss in misses[:SHOWN]
    ]
    heads = [say("Acteur"), say("Parcours"), say("Récits"), say("Pourquoi"), say("Aurait suffi")]
    parts.append(_table(heads, rows, "misses"))
    if len(misses) > SHOWN:
        parts.append(
            _note(
                say(
                    "Les {n} plus cités ; backtest.json, à côté de cette page, les nomme tous.",
                    n=SHOWN,
                )
            )
        )
    return "".join(parts)


def _intruders(backtest: Backtest) -> str:
    rows = [
        (escape(one.name), escape(_what(one)), str(one.weeks)) for one in backtest.intruders[:SHOWN]
    ]
    heads = [say("Nom proposé"), say("Ce que c’est"), say("Semaines dans la file")]
    return _table(heads, rows, "misses") if rows else ""


def _what(one: Intruder) -> str:
    if one.akin:
        return say("nom mal délimité de « {name} »", name=one.akin)
    return _course(one.course)


def _tally(counts: Mapping[str, int], label: str) -> str:
    rows = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    return plots.shares([Bar(name, n, str(n)) for name, n in rows], label)


def why_missed(miss: Miss) -> str:
    """Return in a few words where an actor was lost."""
    language = terminal_language()
    reason = render(WHY[miss.why], language)
    if miss.aside is not None:
        reason = say("{reason} : {detail}", reason=reason, detail=ASIDE[miss.aside])
    if miss.best_rank is not None and miss.week is not None:
        best = Message(
            "au mieux au rang {rank}, le {day}",
            {"rank": miss.best_rank, "day": miss.week.strftime("%d/%m/%Y")},
        )
        reason = f"{reason} ({render(best, language)})"
    return reason
