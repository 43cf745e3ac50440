"""What the weekly letter tells, to whom, and how it looks in a mail program."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import feedparser
import pytest
from lxml import html as parser

from flows.digest import gather, monday_of
from flows.letters import wanted
from storage import edits, open_store, queues, sources
from tests.exchange.origin import NAMES, ONE, OTHER, TWO, fill, settings_in
from vigie.digest import rendering, sections
from vigie.digest.edition import Remark, tailored
from vigie.exchange import feeds
from vigie.records import (
    ActorKind,
    Candidate,
    Cluster,
    ClusterChange,
    Edit,
    EnteredBy,
    Field,
    HealthState,
    Message,
    Outcome,
    Queue,
    Source,
    SourceKind,
    Visibility,
)
from vigie.settings import Review

FIRST = date(2026, 3, 9)
DAY = date(2026, 3, 16)
AT = datetime(2026, 3, 16, 6, tzinfo=UTC)
SILENT = Source(id="muet", name="Le Muet", url="https://m.example/rss", kind=SourceKind.FEED)


def candidate(actor_id: str, rank: int) -> Candidate:
    return Candidate(
        actor_id=actor_id,
        name=NAMES[actor_id],
        aliases=(),
        kind=ActorKind.ASSOCIATION,
        commune="68224",
        score=1.0,
        rank=rank,
        entered_by=EnteredBy.RANKING,
        first_seen=FIRST,
        mentions=1,
        stories=1,
        sources=1,
        cluster="c1",
        reasons=(),
        evidence=(),
    )


@pytest.fixture(scope="module")
def edition(tmp_path_factory):
    folder = tmp_path_factory.mktemp("letter")
    settings = replace(
        settings_in(folder, themes=("réemploi", "eau potable")),
        review=Review(address="https://vigie.example.org"),
        sources=(SILENT,),
    )
    store = open_store("sqlite:///vigie.db", folder)
    fill(store)
    cluster = Cluster(
        id="c1", label=("atelier", "radio"), members=(TWO, OTHER), change=ClusterChange.NEW
    )
    with store.writing() as c:
        sources.save(c, [SILENT])
        outcome = Outcome(
            source_id="muet", at=AT, state=HealthState.SILENT, message=Message("rien")
        )
        sources.save_outcome(c, outcome)
        shown = tuple(candidate(i, n) for n, i in enumerate((ONE, TWO, OTHER), 1))
        queues.save(c, Queue(week="2026-W12", as_of=DAY, candidates=shown, clusters=(cluster,)))
        trap = '<script>alert(1)</script> [x](javascript:1) "\u202enoisrevni'
        edit = Edit(actor_id=TWO, field=Field.DESCRIPTION, value=(trap,), who="Jeanne", at=AT)
        edits.add(c, edit)
        name = Edit(actor_id=TWO, field=Field.NAME, value=("Graine <b>de</b> Rue",), who="J", at=AT)
        edits.add(c, name)
    yield gather(settings, store, FIRST, DAY)
    store.close()


def letter(edition, audience=Visibility.LAB, language="fr"):
    return sections.letter(tailored(edition, audience), language)


def by_name(made) -> dict[str, sections.Section]:
    return {part.name: part for part in made.sections}


def test_a_week_tells_who_was_kept_what_was_written_and_what_is_to_come(edition):
    made = letter(edition)
    parts = by_name(made)
    assert [one.title for one in parts["kept"].entries] == ["La Fabrique"]
    assert [one.title for one in parts["news"].entries] == ["Graine <b>de</b> Rue"]
    (event,) = parts["events"].entries
    assert event.when == "samedi 4 avril, 16\u00a0h"
    assert "La Filature" in event.facts
    (group,) = parts["communities"].entries
    assert "Radio Sureau" in group.facts
    assert "Le Muet" in parts["silent"].lines[0]
    assert any("eau potable" in line for line in parts["blind_spots"].lines)
    assert "1 acteur retenu" in made.summary
    assert made.action is None, "all of them were judged"


def test_the_week_of_a_monday_is_understood_or_refused():
    assert monday_of("2026-W12") == date(2026, 3, 16)
    for wrong in ("2026-W60", "W12", "2026-03-16", "demain", "2026-W1"):
        assert monday_of(wrong) is None


def test_nobody_outside_is_told_what_is_the_lab_s(edition):
    partner = letter(edition, Visibility.NETWORK)
    assert set(by_name(partner)) == {"kept", "news", "events"}
    everything = rendering.html(partner) + rendering.text(partner) + rendering.markdown(partner)
    assert "Dupont" not in everything
    assert "vigie.example.org" not in everything
    public = letter(edition, Visibility.PUBLIC)
    assert "Graine" not in rendering.html(public)
    assert "Licence Ouverte" in rendering.text(public)
    assert "Dupont" in rendering.html(letter(edition))


def test_a_reader_gets_their_areas_and_themes(edition):
    def told(areas=(), themes=()):
        mine = tailored(edition, Visibility.LAB, wanted(areas, themes))
        return [one.sheet.id for one in (*mine.kept, *mine.news)]

    assert told() == [ONE, TWO]
    assert told(areas=["200066009"]) == [ONE, TWO]
    assert told(areas=["67482"]) == []
    assert told(themes=["réemploi"]) == [ONE]
    assert told(themes=["cirque"]) == []
    lines = [Remark(words="réemploi"), Remark(message=Message("x"), places=("68224",))]
    assert list(filter(wanted(["67482"], []), lines)) == [lines[0]]
    assert list(filter(wanted([], ["cirque"]), lines)) == [lines[1]]


def test_the_page_needs_nothing_from_elsewhere_and_holds_no_trap(edition):
    page = rendering.html(letter(edition))
    tree = parser.fromstring(page)
    assert not tree.xpath("//img | //script | //link | //iframe | //form | //@onclick")
    assert all(url.startswith("https://") for url in tree.xpath("//a/@href"))
    assert "url(" not in page
    assert "<b>de</b>" not in page
    assert "\u202e" not in page
    assert tree.xpath("string(/html/@lang)") == "fr"
    layouts = tree.xpath("//table")
    assert layouts
    assert all(table.get("role") == "presentation" for table in layouts)
    assert len(tree.xpath("//h1")) == 1
    assert "prefers-color-scheme: dark" in page
    assert len(page) < 100_000, "mail programs cut what is longer"


def test_the_text_is_as_wide_as_a_mail_and_its_addresses_are_whole(edition):
    text = rendering.text(letter(edition))
    assert all(len(line) <= 72 or "https://" in line for line in text.splitlines())
    assert "  https://vigie.example.org/acteurs/a-0000000000000001\n" in text
    assert "\n-- \n" in text


def test_the_markdown_takes_no_mark_from_what_was_written(edition):
    text = rendering.markdown(letter(edition))
    assert text.startswith("# Veille Mulhouse")
    assert "\\<b\\>" in text
    assert "(javascript:" not in text.replace("\\]\\(", "")


def test_it_is_said_in_english_too(edition):
    made = letter(edition, language="en")
    assert made.week == "The week of 9 to 15 March 2026"
    lines = [line for line in rendering.text(made).splitlines() if "https://" not in line]
    assert not re.search("acteur|rendez-vous|Retenus|semaine", "\n".join(lines))


@pytest.mark.parametrize("write", [feeds.rss, feeds.atom])
def test_its_feeds_tell_the_same(edition, write):
    made = letter(edition)
    found = feedparser.parse(write(rendering.feed(edition, made)))
    assert not found.bozo
    entries = [entry for part in made.sections for entry in part.entries]
    assert len(found.entries) == len(entries)
    assert found.entries[0].title == "Retenus cette semaine\u00a0: La Fabrique".replace(
        "\u00a0:", " :"
    )
    assert len({one.id for one in found.entries}) == len(entries)
    assert json.loads(feeds.json_feed(rendering.feed(edition, made)))["items"]
