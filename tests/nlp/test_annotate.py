from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from nlp import annotate, bounds, explanation, gathering, markup, model
from nlp.places import Ground
from nlp.recognition import Found
from vigie.records import (
    ActorKind,
    Document,
    DocumentKind,
    EventDetails,
    Label,
    Placing,
    document_text,
)

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MULHOUSE = frozenset({"68224"})


@pytest.fixture(scope="module")
def language_model():
    return model.load()


def document(text, title="", **more):
    return Document(
        id="d",
        source_id="s",
        url="https://journal.example/d",
        title=title,
        text=text,
        published_at=NOW,
        fetched_at=NOW,
        language="fr",
        **more,
    )


def annotated(language_model, *documents):
    return list(annotate.annotate(documents, language_model, MULHOUSE))


def surfaces(annotation):
    return {mention.surface for mention in annotation.mentions}


def test_an_association_is_found_by_its_bare_name_and_kept_where_it_stands(language_model):
    given = document("L'association Les Doigts Noirs ouvre un atelier à Mulhouse.", "Vie locale")
    (found,) = annotated(language_model, given)
    mention = next(m for m in found.mentions if m.surface == "Les Doigts Noirs")
    assert mention.label is Label.ACTOR
    assert document_text(given)[mention.start : mention.end] == mention.surface
    assert mention.surface in mention.sentence
    assert mention.commune == "68224"


def test_persons_are_left_out(language_model):
    (found,) = annotated(
        language_model,
        document("Le collectif Graine de Rue se réjouit. « Enfin », sourit Armelle Ferrandis."),
    )
    assert "Graine de Rue" in surfaces(found)
    assert not any("Ferrandis" in surface for surface in surfaces(found))


def test_a_public_body_is_an_institution(language_model):
    (found,) = annotated(
        language_model, document("Le projet est soutenu par le conseil départemental du Haut-Rhin.")
    )
    assert Label.INSTITUTION in {m.label for m in found.mentions}


def test_an_events_organiser_counts_though_its_text_does_not_name_it(language_model):
    event = EventDetails(start=NOW, organiser="Association Grain de Mil", venue="La Remise")
    (found,) = annotated(language_model, document("Venez nombreux !", "Goûter", event=event))
    mention = next(m for m in found.mentions if "Grain de Mil" in m.surface)
    assert mention.rule.startswith("event:")
    assert mention.surface in mention.sentence


def test_what_a_register_declares_is_an_actor_by_its_title(language_model):
    notice = document(
        "Objet : échanger des graines. Siège social : Mulhouse.",
        "LES SEMEURS DE LA DOLLER",
        kind=DocumentKind.NOTICE,
    )
    (found,) = annotated(language_model, notice)
    assert [(m.surface, m.label) for m in found.mentions] == [
        ("LES SEMEURS DE LA DOLLER", Label.ACTOR)
    ]
    assert found.mentions[0].sentence


def test_a_short_form_is_learned_from_the_text_that_spells_it_out(language_model):
    (found,) = annotated(
        language_model, document("Le Groupe Rhénan des Jardiniers (GRJ) tient son assemblée.")
    )
    assert ("GRJ", "Groupe Rhénan des Jardiniers") in found.acronyms


