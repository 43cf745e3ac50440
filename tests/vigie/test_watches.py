"""The watches of an installation, as `vigie.toml` says them."""

from __future__ import annotations

from pathlib import Path

import pytest

from vigie import catalogue, settings
from vigie.errors import SettingsError, UnknownNameError

TEXT = """\
[watch]
name = "Veille Mulhouse"
territory = ["200066009"]
languages = ["fr", "de"]
themes = ["culture"]
officers = ["Awa"]

[watches.velo]
name = "Le vélo en ville"
themes = ["vélo"]
sources = ["a", "b-*"]
queue_size = 12

[watches.strasbourg]
territory = ["67482"]
officers = ["Zoé"]

[[source]]
id = "a"
name = "A"
kind = "files"

[[source]]
id = "b-nord"
name = "B"
kind = "files"
"""


def parse(text=TEXT):
    return settings.parse(text, Path("w"))


def refused(old, new):
    assert old in TEXT
    with pytest.raises(SettingsError) as error:
        parse(TEXT.replace(old, new))
    return str(error.value)


def test_a_watch_is_as_the_first_one_but_for_what_it_says_its_sources_and_its_officers():
    found = parse()
    assert [one.id for one in found.watches] == ["main", "velo", "strasbourg"]
    main, velo, strasbourg = found.watches
    assert (main.is_main, main.address, main.officers) == (True, "", ("Awa",))
    assert (velo.territory, velo.languages, velo.queue_size) == (("200066009",), ("fr", "de"), 12)
    assert (velo.officers, velo.address) == ((), "/veilles/velo")
    assert [one for one in ("a", "b-nord", "c") if velo.reads(one)] == ["a", "b-nord"]
    assert strasbourg.reads("whatever")
    assert (strasbourg.name, strasbourg.officers) == ("strasbourg", ("Zoé",))
    assert found.territory == ("200066009", "67482")


def test_themes_of_its_own_bound_a_watch_unless_it_says_otherwise():
    assert [one.only_themes for one in parse().watches] == [False, True, False]
    emphasis = parse(TEXT.replace("queue_size = 12", "only_themes = false"))
    assert not emphasis.watch_of("velo").only_themes


def test_without_further_watches_there_is_one():
    found = parse("")
    assert found.watches == (found.watch,)
    assert found.watch == settings.MAIN
    with pytest.raises(
        UnknownNameError, match="Pas de veille « mian » ; vouliez-vous dire « main »"
    ):
        found.watch_of("mian")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'sources = ["a", "b-*"]',
            'sources = [\n  "b-*",\n  "aa",\n]',
            (
                "vigie.toml, ligne 13, sources : « aa » n’est pas une source du catalogue ; "
                "vouliez-vous dire « a » ? (celles d’archives importées se nomment par un motif : aa*)"
            ),
        ),
        (
            "Le vélo en ville",
            "veille MULHOUSE",
            "vigie.toml, ligne 9, name : « veille MULHOUSE » est déjà le nom de [watch]",
        ),
        (
            "[watches.strasbourg]",
            '[watches.strasbourg]\nname = "le velo en ville"',
            "vigie.toml, ligne 15, name : « le velo en ville » est déjà le nom de [watches.velo]",
        ),
        (
            "67482",
            "99999",
            "vigie.toml, ligne 15, territory :",
        ),
        (
            "[watches.velo]",
            "[watches.main]",
            "vigie.toml, ligne 8 : « main » désigne la veille de [watch] : prenez un autre mot",
        ),
        (
            "[watches.velo]",
            "[watches.Velo_1]",
            (
                "vigie.toml, ligne 8 : « Velo_1 » : de 1 à 40 lettres minuscules sans accent, "
                "chiffres ou tirets"
            ),
        ),
        (
            "queue_size = 12",
            "queue_size = 2",
            (
                "vigie.toml, ligne 12, queue_size : 3 tirages (exploration) ne tiennent pas dans une "
                "file de 2"
            ),
        ),
        (
            "queue_size = 12",
            "officer = []",
            "vigie.toml, ligne 12, officer : clé inconnue ; vouliez-vous dire « officers » ?",
        ),
        (
            "queue_size = 12",
            'licence = "ODbL-1.0"',
            "vigie.toml, ligne 12, licence : vaut pour l’annuaire",
        ),
        (
            "queue_size = 12",
            'id = "x"',
            "vigie.toml, ligne 12, id : clé inconnue",
        ),
    ],
)
def test_a_slip_in_a_watch_is_named_with_its_line(old, new, said):
    assert refused(old, new).startswith(said)


def test_watches_that_are_no_sections_are_refused():
    with pytest.raises(SettingsError, match=r"chaque veille a sa section, comme .watches.velo."):
        parse('watches = ["velo"]')


def test_a_source_that_is_removed_leaves_the_watches_that_name_it(tmp_path):
    file = tmp_path / "vigie.toml"
    file.write_text(TEXT, "utf-8")
    catalogue.remove(tmp_path, "a")
    assert settings.load(tmp_path).watch_of("velo").sources == ("b-*",)
    file.write_text(TEXT.replace('["a", "b-*"]', '["a"]'), "utf-8")
    with pytest.raises(SettingsError, match="Une veille ne lit que la source « a »"):
        catalogue.remove(tmp_path, "a")
    assert [one.id for one in settings.load(tmp_path).sources] == ["a", "b-nord"]
