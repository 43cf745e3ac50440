"""A workspace as one file: made while somebody writes, put back elsewhere, refused when damaged."""

# ruff: noqa: F811 - fixtures of the storage are imported here and asked for by name
from __future__ import annotations

import json
import os
import resource
import shutil
import sqlite3
import stat
import threading
import zipfile
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock
from sqlalchemy import select

from flows import backup, restore
from storage import Store, documents, open_store
from storage import store as stores
from storage.tables import metadata
from tests import databases
from tests.command import here
from tests.storage.conftest import Press, database, fresh, press, server, store, url  # noqa: F401
from tests.storage.old_database import FOLDER as UPGRADES
from vigie import backups, lock
from vigie.errors import HeldError, InputError, StorageError, WorkspaceError
from vigie.settings import load, parse

pytestmark = databases.once  # its fixtures are of both databases

DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 16, 3, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path, url, press):
    """A workspace with something of each kind in it, on either database."""
    (tmp_path / "vigie.toml").write_text(
        f'# À nous.\n[watch]\nterritory = ["200066009"]\n[storage]\nurl = "{url}"\n', "utf-8"
    )
    (tmp_path / "vigie.toml").chmod(0o600)
    data = tmp_path / "data"
    for name, content in {
        "archive/2026/2026-03-02-1f3a9c02.warc.gz": os.urandom(5000),
        "learned/history.json": b'{"adopted": ["ab12"], "proposed": null}',
        "learned/weights-ab12.npz": os.urandom(3000),
        "learned/ab12.json": b'{"base": "15"}',
        "spool/0123.jsonl": b'{"type": "document"',
        "rejects/liste.rejects.jsonl": '{"raw": "é"}\n'.encode(),
        "prefect/prefect.db": b"not ours",
        "running.json": b"{}",
    }.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    opened = open_store(url, tmp_path)
    with opened.writing() as c:
        press.publish(c, 1, DAY, "Les Braises", "L’Atelier d’Été")
        press.publish(c, 2, DAY, "Les Braises")
    opened.close()
    return tmp_path


def opened_in(folder):
    settings = load(folder)
    return open_store(settings.storage.url, settings.folder)


def rows(c) -> dict[str, list[tuple]]:
    return {
        table.name: sorted(map(tuple, c.execute(select(table))), key=repr)
        for table in metadata.sorted_tables
    }


def files(folder: Path) -> dict[str, str]:
    data = folder / "data"
    return {
        str(path.relative_to(data)): sha256(path.read_bytes()).hexdigest()
        for path in data.rglob("*")
        if path.is_file() and not path.name.startswith("vigie.") and path.name not in lock.FILES
        if "prefect" not in path.parts
    }


def made(folder: Path, target: Path) -> backup.Manifest:
    settings, opened = load(folder), opened_in(folder)
    try:
        return backup.back_up(settings, opened, target, now=NOW)
    finally:
        opened.close()


@pytest.fixture
def elsewhere(url, server, tmp_path_factory):
    """Another folder, and the address of another database of the same kind."""
    target = tmp_path_factory.mktemp("elsewhere") / "watch"
    if url.startswith("sqlite"):
        yield target, None
        return
    with database(server) as other:
        yield target, other