def test_a_short_form_that_the_text_explained_is_a_mention_wherever_it_stands(language_model):
    said = "Le Collectif des Voisins de Folleville (CVF) se réunit. Ensuite, le CVF chante."
    (found,) = annotated(language_model, document(said))
    assert [m.surface for m in found.mentions] == ["Collectif des Voisins de Folleville", "CVF"]
    again = found.mentions[1]
    assert document_text(document(said))[again.start : again.end] == "CVF"
    assert again.sentence == "Ensuite, le CVF chante."
    gathered = gathering.gather([found])
    assert len({key for _, key in gathered.links}) == 1
    assert gathered.equated


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "a" * 200_000,
        "Bonjour " * 30_000,
        "<div class='x'>L'asso <b>Zigzag</b>&nbsp;&amp; co</div>" * 50,
        "😀\x00\x01 👩‍👩‍👧 \u202e L'association Zig\u200bZag \ud83d".encode(
            "utf-16", "ignore"
        ).decode("utf-16", "ignore"),
        "L'ASSOCIATION LES DOIGTS NOIRS ORGANISE UNE FÊTE SAMEDI DANS LA COUR " * 20,
        "Der Verein lädt ein. The club invites you. Le club vous invite. " * 20,
    ],
)
def test_odd_texts_are_annotated_or_said_to_be_skipped(language_model, text):
    (found,) = annotated(language_model, document(text))
    assert found.document_id == "d"
    whole = document_text(document(text))
    for mention in found.mentions:
        assert markup.clean(whole[mention.start : mention.end]).text == mention.surface
        assert len(mention.sentence) <= 420


def test_a_language_that_is_not_read_is_skipped_and_said_so(language_model):
    english = (
        "The council met on Monday to discuss the opening of the new library and its hours. " * 3
    )
    french = document("L'association Les Doigts Noirs ouvre un atelier.")
    first, second = annotated(language_model, document(english), french)
    assert str(first.skipped) == "texte en anglais : seul le français est analysé"
    assert first.mentions == ()
    assert second.skipped is None
    assert second.mentions


def test_a_club_is_sought_first_in_the_commune_that_ends_its_name(language_model):
    ground = Ground(frozenset({"68376", "68064"}))
    given = document("L'US Wittenheim reçoit Chalampé samedi.")
    (found,) = annotate.annotate([given], language_model, ground)
    (club,) = found.mentions
    assert (club.surface, club.commune, club.placing) == ("US Wittenheim", "68376", Placing.OWN)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Le Moulin Partagé est porté par l'association Farine Libre.", {"Farine Libre", "Moulin"}),
        ("L'association Mots Croisés anime La Boîte à Lire.", {"Mots Croisés", "Boîte à Lire"}),
        ("association deux mains dans la terre", {"deux mains dans la terre"}),
        ("Sport partagé pour tous, une association.", {"Sport partagé pour tous"}),
        ("le projet citoyen Toits de la Doller", {"Toits de la Doller"}),
        ("La Ville soutient le collectif « Rouage ».", {"Rouage"}),
        ("Merci au théâtre « la corde raide » pour le prêt.", {"la corde raide"}),
        ("mairie de Wittelsheim : fermeture lundi", {"mairie de Wittelsheim"}),
    ],
)
def test_what_a_person_reads_without_fail_in_a_short_sentence_is_read(language_model, text, names):
    (spans,) = annotate.extract([text], language_model, MULHOUSE)
    kept = [s.text for s in spans if s.label in (Label.ACTOR, Label.INSTITUTION)]
    assert all(any(name in one for one in kept) for name in names), kept


@pytest.mark.parametrize(
    "text",
    [
        "Une association à but non lucratif porte le projet.",
        "Le spectacle « la corde raide » est porté par quatre comédiens.",
        "Chaque samedi, une association distribue des repas.",
        "Un collectif « étrange », dit-elle.",
        "Hit z'Owe gìbt's Baeckeoffe ìm Foyer.",
    ],
)
def test_ordinary_words_beside_a_group_s_noun_are_no_name(language_model, text):
    (spans,) = annotate.extract([text], language_model, MULHOUSE)
    assert [s.text for s in spans if s.label in (Label.ACTOR, Label.INSTITUTION)] == []


