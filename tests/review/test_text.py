"""Text from the web, made harmless and legible."""

import pytest

from review.text import NAME_LIMIT, QUOTE_LIMIT, highlight, host, plain, web_link


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("  La \n\t Fabrique ", "La Fabrique"),
        ("La\u202eeuqirbaF", "LaeuqirbaF"),
        ("\u2066a\u2069\u200f\u061c\u200b\ufeffb\x00\x9b", "ab"),
        ("Qui vient\u202f?", "Qui vient\u202f?"),
        ("z" + "\u0335" * 50, "z" + "\u0335" * 3),
    ],
)
def test_invisible_and_turning_characters_do_not_reach_the_page(raw, shown):
    assert plain(raw) == shown


def test_a_name_of_a_megabyte_is_cut():
    assert len(plain("x" * 1_000_000)) == NAME_LIMIT + 1
    assert plain("x" * 1_000_000).endswith("…")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " https://a.example",
        "https://a.example/\nb",
        'https://a.example/"onclick=',
        "data:text/html,x",
        "//a.example",
        "https://",
        "https://bank.example@evil.example/",
        "https://[::1",
        "https://a.example/" + "x" * 3000,
        "",
    ],
)
def test_only_plain_web_addresses_may_be_followed(address):
    assert web_link(address) is None
    assert host(address) == ""


def test_a_web_address_is_kept_as_it_is_and_named_by_its_site():
    address = "https://www.été.example/2026/à-lire?x=1&y=2#z"
    assert web_link(address) == address
    assert host(address) == "été.example"


def test_the_name_is_marked_wherever_the_quote_writes_it():
    pieces = highlight(
        "Radio Sureau émet. RADIO  SUREAU reste. Radio Sureaux non.", ("Radio Sureau",)
    )
    assert [text for text, marked in pieces if marked] == ["Radio Sureau", "RADIO SUREAU"]
    assert "".join(text for text, _ in pieces).endswith("Radio Sureaux non.")


def test_an_alias_is_marked_when_the_name_is_not_there():
    assert ("la Fab", True) in highlight("Rendez-vous à la Fab.", ("La Fabrique", "La Fab"))


def test_a_quote_without_the_name_stays_whole():
    assert highlight("Rien ici.", ("", "Absente")) == [("Rien ici.", False)]


def test_a_long_quote_is_cut_around_the_name():
    pieces = highlight("avant " * 400 + "Radio Sureau" + " après" * 400, ("Radio Sureau",))
    assert ("Radio Sureau", True) in pieces
    shown = "".join(text for text, _ in pieces)
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert len(shown) < QUOTE_LIMIT + 10
