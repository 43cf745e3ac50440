from __future__ import annotations

import pytest

from nlp import gathering, homes, places
from nlp.neighbourhood import beside
from nlp.recognition import Found
from vigie import gazetteer
from vigie.records import Annotation, Label, Mention, Placing

M2A = gazetteer.territory(["200066009"])
METZ = gazetteer.territory(["200039865"])


def found(text, *names, label=Label.ACTOR):
    return [
        Found(text.index(n), text.index(n) + len(n), label, 0.9, "run", (0, len(text)))
        for n in names
    ]


def placed(text, *names, territory=M2A):
    """Return where a text places the first of the names that it holds."""
    named = places.meant(text, places.communes_in(text, territory), territory, None)
    here = found(text, *names)
    spoken = homes.spoken_of(text, named, here)
    sites = homes.Sites(
        spoken,
        homes.sites(text, spoken, here, territory),
        homes.borne(text, named, territory),
    )
    return homes.placed(text, here[0], sites, territory)


def test_the_communes_beside_a_territory_are_those_of_the_next_intercommunalities():
    around = beside(M2A)
    names = {gazetteer.commune(code).name for code in around}
    assert {"Kembs", "Cernay", "Thann", "Altkirch", "Ensisheim"} <= names
    assert names.isdisjoint({"Strasbourg", "Colmar", "Belfort"})
    assert around.isdisjoint(M2A)
    assert beside(frozenset()) == frozenset()


@pytest.mark.parametrize(
    ("text", "name", "commune"),
    [
        ("Le FC Kembs joue dimanche à Chalampé.", "FC Kembs", "68163"),
        ("Chalampé reçoit Emmaüs Cernay.", "Emmaüs Cernay", "68063"),
        ("Chalampé reçoit l'US Wittenheim.", "US Wittenheim", "68376"),
    ],
)
def test_a_club_that_bears_a_commune_beside_the_territory_is_of_there(text, name, commune):
    assert placed(text, name) == (commune, Placing.OWN)


def test_a_name_that_bears_a_far_commune_without_saying_so_is_not_of_there():
    assert placed("Le Café Rennes ouvre à Mulhouse.", "Café Rennes") == ("68224", Placing.THERE)


@pytest.mark.parametrize(
    "name",
    ["m2A", "Département du Nord", "conseil régional", "Collectivité européenne d'Alsace"],
)
def test_what_acts_for_many_communes_is_at_home_in_none(name):
    assert placed(f"À Rixheim, {name} finance le chantier.", name) == (None, Placing.WIDE)


def test_a_city_abroad_is_meant_rather_than_a_far_village_of_its_name():
    for territory in (M2A, METZ):
        text = "Une délégation venue de Fribourg visite le chantier."
        named = places.communes_in(text, territory)
        assert places.meant(text, named, territory, None) == []
    text = "De Sarrebourg à Fribourg, les étangs gèlent."
    named = places.communes_in(text, METZ)
    assert "57241" in [code for *_, code in places.meant(text, named, METZ, None)]
    assert places.meant("Fribourg", [(0, 8, "57241")], frozenset({"57241"}), None)


@pytest.mark.parametrize(
    "text",
    [
        "Parmi les stands, Am Ried et La Roche-sur-Yon.",  # a third place may be called like it
        "Am Ried et le Comptoir de Nantes tiennent un stand.",  # it bears a far name
        "Am Ried reçoit une délégation de La Roche-sur-Yon.",
    ],
)
def test_a_far_commune_places_nobody_who_merely_stands_beside_it(text):
    commune, placing = placed(text, "Am Ried", *(n for n in ["Comptoir de Nantes"] if n in text))
    assert (commune, placing) == (None, Placing.NOWHERE)
    mention = Mention(
        document_id="d",
        surface="Am Ried",
        label=Label.ACTOR,
        start=0,
        end=7,
        sentence=text,
        confidence=0.9,
        rule="run",
        commune=commune,
        placing=placing,
    )
    annotation = Annotation(document_id="d", version="", language="fr", mentions=(mention,))
    assert gathering.gather([annotation], M2A).keys == {"am ried"}


@pytest.mark.parametrize(
    "text",
    ["Idée venue de La Roche-sur-Yon : Am Ried.", "On a visité, à La Roche-sur-Yon, Am Ried."],
)
def test_a_far_commune_places_a_name_where_the_sentence_says_that_it_is_there(text):
    assert placed(text, "Am Ried") == ("85191", Placing.SENTENCE)
