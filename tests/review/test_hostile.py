"""What came from the web is a trap everywhere: no page runs it, breaks on it or calls out."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest
from icalendar import Calendar
from lxml import etree

from storage import (
    accounts,
    annotations,
    counts,
    documents,
    edits,
    judgements,
    open_store,
    opinions,
    proposals,
    searches,
    source_changes,
    sources,
)
from tests import databases
from tests.review.conftest import FakeScout, Site, clock, running
from tests.review.example import HOSTILE, hostile_queue, write
from vigie.records import (
    ActorKind,
    Alias,
    Annotation,
    Document,
    DocumentKind,
    Edit,
    EventDetails,
    Field,
    HealthState,
    Judgement,
    Label,
    Link,
    Mention,
    Message,
    Opinion,
    Outcome,
    Position,
    Proposal,
    RejectReason,
    Relation,
    RelationKind,
    Resolution,
    Round,
    RoundKind,
    SignIn,
    SignInOutcome,
    Source,
    SourceChange,
    SourceKind,
    Suggestion,
    Verdict,
)

pytestmark = databases.once


TRAP, LONG = "../..?<x>&é", "long"
TURNING = "\u202e\u2066\u2067\u202d\u200f"
MEGABYTE = HOSTILE + TURNING + "x" * 1_000_000
SCRIPT_LINK = "javascript:window.hacked=1"


def tell(store):
    """Keep documents whose every word is a trap: an article of a megabyte, an event, a tie."""
    source = Source(id="piege", name=MEGABYTE, url=SCRIPT_LINK, kind=SourceKind.FEED)
    told = [
        Document(
            id=f"h{number}",
            source_id="piege",
            url=(SCRIPT_LINK, 'https://a.example/"onmouseover="window.hacked=1')[number % 2],
            title=MEGABYTE if number else HOSTILE,
            text=f"Avant {HOSTILE} après",
            published_at=datetime(2026, 2, 1, 9, tzinfo=UTC),
            fetched_at=datetime(2026, 2, 1, 10, tzinfo=UTC),
            kind=DocumentKind.EVENT if start else DocumentKind.ARTICLE,
            event=EventDetails(start=start, venue=MEGABYTE, organiser=HOSTILE) if start else None,
        )
        for number, start in enumerate((None, None, datetime(2026, 12, 4, 14, tzinfo=UTC)))
    ]
    first = Mention(
        document_id="",
        surface=HOSTILE,
        label=Label.ACTOR,
        start=0,
        end=5,
        sentence=f"Avant {HOSTILE}{TURNING} après " + "mot " * 5_000,
        confidence=0.9,
        rule="test",
        kind=ActorKind.ASSOCIATION,
        commune="68224",
        description=HOSTILE,
    )
    found = []
    for one in told:
        pair = tuple(
            Mention(**{**values(first), "document_id": one.id, "start": at, "end": at + 5})
            for at in (0, 10)
        )
        tie = Relation(first=0, second=1, kind=RelationKind.PARTNERS, sentence=first.sentence)
        found.append(
            Annotation(
                document_id=one.id, version="1", language="fr", mentions=pair, relations=(tie,)
            )
        )
    ends = ((0, TRAP), (10, LONG))
    links = tuple(
        Link(document_id=one.id, start=at, end=at + 5, actor_id=actor)
        for one in told
        for at, actor in ends
    )
    with store.writing() as c:
        sources.save(c, [source])
        documents.save(c, told)
        resolution = Resolution(
            links=links,
            aliases=(
                Alias(key="piege", surface=MEGABYTE[:5000], actor_id=TRAP),
                Alias(key="k2", surface=HOSTILE, actor_id=LONG),
            ),
            suggestions=(
                Suggestion(
                    actor_id=LONG,
                    other_id=TRAP,
                    score=0.9,
                    reason=Message("Noms presque semblables"),
                ),
            ),
        )
        annotations.save(c, found, resolution, {one.id: f"s{one.id}" for one in told})
        message = Message("La page répond 503 : {why}", {"why": MEGABYTE})
        at = datetime(2026, 2, 1, tzinfo=UTC)
        ill = Outcome(source_id="piege", at=at, state=HealthState.SILENT, message=message)
        sources.save_outcome(c, ill)
        counts.refresh(c)


def values(record):
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


def judge(store):
    """Keep what a person with a trap for a name writes."""
    now = clock()
    with store.writing() as c:
        verdict = Judgement(
            actor_id=LONG,
            verdict=Verdict.REJECT,
            reason=RejectReason.OTHER,
            who=HOSTILE,
            at=now,
            week="2026-W06",
            note=MEGABYTE[:2000],
        )
        judgements.add(c, verdict)
        trap = Proposal(
            actor_id=LONG,
            name=HOSTILE + TURNING,
            what=MEGABYTE[:5000],
            place=HOSTILE,
            link=SCRIPT_LINK,
            who=HOSTILE,
            at=now + timedelta(minutes=1),
            day=now.date(),
        )
        proposals.add(c, trap, "trap", made_actor=False)
        asked = Round(
            actor_id=LONG,
            kind=RoundKind.VOTE,
            verdict=Verdict.KEEP,
            question=MEGABYTE[:1000],
            who=HOSTILE,
            at=now,
            until=now + timedelta(days=2),
        )
        number = opinions.ask(c, asked, [(HOSTILE, "a@example.org")], "fr")
        said = Opinion(
            round_id=number,
            who=HOSTILE + TURNING,
            position=Position.YES,
            words=MEGABYTE[:2000],
            at=now,
        )
        opinions.give(c, said)
        for field in (Field.NAME, Field.DESCRIPTION, Field.THEMES, Field.CONTACT, Field.NOTE):
            edits.add(
                c, Edit(actor_id=TRAP, field=field, value=(HOSTILE + TURNING,), who=HOSTILE, at=now)
            )
        links = Edit(actor_id=TRAP, field=Field.LINKS, value=(SCRIPT_LINK,), who="x", at=now)
        edits.add(c, links)
        edits.add(
            c, Edit(actor_id=TRAP, field=Field.ASSIGNEE, value=(HOSTILE,), who=HOSTILE, at=now)
        )
        edits.saw(c, TRAP, "2026-W06", HOSTILE, now)
        searches.add(c, HOSTILE, "q=%22%3E%3Cscript%3E", HOSTILE, now)
        source_changes.add(c, "piege", SourceChange.PAUSED, who=HOSTILE, at=now)
        sign_in = SignIn(
            name=HOSTILE, address="::1", known=False, outcome=SignInOutcome.WRONG, at=now
        )
        accounts.note(c, sign_in)


@pytest.fixture(scope="module")
def trap(tmp_path_factory):
    """Yield an application in which everything is a trap."""
    folder = tmp_path_factory.mktemp("hostile")
    store = open_store("sqlite:///vigie.db", folder)
    write(store, hostile_queue())
    tell(store)
    judge(store)
    scout = FakeScout()
    with running(store, folder, scout=scout) as url:
        yield Site(url, store, clock, folder, scout)
    store.close()


def preview(site):
    """Return the address of what a hostile site has to offer."""
    with site.reader() as reader:
        csrf = site.hidden(reader.get("/sources/ajouter").text, "csrf")
        data = {"csrf": csrf, "url": "https://hostile.example"}
        return reader.post("/sources/ajouter", data=data).headers["location"]


Q = quote(HOSTILE)
ACTOR = quote(TRAP, safe="")
PAGES = (
    "/semaines/2026-W06",
    f"/semaines/2026-W06?q={Q}",
    f"/semaines/2026-W06/acteurs/{ACTOR}?avec={Q}",
    "/semaines/2026-W06/acteurs/long",
    f"/semaines/{Q}",
    f"/acteurs/{ACTOR}?avec={Q}",
    "/acteurs/long",
    f"/fiche/modifier/{ACTOR}",
    "/fiche/modifier/long",
    "/annuaire?avis=tous",
    f"/annuaire?avis=tous&q={Q}&commune={Q}&theme={Q}&qui={Q}",
    "/carte?avis=tous",
    f"/carte?q={Q}",
    "/reseau?recits=1",
    "/communautes",
    "/angles-morts",
    "/propositions",
    f"/proposer?nom={Q}",
    f"/proposer/semblables?name={Q}&place={Q}",
    f"/proposer/suivi/{Q}",
    "/propositions/importer",
    "/consultations",
    "/consultations/1",
    f"/consultations/avis/{Q}",
    "/sources",
    "/sources/ajouter",
    "/journal",
    "/comptes",
    "/a-propos",
    f"/{Q}",
    f"/acteurs/{Q}",
    f"/connexion?vers={Q}",
)

LOOK = """() => {
  const odd = [];
  for (const one of document.querySelectorAll('*')) {
    if (['IMG', 'IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'BASE'].includes(one.tagName)) odd.push(one.tagName);
    for (const {name, value} of one.attributes) {
      if (!/^[a-zA-Z][a-zA-Z0-9:-]*$/.test(name) || /^on/i.test(name)) odd.push(name);
      if (['href', 'src', 'action', 'formaction', 'cite'].includes(name) && /^\\s*(javascript|data|vbscript):/i.test(value)) odd.push(value.slice(0, 40));
    }
    if (one.tagName === 'SCRIPT' && !one.getAttribute('src')?.startsWith('/static/')) odd.push('inline script');
  }
  return {
    odd,
    hacked: window.hacked ?? null,
    turning: /[\\u202a-\\u202e\\u2066-\\u2069\\u200f]/.test(document.documentElement.textContent),
    wide: document.documentElement.scrollWidth - window.innerWidth,
    size: document.documentElement.outerHTML.length,
  };
}"""


def test_no_page_runs_breaks_or_calls_out(visit, trap):
    page = visit("/a-propos", base_url=trap.url)
    found = {}
    for path in (*PAGES, preview(trap)):
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        seen = page.evaluate(LOOK)
        assert seen.pop("size") < 150_000, path
        page.set_viewport_size({"width": 320, "height": 800})
        seen["narrow"] = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if seen != {"odd": [], "hacked": None, "turning": False, "wide": 0, "narrow": 0}:
            found[path] = seen
    assert found == {}


def test_the_traps_are_really_on_the_pages(trap):
    with trap.reader() as reader:
        for path in (
            "/semaines/2026-W06",
            f"/acteurs/{ACTOR}",
            f"/fiche/modifier/{ACTOR}",
            "/annuaire?avis=tous",
            "/reseau?recits=1",
            "/communautes",
            "/sources",
            "/journal",
            "/comptes",
            preview(trap),
        ):
            html = reader.get(path).text
            assert "hacked" in html, path
            assert "<script>window" not in html, path


def test_htmx_brings_no_trap_to_life(visit, trap):
    page = visit("/semaines/2026-W06", base_url=trap.url)
    page.keyboard.press("j")
    page.locator(".candidate-nav", has_text="2 sur 2").wait_for()
    page.goto("/sources/ajouter")
    page.get_by_label("Adresse d’un site").fill("https://hostile.example")
    page.keyboard.press("Enter")
    page.locator(".offer").first.wait_for()
    seen = page.evaluate(LOOK)
    assert (seen["odd"], seen["hacked"], seen["turning"]) == ([], None, False)


def test_feeds_calendars_markdown_and_numbers_carry_no_trap(trap):
    rss = httpx.get(trap.url + "/annuaire.rss?avis=tous", timeout=30)
    items = etree.fromstring(rss.content).findall(".//item")
    assert len(items) == 2
    for item in items:
        for element in item:
            assert "<" not in (element.text or "")
            assert not set(TURNING) & set(element.text or "")
    calendar = httpx.get(trap.url + "/annuaire.ics?avis=tous", timeout=30)
    events = Calendar.from_ical(calendar.content).walk("VEVENT")
    assert events
    assert not any("javascript" in str(event.get("url", "")) for event in events)
    assert max(map(len, calendar.text.splitlines())) <= 75
    markdown = httpx.get(f"{trap.url}/acteurs/{ACTOR}?format=md")
    assert markdown.headers["content-type"].startswith("text/")
    assert not re.search(r"(?<!\\)<script", markdown.text)
    assert "](javascript" not in markdown.text
    numbers = httpx.get(trap.url + "/reseau.json?recits=1")
    assert numbers.headers["content-type"].startswith("application/json")
    assert len(numbers.content) < 150_000


def test_it_is_printed_harmlessly(visit, trap):
    page = visit(f"/acteurs/{ACTOR}", base_url=trap.url)
    page.emulate_media(media="print")
    assert page.evaluate("window.hacked") is None
    assert page.pdf()[:4] == b"%PDF"
