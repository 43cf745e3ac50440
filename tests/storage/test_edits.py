"""What people write of actors, their journal, the directory, the accounts: on both databases."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from storage import (
    accounts,
    actors,
    counts,
    directory,
    distinctions,
    edits,
    journal,
    judgements,
    naming,
    searches,
    source_changes,
    sources,
    tables,
    told,
)
from storage.folding import fold
from vigie.errors import UnknownNameError
from vigie.records import (
    ActorKind,
    Edit,
    Field,
    Role,
    Source,
    SourceChange,
    SourceKind,
    Verdict,
)

DAY = date(2026, 3, 2)
CAFE, FABRIQUE = "Café des Graines", "La Fabrique du Canal"


def at(day, hour=12):
    return datetime.combine(day, time(hour), UTC)


def id_of(name):
    return "a-" + name.casefold().replace(" ", "-")


@pytest.fixture
def c(store, press):
    with store.writing() as connection:
        press.publish(connection, 1, DAY, CAFE, FABRIQUE)
        press.publish(connection, 2, DAY + timedelta(days=9), CAFE, source="courrier")
        counts.refresh(connection)
        yield connection


def edit(name, field, *value, who="Awa", day=DAY):
    return Edit(actor_id=id_of(name), field=field, value=value, who=who, at=at(day))


def test_the_newest_of_a_field_stands_until_it_is_undone(c):
    first = edits.add(c, edit(CAFE, Field.STAGE, "contacted"))
    second = edits.add(c, edit(CAFE, Field.STAGE, "met", who="Ben"))
    for note in ("un", "deux"):
        edits.add(c, edit(CAFE, Field.NOTE, note))
    stands = edits.standing(c, [id_of(CAFE)])[id_of(CAFE)]
    assert stands.keys() == {Field.STAGE}
    assert (stands[Field.STAGE].id, stands[Field.STAGE].words) == (second, "met")
    assert [one.words for one in edits.notes(c, id_of(CAFE))] == ["deux", "un"]
    edits.undo(c, second, "Awa", at(DAY))
    again = edits.undo(c, second, "Ben", at(DAY, 15))
    assert again.undone_by == "Awa"
    assert edits.standing(c, [id_of(CAFE)])[id_of(CAFE)][Field.STAGE].id == first
    assert len(edits.revisions(c, id_of(CAFE))) == 4
    with pytest.raises(UnknownNameError):
        edits.add(c, Edit(actor_id="x", field=Field.NAME, value=(), who="", at=at(DAY)))


def test_after_a_merge_what_was_written_of_the_one_that_stands_comes_first(c):
    edits.add(c, edit(FABRIQUE, Field.DESCRIPTION, "de la Fabrique"))
    edits.add(c, edit(CAFE, Field.DESCRIPTION, "du café"))
    edits.add(c, edit(CAFE, Field.THEMES, "graines"))
    actors.merge(c, id_of(CAFE), id_of(FABRIQUE))
    stands = edits.standing(c, [id_of(FABRIQUE)])[id_of(FABRIQUE)]
    assert stands[Field.DESCRIPTION].words == "de la Fabrique"
    assert stands[Field.THEMES].words == "graines"
    actors.unmerge(c, id_of(CAFE))
    assert Field.THEMES not in edits.standing(c, [id_of(FABRIQUE)])[id_of(FABRIQUE)]


def test_every_kind_of_act_stands_in_the_journal_and_is_undone_by_its_key(c, press):
    judgements.add(c, press.judgement(CAFE, Verdict.KEEP, DAY))
    edits.add(c, edit(CAFE, Field.STAGE, "met", day=DAY + timedelta(days=1)))
    later = DAY + timedelta(days=2)
    distinctions.add(c, id_of(CAFE), id_of(FABRIQUE), "Awa", at(later))
    searches.add(c, "Graines", "q=graines", "Awa", at(later, 18))
    acts = journal.read(c, 10)
    kinds = [act.kind for act in acts]
    assert kinds == ["search", "distinction", "edit", "judgement"]
    assert journal.last(c, "Awa").kind == "distinction"
    for act in acts:
        journal.undo(c, act.key, "Ben", at(later, 20))
    assert all(act.undone_by == "Ben" for act in journal.read(c, 10))
    assert journal.last(c, "Awa") is None
    assert [a.kind for a in journal.read(c, 2, at(later), 0)] == ["distinction", "edit"]
    assert [a.kind for a in journal.read(c, 2, at(later), 1)] == ["edit", "judgement"]
    assert {a.kind for a in journal.read(c, 9, actor_id=id_of(FABRIQUE))} == {"distinction"}


def test_verdicts_given_together_are_undone_together(c, press):
    for name in (CAFE, FABRIQUE):
        judgements.add(c, press.judgement(name, Verdict.WATCH, DAY))
    journal.undo(c, journal.last(c, "Awa").key, "Awa", at(DAY))
    assert judgements.standing(c, [id_of(CAFE), id_of(FABRIQUE)]) == {}


@pytest.mark.parametrize("text", ["cafe graines", "CAFÉ", "caffé des grainnes", "grain"])
def test_names_are_found_without_accents_and_with_slips(c, text):
    words = naming.vocabulary(c)
    assert naming.named(c, text, words)[0] == id_of(CAFE)


def test_the_directory_is_filtered_by_what_people_wrote_before_what_was_found(c, press):
    words = naming.vocabulary(c)

    def names(**asked):
        return [one.name for one in directory.search(c, directory.Search(**asked), words).lines]

    assert names(sort="mentions") == [CAFE, FABRIQUE]
    assert names(sort="name") == [CAFE, FABRIQUE]
    assert names(kind=ActorKind.ASSOCIATION) == [CAFE, FABRIQUE]
    edits.add(c, edit(FABRIQUE, Field.KINDS, "fablab", "third_place"))
    assert names(kind=ActorKind.ASSOCIATION) == [CAFE]
    assert names(kind=ActorKind.FABLAB) == [FABRIQUE]
    edits.add(c, edit(CAFE, Field.NAME, "Le Café des Graines"))
    edits.add(c, edit(CAFE, Field.COMMUNES, "67482"))
    assert names(commune="67482") == ["Le Café des Graines"]
    assert directory.by_commune(c, directory.Search(), words) == {"": 1, "67482": 1}
    judgements.add(c, press.judgement(FABRIQUE, Verdict.KEEP, DAY))
    assert names(verdicts=frozenset({Verdict.KEEP})) == [FABRIQUE]
    assert names(text="graines", verdicts=frozenset({Verdict.KEEP})) == []


@pytest.mark.parametrize("sort", directory.SORTS)
def test_pages_of_the_directory_hold_everybody_once_those_never_named_at_the_end(c, sort):
    listed = [
        {"id": f"a-{n}", "name": f"Zone {n}", "kind": "association", "institution": False}
        for n in range(5)
    ]
    c.execute(
        directory.tables.actors.insert(),
        [one | {"root_id": one["id"], "folded": one["name"].lower()} for one in listed],
    )
    words = naming.vocabulary(c)
    found = [
        directory.search(c, directory.Search(sort=sort), words, limit=3, offset=offset)
        for offset in (0, 3, 6, 9)
    ]
    names = [line.name for page in found for line in page.lines]
    assert set(names[:2]) == {CAFE, FABRIQUE}
    assert names[2:] == [one["name"] for one in listed]
    assert {page.total for page in found} == {7}


def test_what_is_told_of_an_actor_comes_with_its_weeks_and_follows_merges(c):
    tellings = told.by_documents(c, id_of(CAFE))
    assert [one.source_id for one in tellings] == ["courrier", "gazette"]
    weeks = told.by_weeks(c, id_of(CAFE), DAY)
    assert [(one.monday, one.mentions) for one in weeks] == [(DAY, 1), (DAY + timedelta(7), 1)]
    actors.merge(c, id_of(FABRIQUE), id_of(CAFE))
    assert len(told.by_documents(c, id_of(CAFE))) == 2
    (line,) = directory.lines(c, [id_of(CAFE)])
    assert (line.mentions, line.first_day, line.last_day) == (3, DAY, DAY + timedelta(days=9))
    assert told.coming(c, [id_of(CAFE)], DAY) == []


def test_accounts_and_their_sessions(c):
    accounts.add(c, "Élise", Role.OFFICER, "hash", at(DAY))
    accounts.begin(c, "d1", "elise", at(DAY), "Firefox")
    account, session = accounts.of_session(c, "d1", at(DAY, 13))
    assert (account.shown, session.agent) == ("Élise", "Firefox")
    assert accounts.of_session(c, "d2", at(DAY, 13)) is None
    accounts.set_password(c, "ELISE", "other")
    assert accounts.of_session(c, "d1", at(DAY, 13)) is None


@given(
    words=st.sets(st.text("abcdé", min_size=1, max_size=9), max_size=40),
    asked=st.text("abcdé", min_size=1, max_size=9),
    slips=st.integers(1, 2),
)
def test_words_at_a_slip_or_two_are_all_found(words, asked, slips):
    every = tuple(sorted(words))
    known = naming.Vocabulary(every, (1,) * len(every))
    near = {one for one in every if OSA.distance(asked, one) <= slips}
    assert set(known.near(asked, slips)) == near
    assert known.held([*every, "zz"]) == len(every)


def test_of_many_names_that_hold_a_word_the_shortest_are_looked_at(c):
    names = [f"Jardin {'de la ' * (n % 3)}{chr(97 + n % 26) * 9}{n}" for n in range(500)] + [
        "Jardin"
    ]
    ids = [f"j{n}" for n in range(len(names))]
    c.execute(
        tables.actors.insert(),
        [
            {"id": i, "name": name, "kind": "unknown", "institution": False, "root_id": i}
            for i, name in zip(ids, names, strict=True)
        ],
    )
    folded = [fold(name) for name in names]
    rows = list(zip(ids, names, folded, strict=True))
    c.execute(
        tables.aliases.insert(),
        [{"key": f, "surface": n, "folded": f, "actor_id": i} for i, n, f in rows],
    )
    held = [{"word": word, "key": f} for f in folded for word in set(f.split())]
    c.execute(tables.name_words.insert(), held)
    words = naming.vocabulary(c)
    found = naming.named(c, "jardin", words)
    assert (found[0], len(found)) == ("j500", 200)
    # A slip, and articles that the name does not have.
    assert naming.named(c, "le jardn", words)[0] == "j500"
    assert naming.named(c, "les aaaaaaaaa0", words)[0] == "j0"


def test_a_paused_source_that_gives_nothing_is_not_expected_to(c):
    saved = [Source(id=i, name=i, url=f"https://{i}.example", kind=SourceKind.FEED) for i in "ab"]
    sources.save(c, saved)
    source_changes.add(c, "a", SourceChange.PAUSED, who="Ada", at=at(DAY))
    given_since = source_changes.given(c, ["a", "b"], DAY, DAY)
    assert given_since["b"] == 0
    assert "a" not in given_since
