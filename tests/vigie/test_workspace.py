from __future__ import annotations

import os
from pathlib import Path

import pytest

from vigie import catalogue, settings, workspace
from vigie.errors import UnknownNameError, WorkspaceError


@pytest.mark.parametrize("name", catalogue.PACKS)
def test_a_pack_makes_a_workspace_that_loads(tmp_path, name):
    made = workspace.create(tmp_path / "veille", name)
    assert made == settings.load(tmp_path / "veille")
    assert made.sources == catalogue.pack(name).sources
    assert made.data.is_dir()
    assert (tmp_path / "veille" / "vigie.toml").read_text(encoding="utf-8").startswith("# Veille")


def test_a_pack_is_known_in_any_case(tmp_path):
    assert workspace.create(tmp_path / "a", "Strasbourg").sources


@pytest.mark.parametrize(
    ("typed", "territory"),
    [
        ("Colmar", ("68066",)),
        ("saint etienne du rouvray", ("76575",)),
        ("68066", ("68066",)),
        ("2a", ("2A",)),
        ("Bas-Rhin", ("67",)),
        ("Colmar Agglomération", ("246800726",)),
        (" 246800726 ", ("246800726",)),
    ],
)
def test_any_place_by_name_or_code_makes_a_workspace_without_sources(tmp_path, typed, territory):
    made = workspace.create(tmp_path / "veille", typed)
    assert made.watch.territory == territory
    assert made.sources == ()
    assert "vigie sources add" in (tmp_path / "veille" / "vigie.toml").read_text(encoding="utf-8")


def test_a_commune_s_workspace_points_to_its_intercommunality(tmp_path):
    workspace.create(tmp_path, "Colmar")
    text = (tmp_path / "vigie.toml").read_text(encoding="utf-8")
    assert '# territory = ["246800726"]  # toute l’intercommunalité : Colmar Agglomération' in text
    wider = text.replace('territory = ["68066"]', "").replace("# territory", "territory")
    assert settings.parse(wider, tmp_path).watch.territory == ("246800726",)


def test_what_is_already_in_the_folder_stays(tmp_path):
    (tmp_path / "notes.txt").write_text("à garder")
    (tmp_path / "data").mkdir()
    workspace.create(tmp_path, "metz")
    assert (tmp_path / "notes.txt").read_text() == "à garder"


def test_a_workspace_is_never_overwritten(tmp_path):
    (tmp_path / "vigie.toml").write_text("# la nôtre\n")
    with pytest.raises(WorkspaceError, match="est déjà un espace de travail"):
        workspace.create(tmp_path, "metz")
    assert (tmp_path / "vigie.toml").read_text() == "# la nôtre\n"


def test_a_link_that_leads_nowhere_is_not_replaced(tmp_path):
    (tmp_path / "vigie.toml").symlink_to(tmp_path / "absent.toml")
    with pytest.raises(WorkspaceError, match="est déjà un espace de travail"):
        workspace.create(tmp_path, "metz")


def test_a_file_in_place_of_the_folder_is_said(tmp_path):
    (tmp_path / "fichier").write_text("")
    for where in (tmp_path / "fichier", tmp_path / "fichier" / "veille"):
        with pytest.raises(WorkspaceError, match="est un fichier : donnez un dossier"):
            workspace.create(where, "metz")


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    with pytest.raises(WorkspaceError, match="ne peut pas être créé"):
        workspace.create(tmp_path / ("x" * 300), "metz")


def test_a_folder_that_may_not_be_written_is_said():
    with pytest.raises(WorkspaceError, match="ne peut pas être créé"):
        workspace.create(Path("/proc/vigie"), "metz")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("mulouse", "Territoire inconnu : « mulouse ». .* « 68224 » \\(Mulhouse, Haut-Rhin\\)"),
        ("Saint-Denis", "Plusieurs territoires s’appellent « Saint-Denis » .* « 97411 » "),
        ("Eurométropole de Metz", "« 200039865 » \\(Metz Métropole\\)"),
        ("zzzzzzzz", "Territoire inconnu : « zzzzzzzz ». .*strasbourg, lille, metz, mulhouse"),
        ("", "Territoire inconnu"),
        ("00001", "Territoire inconnu : « 00001 ». .*« 01001 » \\(L'Abergement-Clémenciat, Ain\\)"),
    ],
)
def test_an_unknown_territory_is_answered_with_the_nearest_and_nothing_is_made(
    tmp_path, typed, said
):
    with pytest.raises(UnknownNameError, match=said):
        workspace.create(tmp_path / "veille", typed)
    assert not (tmp_path / "veille").exists()


@pytest.mark.parametrize(
    ("url", "mode"),
    [
        ("postgresql+psycopg://vigie:pa/ss@machine/vigie", 0o600),
        ("postgresql+psycopg://machine/vigie?password=x", 0o600),
        ("postgresql+psycopg://vigie@machine/vigie", 0o644),
    ],
)
def test_settings_with_a_password_can_be_read_by_their_owner_alone(tmp_path, url, mode):
    folder = workspace.create(tmp_path / "w", "mulhouse").folder
    workspace.move_storage(folder, url)
    assert settings.load(folder).storage.url == url
    assert (folder / settings.FILE_NAME).stat().st_mode & 0o777 == mode


def test_settings_stay_their_owners_whoever_writes_them(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs the rights to give files away")
    folder = workspace.create(tmp_path / "w", "mulhouse").folder
    os.chown(folder / settings.FILE_NAME, 12345, 12345)
    workspace.move_storage(folder, "postgresql+psycopg://vigie:secret@machine/vigie")
    assert (folder / settings.FILE_NAME).stat().st_uid == 12345
