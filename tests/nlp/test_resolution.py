from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from nlp import gathering, namesakes, resolution
from vigie.records import ActorKind, Annotation, Label, Mention, NameSign, Placing

SAME_NAME = "Le nom est le même ; une phrase situe l’un des deux à"


def annotation(document_id, *surfaces, acronyms=(), communes=()):
    mentions = tuple(
        Mention(
            document_id=document_id,
            surface=surface,
            label=Label.ACTOR,
            start=100 * n,
            end=100 * n + len(surface),
            sentence=surface,
            confidence=0.9,
            rule="test",
        )
        for n, surface in enumerate(surfaces)
    )
    return Annotation(
        document_id=document_id,
        version="1",
        language="fr",
        mentions=mentions,
        acronyms=tuple(acronyms),
        communes=tuple(communes),
    )


def resolve(annotations, known):
    return resolution.resolve(gathering.gather(annotations), known)


def actors_of(found):
    return {(link.document_id, link.start): link.actor_id for link in found.links}


def test_two_ways_of_writing_a_name_are_one_actor():
    found = resolve(
        [
            annotation("d1", "Les Tisserands du Fleuve"),
            annotation("d2", "l’association Les Tisserands du Fleuve"),
        ],
        {},
    )
    assert len(found.actors) == 1
    assert len(set(actors_of(found).values())) == 1


def test_a_name_and_the_same_with_a_town_are_two_actors_and_a_question():
    found = resolve([annotation("d1", "Vélocité"), annotation("d2", "Vélocité Toulouse")], {})
    assert len(found.actors) == 2
    assert len(found.suggestions) == 1


def test_the_acronym_that_a_text_explains_is_its_full_name_everywhere():
    found = resolve(
        [
            annotation(
                "d1",
                "Semons les Oasis Urbaines",
                "SOU",
                acronyms=[("SOU", "Semons les Oasis Urbaines")],
            ),
            annotation("d2", "SOU"),
        ],
        {},
    )
    assert [actor.name for actor in found.actors] == ["Semons les Oasis Urbaines"]
    assert len(set(actors_of(found).values())) == 1


def test_an_acronym_that_stands_for_another_group_already_is_not_joined_in_a_later_batch():
    known = {"collectif urbain vert": "a-first", "cuv": "a-first"}
    later = annotation(
        "d2", "Centre Ubuntu Vidéo", "CUV", acronyms=[("CUV", "Centre Ubuntu Vidéo")]
    )
    found = actors_of(resolve([later], known))
    assert found["d2", 0] != "a-first"


def test_a_name_that_every_village_has_is_another_actor_in_each():
    found = resolve(
        [
            annotation("d1", "Comité des fêtes", communes=["67482"]),
            annotation("d2", "Comité des fêtes", communes=["67218"]),
        ],
        {},
    )
    assert len(found.actors) == 2
    assert found.suggestions == ()


def test_what_the_base_knows_keeps_its_actor_and_is_not_new():
    known = {"tisserand fleuve": "a-kept"}
    found = resolve([annotation("d1", "Les Tiserands du Fleuve")], known)
    assert set(actors_of(found).values()) == {"a-kept"}
    assert found.actors == ()
    assert [alias.key for alias in found.aliases] == ["tiserand fleuve"]


def test_two_actors_of_the_base_are_never_joined_only_suggested():
    known = {"semon oasi urbaine": "a-1", "sou": "a-2"}
    found = resolve(
        [
            annotation(
                "d1",
                "Semons les Oasis Urbaines",
                "SOU",
                acronyms=[("SOU", "Semons les Oasis Urbaines")],
            )
        ],
        known,
    )
    assert found.actors == ()
    assert [(s.actor_id, s.other_id) for s in found.suggestions] == [("a-1", "a-2")]


def test_the_order_of_documents_does_not_change_who_is_who():
    documents = [
        annotation("d1", "Les Tisserands du Fleuve"),
        annotation("d2", "Tiserands du Fleuve", "Fab Lab des Berges"),
        annotation("d3", "FabLab des Berges", "Association Les Tisserands du Fleuve"),
    ]
    groups = set()
    for order in permutations(documents):
        known: dict[str, str] = {}
        seen: dict[tuple[str, int], str] = {}
        for document in order:
            found = resolve([document], known)
            known |= {alias.key: alias.actor_id for alias in found.aliases}
            seen |= actors_of(found)
        members: dict[str, list[tuple[str, int]]] = {}
        for mention, actor in sorted(seen.items()):
            members.setdefault(actor, []).append(mention)
        groups.add(tuple(sorted(map(tuple, members.values()))))
    assert len(groups) == 1


