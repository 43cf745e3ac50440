"""What a watch officer would recognise in her queue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from signals.profile import profile
from signals.queue import compose, detect
from signals.ranking import new_stories, rank
from signals.scoring import reasons
from tests.signals.facts import (
    LATELY,
    LYON,
    MONDAY,
    MULHOUSE,
    RIXHEIM,
    WATCH,
    World,
    days_ago,
    names,
)
from vigie.records import (
    ActorKind,
    DocumentKind,
    EnteredBy,
    Label,
    Reach,
    RejectReason,
    Verdict,
)

BIRTH = "{} vient de voir le jour à Mulhouse."


def test_a_single_mention_with_a_birth_cue_enters_the_queue():
    world = World()
    world.say("Les Glaneuses", BIRTH.format("Les Glaneuses"))
    (candidate,) = detect(world.facts(), WATCH).candidates
    assert candidate.name == "Les Glaneuses"
    assert candidate.entered_by is EnteredBy.RANKING
    assert candidate.rank == 1
    birth = next(f for f in candidate.reasons if f.name == "birth")
    assert str(birth.detail) == ("Signe de naissance : « voir le jour » (Le Journal, 13/03/2026)")


def test_the_town_hall_never_enters():
    world = World()
    for day in range(20):
        world.say(
            "mairie de Mulhouse",
            "La mairie de Mulhouse inaugure.",
            days_ago(day),
            kind=ActorKind.UNKNOWN,
        )
    for day in range(5):
        world.say("Le Conseil", label=Label.INSTITUTION, day=days_ago(day))
    assert detect(world.facts(), WATCH).candidates == ()


def test_one_release_copied_by_twelve_outlets_counts_once():
    world = World()
    for number in range(12):
        world.say("Grand Soin", source=f"journal {number}", story="communiqué")
    for number in range(3):
        world.say("Petit Fil", source=f"journal {number}", day=days_ago(number))
    first, second = detect(world.facts(), WATCH).candidates
    assert (first.name, first.stories) == ("Petit Fil", 3)
    assert (second.name, second.stories, second.mentions) == ("Grand Soin", 1, 12)
    assert second.score < first.score - 0.3


def test_what_is_shown_adds_up_to_the_score_exactly():
    world = World()
    world.say("Les Glaneuses", BIRTH.format("Les Glaneuses"))
    world.say("Vieux Club", "Le Vieux Club fête ses 40 ans avec 20 % de remise.")
    for number in range(7):
        world.say("Petit Fil", source=f"journal {number}", day=days_ago(5 * number))
    ranking = rank(world.facts(), WATCH)
    assert len(ranking.scored) == 3
    for scored in ranking.scored:
        shown = reasons(scored, ranking.weights)
        assert sum(Fraction(str(f.contribution)) for f in shown) == Fraction(str(scored.score))
        assert 0 <= scored.score <= 1


def test_nobody_is_new_merely_because_we_just_arrived():
    old, young = World(), World(start=days_ago(10))
    for world in (old, young):
        world.say("Petit Fil")
    long, short = (detect(w.facts(), WATCH).candidates[0].score for w in (old, young))
    assert long / (1 - long) > 3 * short / (1 - short)


def test_nobody_is_new_merely_because_a_source_just_arrived():
    world = World()
    world.source("nouveau blog", since=days_ago(8))
    world.say("Petit Fil", source="nouveau blog")
    world.say("Autre Fil", source="le journal")
    assert names(detect(world.facts(), WATCH)) == ["Autre Fil", "Petit Fil"]


def test_nobody_is_new_merely_because_an_undated_page_was_fetched():
    world = World()
    world.source("site ancien", fetched=LATELY)
    world.say("Petit Fil", source="site ancien", dated=False)
    world.say("Autre Fil", source="le journal")
    assert names(detect(world.facts(), WATCH)) == ["Autre Fil", "Petit Fil"]


def test_three_documents_in_a_year_are_no_year_of_listening():
    world = World()
    world.source("site muet", documents=2)
    world.say("Petit Fil", source="site muet")
    world.say("Autre Fil", source="le journal")
    assert names(detect(world.facts(), WATCH)) == ["Autre Fil", "Petit Fil"]


def test_to_study_somewhere_is_no_birth():
    world = World()
    world.say("Petit Fil", "Petit Fil se forme à l’école du cirque.")
    birth = [r for r in detect(world.facts(), WATCH).candidates[0].reasons if r.name == "birth"]
    assert not birth or birth[0].value == 0


def test_a_group_that_is_said_to_be_old_ranks_below_one_that_is_not():
    world = World()
    world.say("Club Ancien", "Le Club Ancien, fondé en 1987, tient sa réunion.")
    world.say("Club Nouveau", "Le Club Nouveau tient sa réunion.")
    ranked = [s.profile.name for s in rank(world.facts(), WATCH).scored]
    assert ranked == ["Club Nouveau", "Club Ancien"]


def test_a_group_of_another_region_does_not_enter():
    world = World()
    world.say("Fil de Soie", BIRTH.format("Fil de Soie"), communes=(LYON,))
    world.say("Petit Fil", communes=(RIXHEIM, LYON))
    assert names(detect(world.facts(), WATCH)) == ["Petit Fil"]


def test_a_group_without_any_place_may_enter():
    world = World()
    world.say("Petit Fil", BIRTH.format("Petit Fil"), communes=())
    assert names(detect(world.facts(), WATCH)) == ["Petit Fil"]


def test_a_group_silent_for_two_months_is_not_proposed():
    world = World()
    world.say("Petit Fil", day=days_ago(60))
    assert detect(world.facts(), WATCH).candidates == ()


def test_what_comes_back_every_autumn_is_not_emergence():
    world = World(start=date(2023, 1, 2))
    monday = date(2025, 9, 15)
    for year in (2023, 2024, 2025):
        for week in range(3):
            day = date(year, 9, 1) + timedelta(days=6 * week - 3)
            world.say("Ronde des Clubs", day=day)
            if year == 2025:
                world.say("Petit Fil", day=day)
    queue = detect(world.facts(monday), WATCH)
    assert queue.candidates[0].name == "Petit Fil"
    assert all(c.score < 0.2 for c in queue.candidates[1:])


def test_a_registered_birth_is_a_sign_of_birth():
    world = World()
    world.say("Petit Fil", document_kind=DocumentKind.NOTICE)
    world.say("Autre Fil")
    assert names(detect(world.facts(), WATCH))[0] == "Petit Fil"


def test_a_national_celebrity_is_not_under_the_radar():
    world = World()
    world.source("le national", reach=Reach.NATIONAL)
    for name in ("Grand Nom", "Petit Nom"):
        world.say(name, source="le journal")
    world.say("Grand Nom", source="le national")
    ranked = [s.profile.name for s in rank(world.facts(), WATCH).scored]
    assert ranked == ["Petit Nom", "Grand Nom"]


def test_an_actor_of_the_directory_ranks_below_an_unknown_one():
    world = World()
    world.say("Listé")
    world.say("Inconnu")
    world.known["Listé"] = date(2024, 1, 1)
    ranking = rank(world.facts(), WATCH)
    assert [scored.profile.name for scored in ranking.scored] == ["Inconnu", "Listé"]
    assert names(compose(ranking, world.facts(), WATCH)) == ["Inconnu"]


def test_watched_themes_raise_an_actor_whatever_the_accents_and_plurals():
    world = World()
    world.say("Alpha", "Alpha anime un atelier.")
    world.say("Bravo", "Bravo fait du reemploi et des tiers-lieux.")
    first = detect(world.facts(), WATCH).candidates[0]
    assert first.name == "Bravo"
    detail = next(str(f.detail) for f in first.reasons if f.name == "themes")
    assert detail == "Touche à vos thèmes : réemploi, tiers-lieu"


def test_the_queue_is_capped_and_its_last_places_are_drawn_by_lot():
    world = World()
    for number in range(40):
        world.say(f"Groupe Numéro {number}", BIRTH.format(f"Groupe Numéro {number}"))
    queue = detect(world.facts(), WATCH)
    assert [c.rank for c in queue.candidates] == list(range(1, 11))
    by = [c.entered_by for c in queue.candidates]
    assert by == [EnteredBy.RANKING] * 8 + [EnteredBy.EXPLORATION] * 2
    assert detect(world.facts(), WATCH) == queue


def test_a_name_that_one_story_leaves_without_a_sort_is_not_drawn():
    world = World()
    for name, stories in (("Une Seule Fois", 1), ("Deux Fois", 2)):
        for day in range(stories):
            sentence = f"On y verra {name}."
            world.say(name, sentence, kind=ActorKind.UNKNOWN, confidence=0.9, day=days_ago(day))
    for number in range(9):
        for document in ("d1", "d2", "d3"):
            world.say(f"La Mairie {number}", document=document, label=Label.INSTITUTION)
            world.say(f"La Mairie {number}", day=days_ago(90), label=Label.INSTITUTION)
    queue = detect(world.facts(), WATCH)
    assert [(c.name, c.entered_by) for c in queue.candidates] == [
        ("Deux Fois", EnteredBy.EXPLORATION)
    ]


def test_a_first_exhibition_says_less_of_a_name_without_a_sort():
    world = World()
    for name, kind in (("Ada Vairon", ActorKind.UNKNOWN), ("Atelier Vairon", ActorKind.COLLECTIVE)):
        world.say(name, f"Première exposition de {name} à Mulhouse.", kind=kind)
    ranking = rank(world.facts(), WATCH)
    signs = {scored.profile.name: scored.found["birth"].value for scored in ranking.scored}
    assert signs["Ada Vairon"] == pytest.approx(signs["Atelier Vairon"] / 2)


def test_another_week_draws_another_lot():
    world = World()
    for number in range(40):
        world.say(f"Groupe Numéro {number}", day=days_ago(10))
    drawn = [
        {c.name for c in detect(world.facts(days_ago(7 * w)), WATCH).candidates[-2:]}
        for w in (0, 1)
    ]
    assert drawn[0] != drawn[1]


def test_one_list_of_members_does_not_fill_the_queue():
    world = World()
    for number in range(8):
        world.say(f"Membre {number}", BIRTH.format(f"Membre {number}"), days_ago(60))
        world.say(f"Membre {number}", document="liste")
    world.say("Seul", day=days_ago(4))
    queue = detect(world.facts(), replace(WATCH, exploration=0))
    assert len(queue.candidates) == 4
    assert "Seul" in names(queue)


def test_a_list_of_names_that_nobody_had_said_before_makes_nobody_emerge():
    """As at the September forum, where each association has its stand."""
    world = World()
    for number in range(8):
        world.say(f"Stand {number}", document="forum")
    world.say("Seul", day=days_ago(4))
    ranking = rank(world.facts(), WATCH)
    assert ranking.scored[0].profile.name == "Seul"
    assert all(one.found["crowd"].value == 1 for one in ranking.scored[1:])
    told = world.say("Stand 3", "Stand 3 ouvre samedi.")
    world.say("Stand 3", "L’atelier de Stand 3 est gratuit.", document=told.document_id)
    again = {one.profile.name: one for one in rank(world.facts(), WATCH).scored}["Stand 3"]
    assert "crowd" not in again.found
    assert str(again.found["alone"].detail) == "Seul acteur nommé dans un texte"
    assert str(again.found["subject"].detail) == "Nommé 2 fois dans un même texte"


def test_whom_a_queue_showed_cedes_its_place_to_news_for_as_long_as_it_may_be_proposed():
    world = World()
    for number in range(10):
        world.say(f"Groupe {number}", BIRTH.format(f"Groupe {number}"), days_ago(30))
    small = replace(WATCH, queue_size=2, exploration=0)
    shown: dict[str, date] = {}
    proposed: list[str] = []
    for weeks in (3, 2, 1, 0):
        queue = detect(replace(world.facts(days_ago(7 * weeks)), shown=dict(shown)), small)
        shown |= {c.actor_id: queue.as_of for c in queue.candidates}
        proposed += names(queue)
    assert len(set(proposed)) == len(proposed) == 8
    assert not any(r.name == "repeated" for c in queue.candidates for r in c.reasons)


def test_quotes_hold_the_name_newest_first_distinct_stories_first():
    world = World()
    world.say("Petit Fil", "Phrase sans le nom.", days_ago(1))
    for number in range(4):
        world.say("Petit Fil", f"Petit Fil {number}.", days_ago(10 + number), story=f"s{number}")
    world.say("Petit Fil", "Encore Petit Fil.", days_ago(10), story="s0")
    world.say("Petit Fil", "Toujours Petit Fil.", days_ago(12), story="s0")
    evidence = detect(world.facts(), WATCH).candidates[0].evidence
    assert len(evidence) == 5
    assert all(e.surface in e.quote for e in evidence)
    assert [e.date for e in evidence[:4]] == sorted((e.date for e in evidence[:4]), reverse=True)
    assert evidence[4].quote == "Encore Petit Fil."


def test_an_endless_sentence_is_quoted_around_the_name():
    world = World()
    world.say("Petit Fil", "mot " * 400 + "avec Petit Fil " + "mot " * 400)
    (quote,) = detect(world.facts(), WATCH).candidates[0].evidence
    assert "Petit Fil" in quote.quote
    assert len(quote.quote) < 420


def test_the_name_shown_is_the_usual_one_well_written():
    world = World()
    for surface in ("PETIT FIL DE SOIE", "Petit Fil de Soie", "PFS"):
        world.say("a1", f"Avec {surface}.", surface=surface, kind=ActorKind.COLLECTIVE)
    (candidate,) = detect(world.facts(), WATCH).candidates
    assert (candidate.name, candidate.aliases) == ("Petit Fil de Soie", ("PFS",))
    assert candidate.kind is ActorKind.COLLECTIVE
    assert candidate.commune == MULHOUSE


# --- judgements ----------------------------------------------------------------------------


def emerging(world: World, name: str = "Petit Fil", age: int = 20) -> None:
    world.say(name, BIRTH.format(name), days_ago(age))


def test_a_kept_actor_is_not_proposed_again():
    world = World()
    emerging(world)
    world.judge("Petit Fil", Verdict.KEEP)
    for day in range(3):
        world.say("Petit Fil", day=days_ago(day))
    assert detect(world.facts(), WATCH).candidates == ()


def test_a_rejected_actor_stays_away_until_two_new_independent_stories():
    world = World()
    emerging(world)
    world.judge("Petit Fil", Verdict.REJECT, days_ago(14), RejectReason.OFF_TOPIC)
    assert detect(world.facts(), WATCH).candidates == ()
    world.say("Petit Fil", day=days_ago(3), story="une")
    world.say("Petit Fil", day=days_ago(2), story="une", source="copieur")
    assert detect(world.facts(), WATCH).candidates == ()
    world.say("Petit Fil", day=days_ago(1), story="deux")
    (candidate,) = detect(world.facts(), WATCH).candidates
    assert str(candidate.reasons[0].detail) == (
        "Depuis votre avis du 02/03/2026 : 2 nouveaux récits (Copieur, Le Journal)"
    )


def test_a_rejected_actor_of_little_promise_stays_away():
    world = World()
    world.say("Petit Fil", day=days_ago(300))
    world.judge("Petit Fil", Verdict.REJECT, days_ago(200), RejectReason.KNOWN)
    for day in (2, 3):
        world.say("Petit Fil", "Petit Fil, fondé en 1990, recrute.", day=days_ago(day))
    assert detect(world.facts(), WATCH).candidates == ()


def test_a_watched_actor_returns_when_something_new_is_told():
    world = World()
    emerging(world)
    world.judge("Petit Fil", Verdict.WATCH, days_ago(14))
    assert detect(world.facts(), WATCH).candidates == ()
    world.say("Petit Fil", day=days_ago(1))
    (candidate,) = detect(world.facts(), WATCH).candidates
    assert candidate.reasons[0].name == "news"


def test_a_verdict_given_late_on_an_old_queue_has_not_seen_what_came_since():
    world = World()
    emerging(world)
    world.judge("Petit Fil", Verdict.WATCH, days_ago(14))
    judgement = world.judgements["Petit Fil"]
    late = replace(judgement, at=judgement.at + timedelta(days=60))
    world.judgements["Petit Fil"] = late
    world.say("Petit Fil", day=days_ago(1))
    assert names(detect(world.facts(), WATCH)) == ["Petit Fil"]


def test_nobody_looked_so_last_weeks_candidates_are_still_there():
    world = World()
    emerging(world)
    last = detect(world.facts(days_ago(7)), WATCH)
    assert names(detect(world.facts(last=last), WATCH)) == names(last) == ["Petit Fil"]


# --- the as-of law -------------------------------------------------------------------------


def test_a_document_from_the_future_moves_no_score():
    world = World()
    for number in range(12):
        world.say(f"Groupe {number}", day=days_ago(2 * number + 1))
    today = detect(world.facts(), WATCH)
    facts = world.facts()
    for number in range(12):
        world.say(f"Groupe {number}", BIRTH.format(f"Groupe {number}"), MONDAY + timedelta(days=1))
    assert detect(world.facts(), WATCH) == today
    leaked = replace(
        facts,
        actors=tuple(
            replace(a, sightings=(*a.sightings, world.sightings[a.actor_id][-1]))
            for a in facts.actors
        ),
    )
    assert detect(leaked, WATCH) == today


def test_the_order_of_the_facts_changes_nothing():
    world = World()
    for number in range(30):
        world.say(f"Groupe {number}", f"Groupe {number} ouvre un jardin.", days_ago(number % 9))
    facts = world.facts()
    turned = replace(facts, actors=facts.actors[::-1])
    assert detect(turned, WATCH) == detect(facts, WATCH)


def test_an_empty_week_has_an_empty_queue():
    assert detect(World().facts(), WATCH).candidates == ()


def test_new_stories_are_those_that_began_after_the_judged_week():
    world = World()
    emerging(world)
    world.judge("Petit Fil", Verdict.WATCH, days_ago(7))
    world.say("Petit Fil", day=days_ago(5), story="mardi suivant")
    (facts,) = world.facts().actors
    found = profile(facts, MONDAY)
    assert found is not None
    assert new_stories(found, world.judgements["Petit Fil"]) == ("mardi suivant",)
