"""What single features make of a sentence, a name, a rhythm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from signals import cues, trends
from signals.context import context
from signals.features import FEATURES
from signals.profile import profile
from signals.queue import detect
from signals.ranking import rank
from signals.scoring import reasons
from signals.together import nearness
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
from vigie.records import ActorKind, DocumentKind, EnteredBy, Placing, RelationKind, Tie, Verdict


def birth(sentence: str, surface: str = "Petit Fil") -> float:
    return cues.birth_of(sentence, surface)[0]


@pytest.mark.parametrize(
    "sentence",
    [
        "Petit Fil vient de voir le jour.",
        "Petit Fil, toute jeune association, cherche un local.",
        "La nouvelle association Petit Fil recrute.",
        "Créé il y a quelques mois, Petit Fil répare des vélos.",
        "Petit Fil tiendra son assemblée constitutive mardi.",
        "Petit Fil a déposé ses statuts.",
        "Petit Fil ouvrira ses portes en mai.",
        "Der neue Verein Petit Fil wurde gerade gegründet.",
    ],
)
def test_births_are_told_in_many_ways(sentence):
    assert birth(sentence) >= 0.5


@pytest.mark.parametrize(
    "sentence",
    [
        "Petit Fil organise un repas.",
        "Petit Fil, qui héberge les premières réunions, est ravi.",
        "Petit Fil vient de lancer la nouvelle association Autre Fil.",
        "La première édition était un succès, " + "et la suite aussi, " * 12 + "dit Petit Fil.",
    ],
)
def test_a_birth_of_something_else_counts_for_little(sentence):
    assert birth(sentence) < 0.35


def test_a_name_that_reads_like_a_birth_is_none():
    assert birth("Nouvelle Association range.", "Nouvelle Association") == 0


def test_age_is_read_in_years_editions_and_dates():
    assert cues.read("Le club fête ses 40 ans.").ages == (40,)
    assert cues.read("Pour sa 12e édition, le club…").ages == (12,)
    assert cues.read("Le club, fondé en 1987, recrute.").years == (1987,)
    assert cues.read("Le club existe depuis une vingtaine d’années.").long_standing


def test_the_words_before_a_name_tell_a_work_or_an_event():
    assert cues.introduced_as_a_work("Le film « Petit Fil » sort.", "Petit Fil")
    assert not cues.introduced_as_a_work("L’association Petit Fil sort un film.", "Petit Fil")
    assert cues.spoken_of_as_an_event("La billetterie du Petit Fil ouvre.", "Petit Fil")


def ranked(*sentences: tuple[str, str], **more) -> list[str]:
    world = World()
    for actor, sentence in sentences:
        world.say(actor, sentence, **more)
    return names(detect(world.facts(), WATCH))


def test_national_groups_shops_and_events_rank_below_a_plain_group():
    order = ranked(
        ("Fédération nationale du Fil", "La Fédération nationale du Fil écrit."),
        ("Boulangerie du Fil", "La Boulangerie du Fil vend du pain."),
        ("Festival du Fil", "Le Festival du Fil commence."),
        ("Petit Fil", "Petit Fil se réunit."),
    )
    assert order[0] == "Petit Fil"


def test_the_words_of_a_birth_are_quoted_whole():
    assert cues.birth_of("Ses statuts ont été déposés hier.", "Petit Fil")[1] == (
        "statuts ont été déposés"
    )


def test_a_registry_notice_of_a_change_is_no_birth():
    world = World()
    for name, sentence in (("Un", "Modification : Un change de siège."), ("Deux", "Deux.")):
        world.say(name, sentence, document_kind=DocumentKind.NOTICE)
    ranking = rank(world.facts(), WATCH)
    found = {s.profile.name: "birth" in s.found for s in ranking.scored}
    assert found == {"Un": False, "Deux": True}


def test_what_was_proposed_last_week_makes_room_and_comes_back():
    world = World()
    for name in ("Un", "Deux"):
        world.say(name, day=days_ago(12))
    last = detect(world.facts(days_ago(7)), WATCH)
    again = detect(world.facts(last=last), WATCH)
    assert names(again) == names(last)  # nobody looked: they are carried over
    assert repeated(again) == ["Déjà proposé le 09/03/2026, rien de nouveau depuis"] * 2
    for number in range(WATCH.queue_size):
        world.say(f"Frais {number}")
    fresh = detect(world.facts(last=last), WATCH)
    ranked = [c.name for c in fresh.candidates if c.entered_by is EnteredBy.RANKING]
    assert len(ranked) == WATCH.queue_size - WATCH.exploration
    assert not {"Un", "Deux"} & set(ranked)


def repeated(queue):
    """Return what the reasons of a queue's candidates say of earlier queues."""
    return [str(f.detail) for c in queue.candidates for f in c.reasons if f.name == "repeated"]