def test_resolving_again_gives_the_same_and_nothing_new():
    documents = [annotation("d1", "Les Tisserands du Fleuve", "Vélocité")]
    first = resolve(documents, {})
    again = resolve(documents, {a.key: a.actor_id for a in first.aliases})
    assert actors_of(again) == actors_of(first)
    assert again.actors == again.aliases == again.suggestions == ()


def test_similar_names_are_found_again_by_their_blocks():
    mine = set(gathering.blocks("tisserand fleuve", "Les Tisserands du Fleuve"))
    for key in ("tiserand fleuve", "tisserand", "tisserandfleuve"):
        assert mine & set(gathering.blocks(key, key)), key


def test_the_last_letter_of_a_short_form_is_no_plural():
    found = resolve([annotation("d1", "CCPA"), annotation("d2", "CCPAS")], {})
    assert len(found.actors) == 2


def test_a_group_of_many_towns_bears_the_town_that_the_text_goes_on_to_name():
    def placed(document_id, surface, code):
        made = annotation(document_id, surface)
        (mention,) = made.mentions
        own = replace(mention, commune=code, placing=Placing.OWN)
        return replace(made, mentions=(own,))

    found = resolve(
        [
            placed("d1", "Cercle d’échecs", "68224"),
            placed("d2", "Cercle d’échecs de Mulhouse", "68224"),
            placed("d3", "Cercle d’échecs", "67482"),
        ],
        {},
    )
    ids = actors_of(found)
    assert ids["d1", 0] == ids["d2", 0] != ids["d3", 0]


def placed(document_id, surface, code, placing, label=Label.ACTOR):
    made = annotation(document_id, surface)
    (mention,) = made.mentions
    return replace(made, mentions=(replace(mention, commune=code, placing=placing, label=label),))


def test_a_name_that_a_sentence_places_far_away_is_another_actor_and_a_question():
    here, far = "68224", "14738"
    batch = [
        placed("d1", "Kaliella", here, Placing.THERE),
        placed("d2", "Kaliella", far, Placing.SENTENCE),
        placed("d3", "Kaliella", far, Placing.NEAR),
    ]
    found = resolution.resolve(gathering.gather(batch, frozenset([here])), {})
    ids = actors_of(found)
    assert ids["d1", 0] == ids["d3", 0] != ids["d2", 0]
    assert [str(s.reason) for s in found.suggestions] == [f"{SAME_NAME} Verson."]


def apart(batch, signs=()):
    gathered = gathering.gather(batch, frozenset(["68224"]))
    return resolution.resolve(namesakes.told_apart(gathered, signs), {})


LUTTERBACH, KEMBS = "68195", "68163"


def test_one_name_surely_in_two_near_communes_is_two_actors_and_a_question():
    here = placed("d1", "Les Amis du Livre", LUTTERBACH, Placing.DATELINE)
    there = placed("d2", "Les Amis du Livre", KEMBS, Placing.DATELINE)
    found = apart([here, there])
    assert len(found.actors) == 2
    assert [str(s.reason) for s in found.suggestions] == [f"{SAME_NAME} Lutterbach."]
    # Also when the base has the one, and only the other is read; nobody is asked of a vague place.
    sign = NameSign(key="ami livre", surface="", commune=KEMBS, kind=ActorKind.UNKNOWN, mentions=1)
    (link,) = apart([here], [sign]).links
    assert link.key == f"ami livre@{LUTTERBACH}"
    vague = placed("d2", "Les Amis du Livre", KEMBS, Placing.SENTENCE)
    assert len(apart([here, vague]).actors) == 1


def test_a_text_that_names_both_communes_ties_the_two():
    here = placed("d1", "Les Amis du Livre", LUTTERBACH, Placing.DATELINE)
    there = placed("d2", "Les Amis du Livre", KEMBS, Placing.DATELINE)
    both = replace(annotation("d3", "Les Amis du Livre"), communes=(KEMBS, LUTTERBACH))
    assert len(apart([here, there, both]).actors) == 1


def test_who_speaks_for_the_country_from_paris_is_one():
    batch = [
        placed("d1", "Kaliella", "68224", Placing.THERE),
        placed("d2", "Kaliella", "75056", Placing.DATELINE),
        placed("d3", "Union nationale des cyclistes", "69123", Placing.DATELINE),
        placed("d4", "Union nationale des cyclistes", "68224", Placing.DATELINE),
    ]
    found = resolution.resolve(gathering.gather(batch, frozenset(["68224"])), {})
    assert len(found.actors) == 2


