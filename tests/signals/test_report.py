"""The backtest's page."""

from __future__ import annotations

from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from signals.backtest import replay
from signals.report import page
from signals.truth import TruthActor
from tests.signals.archive import archive, day, run
from tests.signals.facts import LYON, WATCH


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def test_the_report_needs_no_other_file():
    tags = Tags()
    tags.feed(page(run(*archive())))
    assert not [t for t, _ in tags.seen if t in {"script", "link", "img", "iframe"}]
    assert not [a for _, a in tags.seen if "src" in a or "href" in a]


def test_the_report_says_what_was_missed_and_why():
    text = page(run(*archive()))
    assert "mis de côté : situé hors du territoire" in text
    assert "jamais repéré dans les textes" in text


def test_the_plots_are_well_formed():
    text = page(run(*archive()))
    plots = [p.split("</svg>")[0] + "</svg>" for p in text.split("<figure>")[1:]]
    assert len(plots) == 4
    for plot in plots:
        ET.fromstring(plot)


def test_names_of_the_truth_are_shown_as_text():
    world, truth = archive()
    world.say("<b>Nom</b>", day=day(18), communes=(LYON,))
    truth.append(TruthActor(name="<b>Nom</b>", emerging=True))
    text = page(run(world, truth))
    assert "&lt;b&gt;Nom" in text
    assert "<b>" not in text


def test_a_report_of_nothing_says_so():
    assert "Rien" in page(replay([], archive()[1], WATCH, str.lower))