def test_what_is_new_since_the_last_proposal_is_said():
    world = World()
    world.say("Un", day=days_ago(12))
    last = detect(world.facts(days_ago(7)), WATCH)
    world.say("Un", day=days_ago(2))
    again = detect(world.facts(last=last), WATCH)
    assert repeated(again) == ["Déjà proposé le 09/03/2026 ; 1 nouveau récit depuis"]
    world.say("Un", day=days_ago(-35))
    assert repeated(detect(world.facts(days_ago(-36), last=last), WATCH)) == []


def test_whom_somebody_judged_when_it_was_shown_comes_back_as_news():
    world = World()
    world.say("Un", day=days_ago(12))
    last = detect(world.facts(days_ago(7)), WATCH)
    world.judge("Un", Verdict.WATCH, days_ago(6))
    world.say("Un", day=days_ago(2))
    again = detect(world.facts(last=last), WATCH)
    assert repeated(again) == []
    assert again.candidates[0].reasons[0].name == "news"


def test_a_nearest_commune_outside_counts_half():
    world = World()
    world.say("Un", communes=(LYON, MULHOUSE))
    (scored,) = rank(world.facts(), WATCH).scored
    assert scored.found["elsewhere"].value == 0.5


def test_one_more_story_of_few_is_a_probable_rise_and_of_many_is_not():
    assert trends.rate_rose(2, 4, 0, 26) > 0.9
    assert trends.rate_rose(4, 4, 26, 26) < 0.55
    assert trends.rate_rose(0, 4, 5, 26) < 0.3


def test_a_burst_is_under_way_only_when_it_lasts_until_now():
    assert trends.burst_weight([0] * 20 + [1, 4, 5]) > 1
    assert trends.burst_weight([1, 4, 5] + [0] * 20) == 0
    assert trends.burst_weight([1] * 23) == 0


def test_a_slow_rise_is_seen_without_any_burst():
    assert trends.laplace_trend([200, 260, 300, 330, 350, 360], 364) > 0.9
    assert trends.laplace_trend([30, 100, 180, 250, 330], 364) == pytest.approx(0.5, abs=0.15)


def test_the_list_of_features_is_visible_and_complete():
    assert len({t.name for t in FEATURES}) == len(FEATURES)
    for term in FEATURES:
        assert term.function.__doc__
        assert 4 * term.weight % 1 == 0


def test_every_detail_is_a_french_sentence():
    world = World()
    world.source("blog")
    for number in range(6):
        sentence = f"Petit Fil, tiers-lieu, cherche un local ({number})."
        more = {"source": "blog"} if number % 2 else {}
        world.say("Petit Fil", sentence, days_ago(9 * number), kind=ActorKind.THIRD_PLACE, **more)
    ranking = rank(world.facts(), WATCH)
    details = [str(f.detail) for f in reasons(ranking.scored[0], ranking.weights)]
    assert "Touche à vos thèmes : tiers-lieu" in details
    assert "Relayé par 2 sources locales" in details
    assert "Sous le radar : 6 récits en tout, aucun national" in details
    assert not any("{" in detail for detail in details)


def tie(one: str, other: str, kind: RelationKind, number: int) -> Tie:
    return Tie(
        actor_id=one,
        other_id=other,
        kind=kind,
        document_id=f"t{number}",
        document_url="",
        story_id=f"t{number}",
        day=LATELY,
        sentence="",
    )


def test_a_sentence_that_ties_it_to_kept_actors_brings_an_actor_nearer_than_sharing_a_page():
    world = World()
    world.say("Petit Fil")
    facts = world.facts()
    [actor] = facts.actors

    def value(*allies: Tie) -> float:
        found = profile(replace(actor, allies=allies), MONDAY)
        near = nearness(found, context(facts, WATCH))
        return near.value if near else 0.0

    partner = tie("Petit Fil", "Ami", RelationKind.PARTNERS, 1)
    assert value() == 0
    assert value(partner) == pytest.approx(0.6)
    assert value(partner, tie("Ami", "Petit Fil", RelationKind.TOGETHER, 2)) == pytest.approx(0.6)
    second = tie("Autre Ami", "Petit Fil", RelationKind.TOGETHER, 3)
    assert value(partner, second) == pytest.approx(1 - 0.4 * 0.7)


