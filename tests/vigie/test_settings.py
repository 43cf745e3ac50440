from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as trying
from hypothesis import strategies as st

from vigie import __version__, settings, toml_types
from vigie.errors import SettingsError, WorkspaceError
from vigie.records import Reach, Source, SourceKind

EXAMPLES = Path(__file__).parent.parent / "examples" / "settings"

WHOLE = """\
[watch]
name = "Veille Mulhouse"
territory = ["200066009"]            # m2A
languages = ["fr", "de"]
themes = ["innovation sociale", "réemploi"]
queue_size = 25
exploration = 3

[crawler]
contact = "veille@example.org"

[storage]
url = "sqlite:///data/vigie.db"

[schedule]
timezone = "Europe/Paris"
crawl = "*/30 6-22 * * *"
queue = "0 6 * * 1"

[[source]]
id = "gazette"
name = "La Gazette du canal"
url = "https://gazette.example/feed"
kind = "feed"
every = "30min"
expected = [5, 60]
reach = "regional"
tags = ["presse"]
language = "fr"
full_text = true
checked = false

[[source]]
id = "archives"
name = "Archives"
kind = "files"
"""


def refused(text, folder=Path("w")):
    with pytest.raises(SettingsError) as error:
        settings.parse(text, folder)
    assert "\n" not in str(error.value)
    return str(error.value)


def with_source(*lines):
    return '[[source]]\nid = "a"\nname = "A"\n' + "\n".join(lines) + "\n"


def test_a_whole_file_is_read(tmp_path):
    (tmp_path / "vigie.toml").write_text(WHOLE, encoding="utf-8")
    found = settings.load(tmp_path)
    assert found.watch.territory == ("200066009",)
    assert found.watch.languages == ("fr", "de")
    assert found.crawler.contact == "veille@example.org"
    assert found.data == tmp_path / "data"
    assert found.zone == ZoneInfo("Europe/Paris")
    assert found.sources[0] == Source(
        id="gazette",
        name="La Gazette du canal",
        url="https://gazette.example/feed",
        kind=SourceKind.FEED,
        every=timedelta(minutes=30),
        expected=(5, 60),
        reach=Reach.REGIONAL,
        tags=("presse",),
        language="fr",
        full_text=True,
        checked=False,
    )
    assert found.sources[1].url == ""


def test_all_that_is_left_out_has_a_default():
    found = settings.parse("", Path("w"))
    assert found.watch.queue_size == 25
    assert found.schedule.queue == "0 6 * * 1"
    assert found.sources == ()


def test_every_field_of_the_records_has_a_check():
    for record in (Source, *settings.SECTIONS.values()):
        for field in fields(record):
            assert str(field.type) in toml_types.BY_TYPE, f"{record.__name__}.{field.name}"


def slips():
    """Return each faulty file with the sentence that answers it."""
    blocks = EXAMPLES.joinpath("slips.txt").read_text(encoding="utf-8").split("\n----\n")
    cases = [block.strip("\n").rpartition("\n=> ") for block in blocks]
    return [pytest.param(text + "\n", said, id=said[12:70]) for text, _, said in cases]


@pytest.mark.parametrize(("text", "said"), slips())
def test_a_slip_is_named_with_its_line_its_key_and_the_nearest_word(text, said):
    assert refused(text) == said


@pytest.mark.parametrize("bad", ["Gazette", "é", "", "a b", "-a", "a" * 65, "a/b"])
def test_a_source_id_is_short_and_plain(bad):
    text = f"[[source]]\nid = '{bad}'\nname = 'A'\nkind = 'files'\n"
    assert "ligne 2, id :" in refused(text)


def test_two_sources_of_one_id_are_named_with_both_lines():
    block = "[[source]]\nid = 'a'\nname = 'A'\nkind = 'files'\n"
    said = refused(block + "\n" + block)
    assert said == (
        "vigie.toml, ligne 7, id : « a » est déjà l’identifiant de la source de la ligne 2"
    )


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        ("files", "archives/2025"),
        ("registry", "/srv/rna.csv"),
        ("registry", "https://rna.example/rna.csv"),
        ("mailbox", "imaps://mail.example/INBOX"),
        ("mailbox", "C:/courriels"),
        ("feed", "http://127.0.0.1:8000/feed"),
        ("feed", "https://münchen.example/feed"),
    ],
)
def test_files_registries_and_mailboxes_may_be_on_this_machine(kind, url):
    found = settings.parse(with_source(f"url = '{url}'", f"kind = '{kind}'"), Path("w"))
    assert found.sources[0].url == url


def test_the_first_problem_is_said_with_the_number_of_the_others():
    assert refused("[watch]\nname = 1\n").endswith("est attendu")
    assert refused("[watch]\nname = 1\na1 = 1\n").endswith("(et un autre problème)")
    assert refused("[watch]\nname = 1\na1 = 1\nb1 = 2\n").endswith("(et 2 autres problèmes)")


