from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from vigie import catalogue, checks, settings
from vigie.errors import SettingsError, UnknownNameError, WorkspaceError
from vigie.records import Reach, Source, SourceKind

FILE = """\
# Notre veille
[watch]
name = "Veille"     # à nous

# --- Presse ---
[[source]]
# relue chaque année
id = "gazette"
name = "La Gazette du canal"
url = "https://gazette.example/feed"   # vérifiée en mars
kind = "feed"
tags = [
    "presse",   # quotidienne
]

# --- Quartiers ---
[[source]]
id = "quartier"
name = "Le Quartier"
url = "https://quartier.example/feed"
kind = "feed"

# Fin des sources
[schedule]
queue = "0 7 * * 1"
"""

PLUM = Source(
    id="mirabelle",
    name="La Mirabelle « libre »",
    url="https://mirabelle.example/feed",
    kind=SourceKind.FEED,
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "vigie.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


def text_of(folder):
    return (folder / "vigie.toml").read_bytes().decode()


def test_adding_a_source_leaves_every_other_byte_alone(folder):
    catalogue.add(folder, PLUM)
    assert text_of(folder).startswith(FILE)
    assert text_of(folder)[len(FILE) :] == (
        '\n[[source]]\nid = "mirabelle"\nname = "La Mirabelle « libre »"\n'
        'url = "https://mirabelle.example/feed"\nkind = "feed"\n'
    )
    assert [source.id for source in settings.load(folder).sources] == [
        "gazette",
        "quartier",
        "mirabelle",
    ]


def test_a_source_comes_back_as_it_was_given(folder):
    given_one = Source(
        id="agenda",
        name='L’agenda "du port" \\ quai',
        url="https://port.example/agenda?jour=1&page=2#haut",
        kind=SourceKind.EVENTS,
        every=timedelta(days=2),
        reach=Reach.REGIONAL,
        tags=("agenda", "culture"),
        expected=(0, 12),
        language="de",
        full_text=True,
        checked=False,
    )
    catalogue.add(folder, given_one)
    assert settings.load(folder).sources[-1] == given_one


def test_a_file_without_a_last_line_end_is_added_to_properly(folder):
    (folder / "vigie.toml").write_text(FILE.rstrip("\n"), encoding="utf-8")
    catalogue.add(folder, PLUM)
    assert settings.load(folder).sources[-1] == PLUM
    assert settings.load(folder).schedule.queue == "0 7 * * 1"


def test_windows_line_ends_stay(folder):
    (folder / "vigie.toml").write_bytes(FILE.replace("\n", "\r\n").encode())
    catalogue.add(folder, PLUM)
    assert text_of(folder).count("\n") == text_of(folder).count("\r\n")
    catalogue.remove(folder, "gazette")
    assert text_of(folder).count("\n") == text_of(folder).count("\r\n")


def test_an_id_that_is_taken_is_refused_and_nothing_changes(folder):
    with pytest.raises(SettingsError, match="« gazette » est déjà dans le catalogue"):
        catalogue.add(
            folder, Source(id="gazette", name="x", url="https://x.example", kind=PLUM.kind)
        )
    assert text_of(folder) == FILE


def test_a_source_that_could_not_be_read_back_is_never_written(folder):
    for bad in (
        Source(id="Pas Bon", name="x", url="https://x.example", kind=SourceKind.FEED),
        Source(id="bon", name="x", url="file:///etc/passwd", kind=SourceKind.FEED),
    ):
        with pytest.raises(SettingsError, match=r"vigie\.toml, ligne"):
            catalogue.add(folder, bad)
    assert text_of(folder) == FILE


def test_removing_a_source_keeps_the_comments_around_it(folder):
    catalogue.remove(folder, "gazette")
    text = text_of(folder)
    assert "gazette" not in text
    assert "# --- Presse ---" in text
    assert '# --- Quartiers ---\n[[source]]\nid = "quartier"' in text
    catalogue.remove(folder, "quartier")
    assert "# Fin des sources\n[schedule]" in text_of(folder)
    assert settings.load(folder).sources == ()
    assert settings.load(folder).schedule.queue == "0 7 * * 1"


def test_removing_what_was_added_gives_the_same_sources_again(folder):
    before = settings.load(folder)
    catalogue.add(folder, PLUM)
    catalogue.remove(folder, PLUM.id)
    assert settings.load(folder) == before


def test_removing_an_unknown_source_names_the_nearest(folder):
    with pytest.raises(UnknownNameError, match=r"« gazete » .* vouliez-vous dire « gazette »"):
        catalogue.remove(folder, "gazete")


def test_replacing_a_source_keeps_its_place_and_comments(folder):
    changed = Source(
        id="gazette",
        name="La Gazette",
        url="https://gazette.example/rss",
        kind=SourceKind.FEED,
        every=timedelta(hours=6),
        tags=("presse",),
    )
    catalogue.replace(folder, changed)
    text = text_of(folder)
    assert settings.load(folder).sources[0] == changed
    assert "# relue chaque année" in text
    assert "# quotidienne" in text
    assert text.split("# --- Quartiers ---")[1] == FILE.split("# --- Quartiers ---")[1]


def test_replacing_drops_what_is_back_to_its_default(folder):
    checked = Source(id="a", name="A", url="https://a.example", kind=SourceKind.FEED, checked=False)
    catalogue.add(folder, checked)
    catalogue.replace(folder, Source(id="a", name="A", url=checked.url, kind=SourceKind.FEED))
    assert "checked" not in text_of(folder)


def test_sources_written_as_one_list_are_not_edited_blindly(tmp_path):
    text = "source = [{ id = 'a', name = 'A', kind = 'files' }]\n"
    (tmp_path / "vigie.toml").write_text(text)
    for edit in (
        lambda: catalogue.remove(tmp_path, "a"),
        lambda: catalogue.add(tmp_path, PLUM),
    ):
        with pytest.raises(SettingsError, match=r"vigie\.toml"):
            edit()
    assert (tmp_path / "vigie.toml").read_text() == text


def test_a_file_that_has_a_slip_is_not_edited(folder):
    (folder / "vigie.toml").write_text("[watch]\nqueue_sise = 1\n")
    with pytest.raises(SettingsError, match="ligne 2, queue_sise"):
        catalogue.add(folder, PLUM)


def test_without_a_file_nothing_is_added(tmp_path):
    with pytest.raises(WorkspaceError, match=r"Pas de vigie\.toml"):
        catalogue.add(tmp_path, PLUM)


def test_a_link_to_the_file_stays_a_link_and_its_rights_stay(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("partage") / "veille.toml"
    (folder / "vigie.toml").rename(elsewhere)
    elsewhere.chmod(0o640)
    (folder / "vigie.toml").symlink_to(elsewhere)
    catalogue.add(folder, PLUM)
    assert (folder / "vigie.toml").is_symlink()
    assert "mirabelle" in elsewhere.read_text(encoding="utf-8")
    assert elsewhere.stat().st_mode & 0o777 == 0o640


def test_a_full_disk_leaves_the_old_file_and_no_rest(folder):
    script = f"""
import resource, signal
from pathlib import Path
from vigie import catalogue
from vigie.errors import WorkspaceError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    catalogue.write_whole(Path({str(folder)!r}) / "vigie.toml", "x" * 1000)
except WorkspaceError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert "ne peut pas être écrit" in done.stdout
    assert text_of(folder) == FILE
    assert [path.name for path in folder.iterdir()] == ["vigie.toml"]


@pytest.mark.parametrize(
    ("text", "taken", "suggested"),
    [
        ("https://www.gazette-du-canal.example/feed", (), "gazette-du-canal"),
        ("https://agenda.canal.example/rss.xml", (), "agenda-canal"),
        ("https://canal.example/mulhouse/feed/", ("canal",), "canal-mulhouse"),
        ("https://canal.example/feed", ("canal", "canal-2"), "canal-3"),
        ("http://127.0.0.1:8000/a/feed", (), "127-0-0-1-8000"),
        ("http://localhost/feed", (), "localhost"),
        ("https://médias.example/", (), "medias"),
        ("L’Œil du quartier", (), "oeil-du-quartier"),
        ("!!!", (), "source"),
        ("http://[", (), "http"),
    ],
)
def test_suggested_ids_are_short_readable_and_free(text, taken, suggested):
    assert catalogue.suggest_id(text, taken) == suggested


@trying(max_examples=60, deadline=None)
@given(st.text(max_size=80) | st.text(max_size=20).map("https://{}".format), st.sets(st.text()))
def test_any_suggested_id_is_valid(text, taken):
    first = catalogue.suggest_id(text, taken)
    second = catalogue.suggest_id(text, {*taken, first})
    assert checks.SOURCE_ID.fullmatch(first)
    assert checks.SOURCE_ID.fullmatch(second)
    assert first not in taken
    assert second != first


@pytest.mark.parametrize("written", ["1min", "45min", "1h", "36h", "2d", "1w"])
def test_durations_are_written_as_they_are_read(written):
    text = f"[[source]]\nid='a'\nname='A'\nkind='files'\nevery='{written}'\n"
    assert catalogue.duration(settings.parse(text, Path()).sources[0].every) == written
