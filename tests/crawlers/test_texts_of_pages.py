"""The text of a page: where it is, where it is cut, and what its site repeats."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawlers import boilerplate, pages
from crawlers.pages import Wanted
from crawlers.resource import Resource
from vigie.records import Access, Extraction

STORY = (
    "<p>L’atelier partagé Les Copeaux a ouvert ses portes samedi dans l’ancienne menuiserie du "
    "quartier, après deux années de chantier menées par une quinzaine de bénévoles.</p>"
)


def read(body: str, head: str = "", wanted: Wanted | None = None):
    resource = Resource(
        body=f"<html lang=fr><head><title>Les Copeaux</title>{head}</head><body>{body}</body></html>".encode(),
        url="https://gazette.example/copeaux",
        source_id="gazette",
        fetched_at=datetime(2026, 3, 1, tzinfo=UTC),
    )
    (document,) = pages.read(resource, None, wanted or Wanted()).documents
    return document


def json_ld(values: str) -> str:
    return f'<script type="application/ld+json">{{"@type": "NewsArticle", {values}}}</script>'


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (json_ld('"isAccessibleForFree": false'), ""),
        (json_ld('"isAccessibleForFree": "False"'), ""),
        (json_ld('"isAccessibleForFree": "http://schema.org/False"'), ""),
        ('<meta property="article:content_tier" content="locked">', ""),
        ("", "<div>Il vous reste 82 % de cet article à lire.</div>"),
        ("", "<p>La suite est réservée aux abonnés</p>"),
        ("", "<p>Cet article est réservé à nos abonnés</p>"),
        ("", "<h3>Abonnez-vous pour lire la suite</h3>"),
    ],
)
def test_a_page_that_sells_its_end_is_marked(head, body):
    document = read(f"<article><h1>Les Copeaux</h1>{STORY}{body}</article>", head)
    assert (document.access, document.excerpt) == (Access.PAYWALLED, True)
    assert "Les Copeaux" in document.text


@pytest.mark.parametrize(
    ("head", "body"),
    [
        (json_ld('"isAccessibleForFree": true'), "<p>Article réservé aux abonnés</p>"),
        ('<meta property="article:content_tier" content="free">', ""),
        ("", "<aside><p>Article réservé aux abonnés</p></aside>"),
        ("", f"<p>{'Le journal explique pourquoi. ' * 12}Un article réservé aux abonnés.</p>"),
        ("", "<p>La salle est réservée aux adhérents.</p>"),
    ],
)
def test_a_page_that_is_whole_is_not(head, body):
    document = read(f"<article><h1>Les Copeaux</h1>{STORY}{body}</article>", head)
    assert (document.access, document.excerpt) == (Access.OPEN, False)


def test_a_source_may_say_where_the_text_of_its_pages_is():
    body = (
        f'<div class="cols"><div class="texte">{STORY}<p>Venez nombreux.</p>'
        f'<div class="texte partage">Partagez cette page avec vos amis</div></div>'
        f'<div class="autre">{STORY.replace("samedi", "dimanche")}</div></div>'
    )
    found = read(body, wanted=Wanted(content="div.texte", leave_out=".partage")).text
    assert found.endswith("quinzaine de bénévoles.\nVenez nombreux.")
    assert "dimanche" not in found
    assert "Partagez" not in found
    assert "quinzaine" in read(body, wanted=Wanted(content=".nulle-part")).text
    assert "quinzaine" in read(body, wanted=Wanted(content="!!", leave_out="!!")).text


def test_extraction_may_lean_to_recall():
    short = "<div>Samedi, 14 h.</div>"
    body = f"<div><h1>Les Copeaux</h1>{STORY}</div><div class=more>{short}</div>"
    found = {lean: read(body, wanted=Wanted(extraction=lean)).text for lean in Extraction}
    assert len(found[Extraction.RECALL]) >= len(found[Extraction.PRECISION])


def test_what_a_source_repeats_is_left_out():
    appeal = "Soutenez la presse de votre ville : abonnez-vous."
    texts = [f"Nouvelle numéro {n} du quartier.\n{appeal}\nSamedi 14 h" for n in range(8)]
    lines = boilerplate.repeated(texts)
    assert lines == {appeal}
    assert boilerplate.without(texts[0], lines) == "Nouvelle numéro 0 du quartier.\nSamedi 14 h"
    assert boilerplate.without(appeal, lines) == appeal
    assert boilerplate.repeated(texts[:4]) == frozenset()
    # One text eight times, as of an event that recurs, is one text.
    assert boilerplate.repeated(texts[:1] * 8) == frozenset()
    rare = [*texts, *(f"Autre nouvelle numéro {n}." for n in range(30))]
    assert boilerplate.repeated(rare) == frozenset()
