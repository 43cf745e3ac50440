"""Markup taken out and long texts cut: what is found fits the text as it was given."""

from __future__ import annotations

import pytest

from nlp import markup, pieces


def test_entities_and_tags_within_a_name_do_not_move_it():
    raw = "<p>L&#39;asso <b>Caf&eacute; des &Icirc;les</b> ouvre.</p><script>var x;</script>"
    clean = markup.clean(raw)
    assert clean.text == "\nL'asso Café des Îles ouvre.\n\n"
    start = clean.text.index("Café")
    first, last = clean.bounds(start, start + len("Café des Îles"))
    assert raw[first:last] == "Caf&eacute; des &Icirc;les"


@pytest.mark.parametrize("raw", ["a < b", "AT&T", "x &bogus; y <Prénom>", "1 <2> 3 & 4", ""])
def test_what_is_no_markup_stays(raw):
    clean = markup.clean(raw)
    assert clean.text == raw
    if raw:
        assert clean.bounds(0, len(raw)) == (0, len(raw))


@pytest.mark.parametrize(
    "whole", ["", "mot " * 40, "x" * 95, "une ligne\n" * 20, "Fin. " * 21, " " * 61]
)
def test_a_long_text_is_cut_without_loss_where_a_line_or_a_word_ends(whole):
    bounds = list(pieces.cuts(whole, 30))
    assert "".join(whole[a:b] for a, b in bounds) == whole
    assert all(b - a <= 30 for a, b in bounds)


def test_one_word_over_and_over_is_blank():
    (piece,) = pieces.read_as("Zigzag " * 30 + "L'asso").pieces
    assert piece.plain.split() == ["L'asso"]
    assert len(piece.plain) == len(piece.said)


@pytest.mark.parametrize(
    "phrase", ["Les Colibris ", "L'association Colibris danse. ", "Au bal !\n"]
)
def test_a_phrase_over_and_over_is_read_once_even_beyond_a_piece(phrase):
    given = pieces.read_as(phrase * 5_000 + "Fin du bal.")
    assert " ".join(" ".join(p.plain for p in given.pieces).split()).startswith(phrase.strip())
    words = "".join(piece.plain for piece in given.pieces).replace(".", " ").split()
    assert [w for w in words if w != "!"] == [
        *(w for w in phrase.replace(".", " ").split() if w != "!"),
        *("Fin", "du", "bal"),
    ]
    assert all(len(piece.plain) == len(piece.said) for piece in given.pieces)


@pytest.mark.parametrize("raw", ["Les Colibris " * 4, "Le bal du jour et le bal de nuit. ", ""])
def test_what_is_said_a_few_times_stays(raw):
    assert pieces.once(raw) == raw


def test_a_line_in_capitals_is_read_as_a_sentence_whose_names_have_capitals():
    raw = "LES SEMEURS DU BALLON OUVRENT UN JARDIN À LOMME.\nBienvenue à tous."
    (piece,) = pieces.read_as(raw).pieces
    assert piece.plain == "Les Semeurs du Ballon ouvrent un jardin à Lomme.\nBienvenue à tous."


def test_a_huge_text_is_read_to_where_a_word_ends_and_says_what_is_left():
    raw = "La Remise ouvre un local au bout du quai. " * 10_000
    given = pieces.read_as(raw)
    assert len(given.raw) + given.unread == len(raw)
    assert len(given.raw) <= pieces.LONGEST_READ
    assert given.raw.endswith(". ")
    assert [str(note) for note in given.notes] == [
        (
            f"texte trop long : lu jusqu’au caractère {len(given.raw)}, les {given.unread} suivants "
            "ne le sont pas"
        ),
        "le texte se répète : chaque phrase n’en est lue qu’une fois",
    ]


def test_a_text_that_is_read_whole_says_nothing():
    assert pieces.read_as("La Remise ouvre un local au bout du quai.").notes == []


def test_a_text_says_in_what_other_way_than_word_by_word_it_is_read():
    assert [str(n) for n in pieces.read_as("LA MALLE VERTE RECRUTE DEUX BÉNÉVOLES").ways] == [
        "texte tout en capitales : les noms y sont moins sûrs"
    ]
    assert "se répète" in str(pieces.read_as("Les Malles du Val chantent. " * 500).ways[0])
    assert pieces.read_as("La Malle verte recrute.").ways == []