def test_extract_gives_spans_of_every_label_without_overlap(language_model):
    text = "Lou Vernay, de l'association Grain de Mil, vous attend 12 rue des Tanneurs à Mulhouse."
    (spans,) = annotate.extract([text], language_model, MULHOUSE)
    assert {"Lou Vernay": Label.PERSON, "Grain de Mil": Label.ACTOR}.items() <= {
        span.text: span.label for span in spans
    }.items()
    assert all(text[span.start : span.end] == span.text for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


def test_the_same_texts_give_the_same_annotations(language_model):
    given = document("Portée par le collectif Graine de Rue, la fête revient.")
    assert annotated(language_model, given) == annotated(language_model, given)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("Die Nachbarschaft lädt zum Fest im Garten ein.", "en allemand"),
        ("日本の地域団体が新しい店を開く。", "non reconnue"),
        ("Colibris " * 3_000, "un seul mot répété"),
        ("Il gruppo Ponte Verde apre domani un luogo in città.", "non reconnue"),
        ("Fil et Co danse à Mulhouse.", ""),
        ("Stammtisch Mulhouse", ""),
    ],
)
def test_extract_and_annotate_skip_the_same_texts(language_model, said, language):
    (seen,) = annotate.examine([said], language_model, MULHOUSE)
    (read,) = annotated(language_model, document(said))
    assert seen.skipped == read.skipped
    assert language in str(seen.skipped or "")
    assert (seen.skipped is None) is (not language)


def test_only_the_french_part_of_a_bilingual_text_is_read(language_model):
    german = (
        "Am Samstag lädt der Verein Gärten im Hof alle Nachbarn zu einem großen Fest am Rhein ein, "
        "und die Bürgerstiftung Kehl ist mit dabei. Wir freuen uns auf alle, die mit uns kommen."
    )
    french = (
        "Samedi, l’association Jardins du Hof invite tous les voisins à une grande fête au bord "
        "du Rhin, avec le collectif Rhin Libre."
    )
    for given in (document(f"{german}\n\n{french}"), document(f"{french}\n\n{german}")):
        (found,) = annotated(language_model, given)
        assert surfaces(found) == {"Jardins du Hof", "Rhin Libre"}
        assert all(document_text(given)[m.start : m.end] == m.surface for m in found.mentions)


def test_an_intercommunality_is_an_institution_by_its_name(language_model):
    (found,) = annotated(
        language_model, document("Les élus de m2A ont voté pour le collectif Ruche.")
    )
    mention = next(m for m in found.mentions if m.surface == "m2A")
    assert (mention.label, mention.kind) == (Label.INSTITUTION, ActorKind.INSTITUTION)


def test_two_names_with_a_slash_between_are_two_actors(language_model):
    text = "Un bal est porté par le collectif Les Ondines/Ateliers du Port."
    (found,) = annotated(language_model, document(text))
    assert surfaces(found) == {"Les Ondines", "Ateliers du Port"}


@pytest.mark.parametrize(
    ("surface", "names"),
    [
        ("Les Ondines / Ateliers du Port", ["Les Ondines", "Ateliers du Port"]),
        ("Ouvre/Boîte", ["Ouvre/Boîte"]),
        ("Les Amis de l’Ouvre/Boîte", ["Les Amis de l’Ouvre/Boîte"]),
    ],
)
def test_a_word_with_a_slash_inside_is_one_name(surface, names):
    whole = Found(0, len(surface), Label.ACTOR, 0.9, "run", (0, len(surface)))
    parts = bounds.repaired(surface, [whole])
    assert [surface[part.start : part.end] for part in parts] == names


def test_an_explanation_gives_each_name_its_reasons_in_words(language_model):
    text = "Les élus de m2A ont voté pour le collectif Graine de Rue."
    told = list(explanation.explain(text, annotate.Reader(language_model), Ground(MULHOUSE)))
    of = {name.surface: name for name in told}
    assert {"Graine de Rue", "m2A"} <= of.keys()
    assert explanation.CUES["group_before"] in of["Graine de Rue"].reasons
    assert of["m2A"].label is Label.INSTITUTION
    assert explanation.CUES["epci"] in explanation.rule_in_words(of["m2A"].rule)
