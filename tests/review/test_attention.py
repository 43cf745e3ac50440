"""What needs a person stands at the top of the pages, and on one of its own."""

from datetime import timedelta

import httpx
import pytest

from storage import notices
from vigie.records import Message, Notice, NoticeKind

HOSTILE = "La Gazette <script>alert(1)</script>"


@pytest.fixture
def needing(site):
    """A source that is blocked, a disk that is nearly full, and a run that failed and is well again."""
    now = site.clock()
    blocked = Message(
        "{source} : {message}", {"source": HOSTILE, "message": Message("le site refuse")}
    )
    said = {
        NoticeKind.SOURCE: blocked,
        NoticeKind.DISK: Message("le disque est presque plein"),
        NoticeKind.RUN: Message("la collecte n’a pas abouti"),
    }
    found = [
        Notice(kind=k, about="x", message=m, since=now - timedelta(days=2)) for k, m in said.items()
    ]
    with site.store.writing() as c:
        notices.settle(c, found, list(NoticeKind), now - timedelta(days=2))
        notices.settle(c, found[:2], list(NoticeKind), now - timedelta(days=1))
    return site


def test_pages_say_nothing_when_nothing_needs_a_person(site):
    assert "/attention" not in httpx.get(site.url + site.week).text
    assert "tout va bien" in httpx.get(site.url + "/attention").text


def test_every_page_leads_to_what_needs_a_person(needing):
    for path in (needing.week, "/sources", "/annuaire"):
        assert "2 points demandent quelqu’un" in httpx.get(needing.url + path).text
    english = httpx.get(needing.url + "/sources", params={"lang": "en"}).text
    assert "2 things need somebody" in english


def test_the_page_lists_what_stands_and_what_was_resolved_and_is_safe_to_read(needing):
    text = httpx.get(needing.url + "/attention").text
    standing, resolved = text.split("Résolu depuis peu")
    assert "le disque est presque plein" in standing
    assert "depuis le 15 mars 2026" in standing
    assert "&lt;script&gt;alert(1)" in standing
    assert "<script>alert" not in text
    assert "la collecte n’a pas abouti" in resolved
    assert "résolu le 16 mars 2026" in resolved


def test_who_is_not_signed_in_learns_nothing_of_it(guarded):
    with guarded.store.writing() as c:
        now = guarded.clock()
        disk = Notice(kind=NoticeKind.DISK, about="data", message=Message("plein"), since=now)
        notices.settle(c, [disk], [NoticeKind.DISK], now)
    assert "attention" not in httpx.get(guarded.url + "/connexion").text
    assert httpx.get(guarded.url + "/attention").status_code in {303, 401}
