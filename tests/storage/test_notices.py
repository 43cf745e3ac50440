from datetime import UTC, datetime, timedelta

from storage import notices
from vigie.records import Message, Notice, NoticeKind

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)
SOURCES = [NoticeKind.SOURCE]


def silent(source: str, words: str = "muette", at: datetime = NOON) -> Notice:
    return Notice(kind=NoticeKind.SOURCE, about=source, message=Message(words), since=at)


def test_what_needs_a_person_stands_until_it_is_not_found_any_more(store):
    with store.writing() as c:
        notices.settle(c, [silent("a"), silent("b")], SOURCES, NOON)
        notices.settle(c, [silent("b", "toujours muette")], SOURCES, NOON + timedelta(hours=1))
    with store.reading() as c:
        assert [(one.about, str(one.message), one.since) for one in notices.standing(c)] == [
            ("b", "toujours muette", NOON)
        ]
        assert [one.about for one in notices.resolved(c, NOON)] == ["a"]
        assert notices.count(c) == 1


def test_what_was_not_looked_at_stays_as_it_is(store):
    disk = Notice(kind=NoticeKind.DISK, about="data", message=Message("plein"), since=NOON)
    with store.writing() as c:
        notices.settle(c, [disk], [NoticeKind.DISK], NOON)
        notices.settle(c, [], SOURCES, NOON)
        assert [one.kind for one in notices.standing(c)] == [NoticeKind.DISK]


def test_a_trouble_that_comes_back_is_a_new_notice(store):
    with store.writing() as c:
        for hour, found in enumerate(
            ([silent("a")], [], [silent("a", at=NOON + timedelta(days=1))])
        ):
            notices.settle(c, found, SOURCES, NOON + timedelta(hours=hour))
        assert [one.since for one in notices.standing(c)] == [NOON + timedelta(days=1)]
        assert len(notices.resolved(c, NOON)) == 1


def test_each_beginning_and_each_end_is_told_once_and_an_untold_trouble_has_no_end_to_tell(store):
    def untold() -> list[tuple[str, bool]]:
        return [(one.about, one.resolved_at is not None) for _, one in notices.untold(c)]

    with store.writing() as c:
        notices.settle(c, [silent("a"), silent("b")], SOURCES, NOON)
        assert untold() == [("a", False), ("b", False)]
        notices.told(c, notices.untold(c), NOON)
        assert untold() == []
        notices.settle(c, [silent("b"), silent("c")], SOURCES, NOON)
        assert untold() == [("a", True), ("c", False)]
        notices.settle(c, [silent("b")], SOURCES, NOON)
        assert untold() == [("a", True)]
        later = NOON + timedelta(days=1)
        notices.told(c, notices.untold(c), later)
        assert untold() == []
        assert notices.last_told(c) == later


def test_an_end_that_came_while_the_mail_went_out_is_told_by_the_next(store):
    with store.writing() as c:
        notices.settle(c, [silent("a")], SOURCES, NOON)
        going_out = notices.untold(c)
        notices.settle(c, [], SOURCES, NOON)
        notices.told(c, going_out, NOON)
        (left,) = notices.untold(c)
        assert left.notice.resolved_at == NOON
        notices.told(c, [left], NOON)
        assert notices.untold(c) == []