def test_all_that_is_stored_comes_back_elsewhere(folder, elsewhere, tmp_path_factory):
    file = tmp_path_factory.mktemp("out") / "vigie.zip"
    manifest = made(folder, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["vigie.zip"]

    target, other = elsewhere
    _, kept = restore.restore(file, target, url=other)
    assert kept is None
    assert manifest.at == NOW
    before, after = opened_in(folder), opened_in(target)
    with before.reading() as c, after.reading() as d:
        found = rows(d)
        assert found == rows(c)
        assert len(found["documents"]) == 2
        assert len(found["mentions"]) == 3
    before.close()
    after.close()
    assert files(target) == files(folder)
    assert not (target / "data" / "prefect").exists()
    assert stat.S_IMODE((target / "vigie.toml").stat().st_mode) == 0o600
    settings = (target / "vigie.toml").read_text("utf-8")
    assert settings.startswith("# À nous.\n")
    if other is None:
        assert settings == (folder / "vigie.toml").read_text("utf-8")
    assert list(target.glob(".restore-*")) == []


def test_a_backup_made_while_somebody_writes_is_of_one_moment(
    folder,
    elsewhere,
    press,
    tmp_path_factory,
):
    """A writer adds ten documents at a time: the copy holds whole tens, and all that was before."""
    file = tmp_path_factory.mktemp("out") / "vigie.zip"
    writer, stop, tens = opened_in(folder), threading.Event(), []
    started = threading.Event()

    def write() -> None:
        while not stop.is_set():
            first = 100 + 10 * len(tens)
            with writer.writing() as c:
                ten = range(first, first + 10)
                documents.save(c, [press.document(n, DAY, text="long " * 2000) for n in ten])
            tens.append(first)
            started.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert started.wait(20)
    before = len(tens)
    made(folder, file)
    after = len(tens)
    stop.set()
    thread.join()
    writer.close()
    target, other = elsewhere
    restore.restore(file, target, url=other)
    restored, original = opened_in(target), opened_in(folder)
    with restored.reading() as c, original.reading() as d:
        count = documents.counts(c)["documents"] - 2
        assert count % 10 == 0
        assert 10 * before <= count <= 10 * (after + 1)
        have, had = rows(c), rows(d)
    assert all(
        set(map(repr, have[name])) <= set(map(repr, had[name]))
        for name in ("documents", "mentions")
    )
    restored.close()
    original.close()


def test_a_workspace_with_content_is_not_written_over_unless_asked(folder, press, tmp_path_factory):
    file = tmp_path_factory.mktemp("out") / "vigie.zip"
    made(folder, file)
    opened = opened_in(folder)
    with opened.writing() as c:
        press.publish(c, 3, DAY, "Venus après")
    opened.close()
    (folder / "vigie.toml").write_text(
        (folder / "vigie.toml").read_text("utf-8") + "# neuf\n", "utf-8"
    )

    with pytest.raises(WorkspaceError, match="--replace"):
        restore.restore(file, folder)
    _, kept = restore.restore(file, folder, replace=True)
    opened = opened_in(folder)
    with opened.reading() as c:
        assert documents.counts(c)["documents"] == 2
    opened.close()
    assert "# neuf" not in (folder / "vigie.toml").read_text("utf-8")
    assert "# neuf" in (kept / "vigie.toml").read_text("utf-8")
    if load(folder).storage.url.startswith("sqlite"):
        old = open_store("sqlite:///data/vigie.db", kept)
        with old.reading() as c:
            assert documents.counts(c)["documents"] == 3
        old.close()


@pytest.mark.parametrize("of", [lock.FETCHING, lock.READING, lock.SCHEDULE])
def test_nothing_is_moved_under_a_program_that_works(of, plain, file):
    before = files(plain)
    with FileLock(plain / "data" / f"{of}.lock"), pytest.raises(HeldError):
        restore.restore(file, plain, replace=True)
    assert files(plain) == before
    _, kept = restore.restore(file, plain, replace=True)
    assert kept is not None
    assert not list(kept.rglob("*.lock"))


def test_pages_that_are_open_write_no_more_where_nobody_reads(plain, file):
    pages, names = opened_in(plain), ["Awa", "Zoé"]
    with pages.reading() as c:
        assert documents.counts(c)["documents"] == 0
    restore.restore(file, plain, replace=True)
    for way in (pages.reading, pages.writing):
        with pytest.raises(StorageError, match="relancez"), way():
            names.clear()
    assert names
    pages.close()
    again = opened_in(plain)
    with again.writing() as c:
        documents.save(c, [Press().document(1, DAY)])
    again.close()


def test_a_database_with_content_is_not_written_over_from_another_folder(
    folder,
    tmp_path_factory,
    server,
    url,
):
    if url.startswith("sqlite"):
        text_ = (folder / "vigie.toml").read_text("utf-8")
        absolute = text_.replace("sqlite:///", f"sqlite:///{folder}/")
        (folder / "vigie.toml").write_text(absolute, "utf-8")
    out = tmp_path_factory.mktemp("out")
    made(folder, out / "vigie.zip")
    with pytest.raises(WorkspaceError, match="n’est pas vide") as refused:
        restore.restore(out / "vigie.zip", out / "new")
    assert "--url" in str(refused.value)
    assert not (out / "new").exists()


def test_in_place_the_database_of_the_place_is_replaced_and_no_other(
    folder, elsewhere, press, tmp_path_factory
):
    """The backup leads to the database that is at work; the place has one of its own."""
    target, other = elsewhere
    if other is None:
        absolute = (folder / "vigie.toml").read_text("utf-8").replace("///", f"///{folder}/")
        (folder / "vigie.toml").write_text(absolute, "utf-8")
        other = "sqlite:///data/own.db"
    file = tmp_path_factory.mktemp("out") / "vigie.zip"
    made(folder, file)
    at_work = opened_in(folder)
    with at_work.writing() as c:
        press.publish(c, 3, DAY, "Venus après")

    # Nobody named a database that has content: no word of the folder's, nor of the command's.
    with pytest.raises(WorkspaceError, match="--replace et son adresse"):
        restore.restore(file, target, replace=True)
    target.mkdir(exist_ok=True)
    shutil.copy(folder / "vigie.toml", target)
    databases.place(target, other)
    open_store(other, target).close()

    done = here("restore", file, "--dir", target, "--replace")
    assert done.returncode == 0, done.stderr
    assert load(target).storage.url == other
    assert f"/{other.rpartition('/')[2]}." in done.stderr
    own = opened_in(target)
    for one, count in ((at_work, 3), (own, 2)):
        with one.reading() as c:
            assert documents.counts(c)["documents"] == count
        one.close()


def of_postgresql(members, manifest):
    """As if it came from a server; what is in it is never read here."""
    manifest["database"] = "postgresql"
    members["database.pgdump"] = members.pop("database.sqlite")
    for one in manifest["files"]:
        one["name"] = one["name"].replace("database.sqlite", "database.pgdump")


@pytest.mark.parametrize("replace", [False, True])
def test_a_database_of_another_program_is_never_restored_into(replace, file, tmp_path):
    url = databases.of_another_program()
    moved = altered(file, of_postgresql)
    with pytest.raises(WorkspaceError, match="autre chose que Vigie"):
        restore.restore(moved, tmp_path / "new", url=url, replace=replace)
    assert databases.tables(url) == ["comptes"]


def test_the_way_from_one_kind_of_database_to_the_other_is_said_where_there_is_one(file, tmp_path):
    with pytest.raises(InputError, match="puis passez à PostgreSQL par « vigie migrate »"):
        restore.restore(file, tmp_path / "new", url="postgresql+psycopg://vigie@127.0.0.1:1/base")
    with pytest.raises(InputError, match="rien ne mène"):
        restore.restore(altered(file, of_postgresql), tmp_path / "new", url="sqlite:///data/a.db")


# --- on SQLite alone -------------------------------------------------------------------------


@pytest.fixture
def plain(tmp_path, fresh):
    folder = tmp_path / "watch"
    (folder / "data" / "learned").mkdir(parents=True)
    shutil.copy(fresh, folder / "data" / "vigie.db")
    (folder / "vigie.toml").write_text('[watch]\nterritory = ["200066009"]\n', "utf-8")
    (folder / "data" / "learned" / "history.json").write_text('{"adopted": []}', "utf-8")
    return folder


@pytest.fixture
def file(plain, tmp_path):
    made(plain, tmp_path / "vigie.zip")
    return tmp_path / "vigie.zip"


def altered(file: Path, change) -> Path:
    """Write a backup again as `change` makes its members: a dict of name → bytes."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    change(members, manifest)
    if "manifest.json" in members:
        members["manifest.json"] = json.dumps(manifest).encode()
    other = file.with_name("altered.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return other


def test_every_damage_is_found_before_anything_is_written(file, tmp_path):
    whole = file.read_bytes()
    damaged = tmp_path / "damaged.zip"
    refused = 0
    for place in range(0, len(whole), len(whole) // 16):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        # A date in a header may change without any harm.
        with suppress(InputError):
            restore.restore(damaged, tmp_path / f"new-{place}")
        refused += not (tmp_path / f"new-{place}").exists()
    assert refused >= 15
    for length in (0, 10, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        with pytest.raises(InputError, match="abîmée"):
            restore.restore(damaged, tmp_path / "new")
        assert not (tmp_path / "new").exists()


def changed_content(members, manifest):
    members["data/learned/history.json"] = b'{"adopted": 1 }'


def missing_member(members, manifest):
    del members["data/learned/history.json"]


def no_manifest(members, manifest):
    del members["manifest.json"]


def no_database(members, manifest):
    manifest["files"] = [f for f in manifest["files"] if "database" not in f["name"]]


def strange_manifest(members, manifest):
    manifest["files"] = {"name": 1}


def size_in_words(members, manifest):
    manifest["files"][0]["size"] = str(manifest["files"][0]["size"])


def mode_in_words(members, manifest):
    manifest["files"][0]["mode"] = "rw-r--r--"


def version_as_a_number(members, manifest):
    manifest["version"] = 1


def longer_than_announced(members, manifest):
    members["data/learned/history.json"] *= 1000


@pytest.mark.parametrize(
    "change",
    [
        changed_content,
        missing_member,
        no_manifest,
        no_database,
        strange_manifest,
        size_in_words,
        mode_in_words,
        version_as_a_number,
        longer_than_announced,
    ],
)
def test_a_damaged_backup_is_one_clear_line(change, file, tmp_path):
    done = here("restore", altered(file, change), "--dir", tmp_path / "new")
    assert done.returncode == 1
    assert "abîmée" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("key", ["schema", "format"])
def test_a_newer_backup_is_one_clear_line(key, file, tmp_path):
    def newer(members, manifest):
        manifest[key] = 9999 if key == "format" else "9999"

    done = here("restore", altered(file, newer), "--dir", tmp_path / "new")
    assert done.returncode == 1
    assert "version plus récente" in done.stderr.splitlines()[-1]
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "data/../../outside",
        "/tmp/outside",
        "data/a/../../../outside",
        "data\\..\\outside",
        "C:/outside",
        "data",
        "data//x",
        "outside",
        "data/./x",
        "data/vigie.lock",
        "data/x\0y",
    ],
)
def test_a_path_that_leads_out_of_the_workspace_is_refused(name, file, tmp_path):
    def smuggled(members, manifest):
        members[name] = b"x"
        digest = sha256(b"x").hexdigest()
        manifest["files"].append({"name": name, "size": 1, "sha256": digest, "mode": 0o644})

    with pytest.raises(InputError, match="hors de l’espace de travail"):
        restore.restore(altered(file, smuggled), tmp_path / "a" / "new")
    assert not (tmp_path / "a").exists()
    assert not list(tmp_path.rglob("outside"))


def test_what_the_manifest_does_not_list_is_not_written(file, tmp_path):
    def more(members, manifest):
        members["../outside"] = b"x"
        members["data/inside"] = b"x"

    restore.restore(altered(file, more), tmp_path / "new")
    assert not (tmp_path / "outside").exists()
    assert not (tmp_path / "new" / "data" / "inside").exists()


def test_who_may_read_and_write_a_file_is_all_that_its_mode_says(file, tmp_path):
    def privileged(members, manifest):
        for one in manifest["files"]:
            one["mode"] = 0o6751

    restore.restore(altered(file, privileged), tmp_path / "new")
    history = tmp_path / "new" / "data" / "learned" / "history.json"
    assert stat.S_IMODE(history.stat().st_mode) == 0o751


@pytest.fixture
def otherwise_named(plain):
    """A workspace whose database has another name, with its write-ahead log beside it."""
    (plain / "data" / "vigie.db").rename(plain / "data" / "x.sqlite")
    with (plain / "vigie.toml").open("a") as settings:
        settings.write('[storage]\nurl = "sqlite:///data/x.sqlite"\n')
    (plain / "data" / "learned" / "draft.npz").write_bytes(b"being written")
    return plain


def test_what_stands_beside_a_database_stays_out_whatever_its_name(otherwise_named, tmp_path):
    writer = opened_in(otherwise_named)
    with writer.writing() as c:
        documents.save(c, [Press().document(1, DAY)])
    assert (otherwise_named / "data" / "x.sqlite-wal").stat().st_size
    manifest = made(otherwise_named, tmp_path / "vigie.zip")
    writer.close()
    assert {one.name for one in manifest.files} == {
        *("vigie.toml", "database.sqlite", "data/learned/history.json")
    }


def test_what_a_former_backup_held_beside_a_database_is_not_put_back(otherwise_named, tmp_path):
    made(otherwise_named, tmp_path / "vigie.zip")

    def with_its_log(members, manifest):
        members["data/x.sqlite-wal"] = log = b"of another moment"
        manifest["files"].append(
            {"name": "data/x.sqlite-wal", "size": len(log), "sha256": sha256(log).hexdigest(), "mode": 0o644}
        )  # fmt: skip

    restore.restore(altered(tmp_path / "vigie.zip", with_its_log), tmp_path / "new")
    for path in (tmp_path / "new" / "data").glob("x.sqlite-*"):
        assert not path.read_bytes().startswith(b"of another")
    opened_in(tmp_path / "new").close()


def test_a_damaged_database_is_not_backed_up_over_a_good_backup(plain, file):
    whole, path = file.read_bytes(), plain / "data" / "vigie.db"
    opened = opened_in(plain)
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2 : len(raw) // 2 + 20000] = os.urandom(20000)
    path.write_bytes(raw)
    with pytest.raises(StorageError, match="abîmée"):
        backup.back_up(load(plain), opened, file)
    opened.close()
    assert file.read_bytes() == whole
    assert [one.name for one in file.parent.iterdir() if one.name.startswith(".")] == []


def test_a_full_disk_leaves_the_former_backup_and_nothing_else(plain, file, tmp_path):
    whole = file.read_bytes()
    (plain / "data" / "archive").mkdir()
    room = (plain / "data" / "vigie.db").stat().st_size + 300_000  # for the database, not for all
    (plain / "data" / "archive" / "much.warc.gz").write_bytes(os.urandom(room))

    # Only the soft limit, so that it can be lifted again; Python ignores the signal that goes
    # with it.
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
    try:
        done = here("backup", file, "--dir", plain)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert done.returncode == 1
    assert "ne peut pas être écrite" in done.stderr.splitlines()[-1]
    assert file.read_bytes() == whole
    assert [one.name for one in file.parent.iterdir() if one.name.startswith(".")] == []


def test_a_file_that_is_no_backup_is_not_written_over(plain, tmp_path):
    (tmp_path / "lettre.txt").write_text("Chère Awa,")
    for target in (tmp_path / "lettre.txt", plain / "data" / "vigie.db", plain / "data" / "b.zip"):
        assert here("backup", target, "--dir", plain).returncode == 1
    assert (tmp_path / "lettre.txt").read_text() == "Chère Awa,"
    opened_in(plain).close()


def test_the_commands_say_what_they_did(plain, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a file's name alone, as people type it
    assert "Mo)." in here("backup", "b.zip", "--dir", plain).stderr
    checked = here("restore", tmp_path / "b.zip", "--check", "--dir", tmp_path / "new")
    assert checked.returncode == 0
    assert "est entière" in checked.stderr
    assert not (tmp_path / "new").exists()
    assert here("restore", tmp_path / "b.zip", "--dir", tmp_path / "new").returncode == 0
    assert load(tmp_path / "new").watch.territory == ("200066009",)
    again = here("restore", tmp_path / "b.zip", "--dir", tmp_path / "new", "--replace")
    assert "before-restore-" in again.stderr
    assert here("restore", tmp_path / "absent.zip", "--dir", tmp_path / "n").returncode == 1


def test_a_backup_of_an_earlier_schema_is_brought_up_to_date(plain, tmp_path):
    settings = load(plain)
    engine = stores.engine(stores.located(settings.storage.url, plain), patience=1.0)
    (plain / "data" / "vigie.db").unlink()
    with closing(sqlite3.connect(plain / "data" / "vigie.db")) as c:
        c.executescript((UPGRADES / "0013.sql").read_text(encoding="utf-8"))
    # Not through our own opening, which would bring it up to date.
    backup.back_up(settings, Store(engine, 1.0), tmp_path / "old.zip")
    engine.dispose()
    assert restore.examine(tmp_path / "old.zip").schema == "0013"
    restore.restore(tmp_path / "old.zip", tmp_path / "new")
    with sqlite3.connect(tmp_path / "new" / "data" / "vigie.db") as c:
        assert c.execute("SELECT count(*) FROM tokens").fetchone() == (0,)


def test_backups_make_room_for_newer_ones(plain):
    text_ = (
        '[watch]\nterritory = ["200066009"]\n[backup]\nfolder = "../kept"\ndaily = 3\nweekly = 2\n'
    )
    settings = parse(text_, plain)
    opened = opened_in(plain)
    folder = plain.parent / "kept"
    folder.mkdir()
    (folder / "vigie-notes.zip").write_text("not one of ours")
    days = [NOW + timedelta(days=n, hours=hour) for n in range(16) for hour in (0, 9)]
    whole = None
    for at in days:
        if whole is None:
            whole = backup.scheduled(settings, opened, at).read_bytes()
        else:
            # As if made: the same file under its name.
            (folder / f"vigie-{at:%Y%m%dT%H%M%S}Z.zip").write_bytes(whole)
    last = days[-1] + timedelta(hours=1)
    backup.scheduled(settings, opened, last)
    opened.close()
    # 2026-03-31 is a Tuesday: three days, then the last of the week before.
    assert sorted(path.name for path in folder.iterdir()) == [
        "vigie-20260329T120000Z.zip",
        "vigie-20260330T120000Z.zip",
        "vigie-20260331T130000Z.zip",
        "vigie-notes.zip",
    ]
    assert backups.newest(settings) == last


def test_what_is_kept_is_the_last_of_days_and_of_weeks():
    at = {Path(f"{n}"): NOW - timedelta(hours=10 * n) for n in range(100)}
    gone = backup.superfluous(at, 2, 4, lambda _: 1)
    assert sorted(int(str(path)) for path in at if path not in gone) == [0, 1, 18, 34]
    assert backup.superfluous({}, 7, 5, lambda _: 1) == []
    assert backup.superfluous({Path("old"): NOW}, 1, 0, lambda _: 1) == []