def found(world: World, actor: str) -> dict[str, object]:
    ranking = rank(world.facts(), WATCH)
    [scored] = [s for s in ranking.scored if s.profile.actor_id == actor]
    return dict(scored.found)


def test_communes_that_sentences_name_an_actor_with_are_counted():
    world = World()
    for place in (MULHOUSE, RIXHEIM):
        world.say("Petit Fil", communes=(place,), placing=Placing.THERE)
    world.say("Petit Fil", communes=("68376",), placing=Placing.NEAR)
    world.say("Grand Fil", communes=(LYON,), placing=Placing.THERE)
    world.say("Grand Fil", communes=(MULHOUSE,), placing=Placing.THERE)
    told = found(world, "Petit Fil")["communes"]
    assert str(told.detail) == "Cité dans 2 communes du territoire : Mulhouse, Rixheim"
    assert told.value == pytest.approx(1 / 3)
    assert "communes" not in found(world, "Grand Fil")


def test_what_kept_actors_do_says_what_is_relevant():
    world = World()
    for number in range(6):
        sentence = f"Kept {number} apprend à coudre des rideaux, atelier couture et machines."
        world.say(f"Kept {number}", sentence)
        world.judge(f"Kept {number}", Verdict.KEEP)
    world.say("Petit Fil", "Petit Fil vient de naître : couture, rideaux et machines à coudre.")
    for number in range(6):
        world.say(f"Sport {number}", f"Sport {number} vient de naître : match, ballon, terrain.")
    told = found(world, "Petit Fil")["relevance"]
    assert told.value > 0.3
    assert str(told.detail).startswith("Proche de vos thèmes et de 6 acteurs retenus, par les mots")
    assert "relevance" not in found(world, "Sport 0")


def test_a_theme_that_no_kept_actor_touches_counts_for_half():
    world = World()
    for number in range(6):
        world.say(f"Kept {number}", f"Kept {number} ouvre un tiers-lieu.")
        world.judge(f"Kept {number}", Verdict.KEEP)
    world.say("Petit Fil", "Petit Fil ouvre un tiers-lieu.")
    world.say("Grand Fil", "Grand Fil vit de réemploi.")
    assert found(world, "Petit Fil")["themes"].value == pytest.approx(0.5)
    assert found(world, "Grand Fil")["themes"].value == pytest.approx(0.25)


def found_by(name: str, world: World, watch=WATCH):
    """Return what one feature says of the one actor of a world."""
    facts = world.facts()
    (actor,) = facts.actors
    feature = next(term.function for term in FEATURES if term.name == name)
    return feature(profile(actor, MONDAY), context(facts, watch))


@pytest.mark.parametrize(
    ("days", "counts"), [(("03-01", "03-31"), True), (("11-20", "03-20"), True), (("09-01", "09-30"), False)]
)  # fmt: skip
def test_a_season_of_the_calendar_is_half_a_sign_in_its_days_alone(days, counts):
    world = World()
    world.say("Petit Fil", "Petit Fil tient un stand au Carnaval de Mulhouse.")
    watch = replace(WATCH, seasons={"carnaval de Mulhouse": days})
    said = found_by("seasonal", world, watch)
    assert (said is not None) is counts
    if said:
        assert "carnaval de Mulhouse" in str(said.detail)
        assert said.value == 0.35
    assert found_by("seasonal", world) is None


def test_a_neighbour_is_half_as_far_as_the_rest():
    world = World()
    world.say("Petit Fil", "Petit Fil ouvre un lieu à Saint-Louis.", communes=("68297",), placing=Placing.THERE)  # fmt: skip
    far, near = found_by("elsewhere", world), found_by("elsewhere", world, replace(WATCH, neighbours=("200066058",)))  # fmt: skip
    assert (far.value, near.value) == (1.0, 0.5)
    assert "chez un voisin du territoire : Saint-Louis" in str(near.detail)


def test_who_is_listed_as_an_institution_is_never_proposed():
    world = World()
    world.say("Le Grand Bureau", "L’association Le Grand Bureau vient de voir le jour.")
    facts = world.facts()
    assert [one.profile.name for one in rank(facts, WATCH).scored] == ["Le Grand Bureau"]
    listed = replace(facts, actors=tuple(replace(one, public=True) for one in facts.actors))
    assert rank(listed, WATCH).scored == ()