def test_all_problems_can_be_had_at_once_in_the_order_of_the_file():
    text = "[watch]\nname = 1\n[schedule]\ncrawl = 'x'\n" + with_source("kind = 'files'", "x = 1")
    found, problems = settings.examine(text, Path("w"))
    assert [problem.split(" :")[0] for problem in problems] == [
        "vigie.toml, ligne 2, name",
        "vigie.toml, ligne 4, crawl",
        "vigie.toml, ligne 9, x",
    ]
    assert found.watch.name == "Vigie"
    assert found.sources == ()


def test_a_password_in_the_database_address_is_not_repeated():
    assert "secret" not in refused("[storage]\nurl = 'postgresql://vigie:secret@h/d'\n")


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(WorkspaceError, match=r"Pas de vigie\.toml dans .* « vigie init »"):
        settings.load(tmp_path)
    with pytest.raises(WorkspaceError, match=r"Pas de vigie\.toml"):
        settings.load(tmp_path / "absent")


def test_a_folder_in_place_of_the_file_is_said(tmp_path):
    (tmp_path / "vigie.toml").mkdir()
    with pytest.raises(WorkspaceError, match="est illisible"):
        settings.load(tmp_path)


def test_a_file_in_another_encoding_is_named_with_the_line(tmp_path):
    (tmp_path / "vigie.toml").write_bytes('[watch]\nname = "Forêt"\n'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"vigie\.toml, ligne 2 : .* UTF-8"):
        settings.load(tmp_path)
    (tmp_path / "vigie.toml").write_bytes("[watch]\n".encode("utf-16"))
    with pytest.raises(SettingsError, match=r"vigie\.toml, ligne 1 : .* UTF-8"):
        settings.load(tmp_path)


def test_the_mark_and_line_ends_of_windows_editors_do_no_harm(tmp_path):
    (tmp_path / "vigie.toml").write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    assert len(settings.load(tmp_path).sources) == 2


def test_a_contact_is_asked_for_before_a_crawl_and_then_shown_to_sites():
    without = settings.parse("", Path("w"))
    with pytest.raises(SettingsError, match="indiquez une adresse"):
        settings.require_contact(without)
    assert without.crawler.user_agent == f"Vigie/{__version__}"
    given_one = settings.parse("[crawler]\ncontact = 'veille@example.org'\n", Path("w"))
    assert settings.require_contact(given_one) == "veille@example.org"
    assert given_one.crawler.user_agent == f"Vigie/{__version__} (+veille@example.org)"


_VALUES = st.recursive(
    st.text(max_size=8).map(lambda text: "'" + text.replace("'", "") + "'")
    | st.integers().map(str)
    | st.sampled_from(["true", "nan", "-inf", "1979-05-27", "07:32:00", "{ a = 1 }", "[]"]),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
    max_leaves=3,
)
_KEYS = st.sampled_from(
    sorted({f.name for record in (Source, *settings.SECTIONS.values()) for f in fields(record)})
)
_HEADERS = st.sampled_from(["[watch]", "[crawler]", "[schedule]", "[storage]", "[[source]]", ""])


@trying(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_HEADERS, st.dictionaries(_KEYS, _VALUES, max_size=4)), max_size=4))
def test_whatever_the_values_there_are_settings_or_one_line(tables):
    text = "".join(
        f"{header}\n" + "".join(f"{key} = {value}\n" for key, value in table.items())
        for header, table in tables
    )
    said = "vigie.toml, ligne "
    try:
        settings.parse(text, Path("w"))
    except SettingsError as error:
        said = str(error)
    assert said.startswith("vigie.toml, ligne ")
    assert "\n" not in said


def test_how_a_listing_is_read_and_how_much_is_archived_are_settings():
    listing = '[[source]]\nid = "v"\nname = "V"\nurl = "https://v.example"\nkind = "listing"\n'
    good = "[crawler]\narchive_megabytes = 0\n" + listing
    found = settings.parse(good + 'links = "h2 > a"\nlink_pattern = "/a/\\\\d+"\n', Path("w"))
    assert found.crawler.archive_megabytes == 0
    assert (found.sources[0].links, found.sources[0].link_pattern) == ("h2 > a", r"/a/\d+")
    for wrong in ('links = "h2 >>"\n', 'link_pattern = "("\n'):
        with pytest.raises(SettingsError, match="ligne 8"):
            settings.parse(good + wrong, Path("w"))
    with pytest.raises(SettingsError, match="archive_megabytes"):
        settings.parse("[crawler]\narchive_megabytes = -1\n", Path("w"))


def test_a_password_in_the_file_is_answered_with_where_it_belongs(tmp_path):
    with pytest.raises(SettingsError, match=r"ligne 2.*VIGIE_MAIL_PASSWORD"):
        settings.parse('[mail]\npassword = "chut"\n', tmp_path)