def test_a_name_cut_short_is_the_one_that_its_document_writes_on():
    found = resolve(
        [annotation("d1", "Les Grillons en fête", "Les Grillons"), annotation("d2", "Grillons")],
        {},
    )
    ids = actors_of(found)
    assert ids["d1", 0] == ids["d1", 100] != ids["d2", 0]


def test_what_it_is_tells_two_groups_of_the_same_people_apart():
    found = resolve(
        [
            annotation("d1", "Groupement des bricoleurs", communes=["68224"]),
            annotation("d2", "Association des bricoleurs", communes=["68224"]),
        ],
        {},
    )
    assert len(found.actors) == 2


def test_a_troupe_and_a_single_word_are_two_and_a_question():
    found = resolve([annotation("d1", "Compagnie Lisière"), annotation("d2", "La Lisière")], {})
    assert len(found.actors) == 2
    assert len(found.suggestions) == 1


def of_kind(document_id, surface, kind):
    made = annotation(document_id, surface)
    return replace(made, mentions=(replace(made.mentions[0], kind=kind),))


def test_kinds_that_contradict_make_two_of_one_word_written_in_two_ways():
    found = apart(
        [
            of_kind("d1", "Les Oiseaux", ActorKind.ASSOCIATION),
            of_kind("d2", "Oiseau", ActorKind.COMPANY),
        ]
    )
    assert len(found.actors) == 2
    assert [s.reason for s in found.suggestions] == [resolution.CONTRADICTED]
    same = [of_kind("d1", "Oiseau", kind) for kind in (ActorKind.COMPANY, ActorKind.ASSOCIATION)]
    assert len(apart(same).actors) == 1


def test_a_noun_in_the_plural_and_in_the_singular_are_two_names_and_a_question():
    found = apart([annotation("d1", "Les Paniers", "Paniers"), annotation("d2", "Le Panier")])
    assert len(found.actors) == 2
    assert [s.reason for s in found.suggestions] == [resolution.NUMBER]
    # Also when the base has the one; a slip of the pen behind « les » is still the same name.
    sign = NameSign(
        key="panier", surface="Le Panier", commune=None, kind=ActorKind.COMPANY, mentions=9
    )
    assert [link.key for link in apart([annotation("d1", "Les Panier")], [sign]).links] == [
        "panier@several"
    ]
    assert len(apart([annotation("d1", "Les Paniers"), annotation("d2", "Paniers")]).actors) == 1
    assert len(apart([annotation("d1", "Les Roumavis"), annotation("d2", "Roumavi")]).actors) == 1


def test_two_names_with_a_slash_between_are_two_and_a_question():
    french, german = "Maison des Voisins", "Haus der Nachbarn"
    made = annotation("d1", french, german)
    said = f"La {french} / {german} ouvre."
    made = replace(made, mentions=tuple(replace(m, sentence=said) for m in made.mentions))
    found = resolve([made], {})
    assert len(found.actors) == 2
    assert [s.reason for s in found.suggestions] == [resolution.TWO_LANGUAGES]


def test_what_is_said_to_be_a_collective_is_no_institution_however_it_was_read():
    made = placed("d1", "Collectif du Val", None, Placing.NOWHERE, Label.INSTITUTION)
    said = replace(made, mentions=(replace(made.mentions[0], kind=ActorKind.COLLECTIVE),))
    assert [actor.institution for actor in resolve([said], {}).actors] == [False]
    assert [actor.institution for actor in resolve([made], {}).actors] == [True]


def test_the_name_shown_is_the_one_with_small_letters_and_accents():
    found = resolve(
        [
            annotation("1", "LES ECLATS DE RIRE"),
            annotation("2", "LES ECLATS DE RIRE"),
            annotation("3", "Les Eclats de Rire"),
            annotation("4", "Les Éclats de Rire"),
        ],
        {},
    )
    [actor] = found.actors
    assert actor.name == "Les Éclats de Rire"


def test_a_question_about_a_namesake_elsewhere_says_where_that_is():
    found = gathering.gather([annotation("1", "Les Éclats de Rire")])
    asked = resolution.resolve(found, {"eclat rire@54395": "a-1"}).suggestions
    assert [str(one.reason) for one in asked] == [f"{SAME_NAME} Nancy."]
