"""A backtest as one HTML page that needs nothing else: no script, no font, no picture file."""

from __future__ import annotations

from collections import Counter
from html import escape
from math import floor
from typing import TYPE_CHECKING

from signals.misses import ASIDE, WHY, Miss
from vigie.language import render, say, terminal_language
from vigie.records import Message
from vigie.words import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from signals.backtest import Backtest
    from signals.measures import Estimate, Measures

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
  color: #1b1b1b; background: #fff }
table { border-collapse: collapse; margin: 1rem 0; display: block; overflow-x: auto }
th, td { padding: .3rem .7rem; border-bottom: 1px solid #ccc; text-align: right }
th:first-child, td:first-child, td.text { text-align: left }
svg { max-width: 100%; height: auto } svg text { font-size: 12px; fill: #333 }
figcaption, .note { color: #555; font-size: .9rem } .range { color: #555; font-size: .85em }
"""
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 720, 240, 40, 30
_COLOURS = {"vigie": "#0b5394", "most_mentioned": "#b45309", "random": "#6b7280"}
_DASHES = {"vigie": "", "most_mentioned": "6 3", "random": "2 3"}

NAMES = {
    "novelty": Message("nouveauté"),
    "birth": Message("signe de naissance"),
    "growth": Message("rythme en hausse"),
    "burst": Message("emballement"),
    "slow_rise": Message("montée lente"),
    "fresh": Message("actualité"),
    "stories": Message("nombre de récits"),
    "sources": Message("nombre de sources"),
    "upcoming": Message("rendez-vous annoncés"),
    "anchoring": Message("ancrage local"),
    "themes": Message("thèmes suivis"),
    "nearness": Message("proximité d’acteurs retenus"),
    "evidence": Message("certitude que c’est un groupe"),
    "under_the_radar": Message("discrétion"),
    "repeated": Message("déjà proposé"),
    "listed": Message("présence dans un annuaire"),
    "national": Message("portée nationale"),
    "established": Message("ancienneté"),
    "seasonal": Message("retour saisonnier"),
    "event_name": Message("nom d’événement"),
    "work": Message("œuvre ou programme"),
    "advert": Message("publicité"),
    "syndicated": Message("communiqué repris"),
    "elsewhere": Message("situation hors du territoire"),
    "institution": Message("institution"),
}
"""The features, in a word or two."""


def page(backtest: Backtest) -> str:
    """Return the report as a whole HTML document, in the language of the terminal."""
    title = say("Mise à l’épreuve sur l’archive")
    parts = [
        f"<h1>{escape(title)}</h1>",
        _paragraph(_summary(backtest)),
        *_section(say("Mesures"), _policies(backtest)),
        *_section(say("Précision de la file, semaine après semaine"), _precision(backtest)),
        *_section(say("Avance sur la dixième mention"), _lead(backtest.policies["vigie"])),
        *_section(say("Par parcours"), _groups(backtest.by_course)),
        *_section(say("Par type d’acteur"), _groups(backtest.by_kind)),
        *_section(say("Ce qui a été manqué, et pourquoi"), _misses(backtest.misses)),
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


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of cells that are HTML already."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


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
    return _table(heads, rows) + f'<p class="note">{escape(note)}</p>'


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
    kinds = {kind.value: render(words, terminal_language()) for kind, words in KINDS.items()}
    rows = (
        (
            escape(kinds.get(name, name)),
            str(m.recall.n),
            percent(m.recall),
            *map(percent, m.found_by),
            weeks(m.lead),
        )
        for name, m in groups.items()
    )
    return _table(heads, rows)


# --- plots -----------------------------------------------------------------------------------


def _frame(body: str, label: str) -> str:
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{escape(label)}">'
        f"{body}</svg></figure>"
    )


def _precision(backtest: Backtest) -> str:
    days = sorted({day for name in _COLOURS for day, *_ in backtest.policies[name].weekly})
    if len(days) < 2:
        return ""
    names = policy_names()
    wide, high = _WIDTH - _LEFT - 10, _HEIGHT - _BOTTOM - 20
    place = {day: _LEFT + wide * i / (len(days) - 1) for i, day in enumerate(days)}
    parts = [_grid(high)]
    for index, (name, colour) in enumerate(_COLOURS.items()):
        points = " ".join(
            f"{place[day]:.1f},{20 + high * (1 - share):.1f}"
            for day, share, _ in backtest.policies[name].weekly
        )
        stroke = (
            f'fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{_DASHES[name]}"'
        )
        left = _LEFT + 230 * index
        parts.append(f'<polyline points="{points}" {stroke}/>')
        parts.append(f'<polyline points="{left},9 {left + 24},9" {stroke}/>')
        parts.append(f'<text x="{left + 30}" y="13">{escape(names[name])}</text>')
    for day in (days[0], days[len(days) // 2], days[-1]):
        anchor = "end" if day == days[-1] else "start" if day == days[0] else "middle"
        parts.append(_text(place[day], _HEIGHT - 8, day.strftime("%d/%m/%Y"), anchor))
    return _frame("".join(parts), say("Précision de la file par semaine, de 0 à 100 %"))


def _grid(high: float) -> str:
    lines = []
    for share in (0, 0.5, 1):
        y = 20 + high * (1 - share)
        lines.append(
            f'<path d="M{_LEFT} {y:.1f}H{_WIDTH - 10}" stroke="#ddd"/>'
            + _text(_LEFT - 4, y + 4, f"{share:.0%}".replace("%", " %"), "end")
        )
    return "".join(lines)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _lead(measures: Measures) -> str:
    if not measures.leads:
        return _paragraph(say("Aucun acteur trouvé n’a dix mentions : rien à mesurer."))
    bins = Counter(floor(lead / 2) * 2 for lead in measures.leads)
    low, high = min(bins), max(bins)
    edges = range(low, high + 2, 2)
    most = max(bins.values())
    wide = (_WIDTH - _LEFT - 10) / len(edges)
    tall = _HEIGHT - _BOTTOM - 20
    parts: list[str] = []
    step = max(1, len(edges) // 12)
    for index, edge in enumerate(edges):
        x, height = _LEFT + index * wide, tall * bins[edge] / most
        y = 20 + tall - height
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{wide - 2:.1f}" height="{height:.1f}" '
            f'fill="{_COLOURS["vigie"]}"/>'
        )
        if bins[edge]:
            parts.append(_text(x + wide / 2, y - 4, str(bins[edge]), "middle"))
        if index % step == 0:
            parts.append(_text(x, _HEIGHT - 8, str(edge), "start"))
    label = say("Nombre d’acteurs par semaines d’avance sur leur dixième mention")
    return _frame("".join(parts), label) + f'<p class="note">{escape(label)}</p>'


# --- misses ----------------------------------------------------------------------------------


def _misses(misses: Sequence[Miss]) -> str:
    if not misses:
        return _paragraph(say("Rien : chaque acteur émergent a été proposé."))
    language = terminal_language()
    counts = Counter(miss.why for miss in misses)
    tally = " · ".join(
        say("{reason} : {detail}", reason=WHY[why], detail=n) for why, n in counts.most_common()
    )
    rows = (
        (
            escape(miss.name),
            escape(miss.course),
            str(miss.stories),
            escape(why_missed(miss)),
            escape(", ".join(render(NAMES[name], language) for name in miss.features)) or "–",
        )
        for miss in misses
    )
    heads = [say("Acteur"), say("Parcours"), say("Récits"), say("Pourquoi"), say("Aurait suffi")]
    return _paragraph(tally) + _table(heads, rows)


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
