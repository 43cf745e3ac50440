"""What runs by itself: everything started, killed, caught up and stopped, as a service would."""

from __future__ import annotations

import importlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from storage import notices, open_store, queues
from tests import databases
from tests.command import VIGIE, here
from tests.flows.test_unattended import PAGES, Site, ask, spooled, workspace
from tests.storage.conftest import Press
from vigie import lock
from vigie.errors import HeldError
from vigie.records import ActorKind, Candidate, EnteredBy, NoticeKind, Queue, iso_week
from vigie.settings import load

pytestmark = databases.once


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])


def children(pid: int) -> dict[int, str]:
    """Return the programs that one has started, with their words."""
    found = {}
    with suppress(psutil.NoSuchProcess):
        for child in psutil.Process(pid).children():
            with suppress(psutil.NoSuchProcess):
                found[child.pid] = " ".join(child.cmdline())
    return found


def gone(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rsplit(")", 1)[1].split()[0] == "Z"


class Up:
    """A `vigie up` in which the first crawl is held up, its schedule is killed, and all is ended."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.folder = folder
        self.settings = load(folder)
        self.prefect, self.port = free_port(), free_port()
        self.api = f"http://127.0.0.1:{self.prefect}/api"
        self.log = folder / "up.log"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    VIGIE,
                    "up",
                    "--dir",
                    folder,
                    "--port",
                    str(self.port),
                    "--prefect-port",
                    str(self.prefect),
                ],
                stderr=log,
                stdout=log,
                env={**environment, "PREFECT_RUNNER_POLL_FREQUENCY": "1"},
            )
        try:
            self.live(site)
        finally:
            self.process.kill()
            self.process.wait()

    def live(self, site: Site) -> None:
        self.wait(lambda: spooled(self.folder) > 2)
        parts = children(self.process.pid)
        schedule = next(pid for pid, words in parts.items() if " schedule " in words)
        runs = children(schedule)
        self.overlapping = self.start("queue")
        self.wait(lambda: self.run(self.overlapping)["state_type"] == "CANCELLED")
        os.kill(schedule, signal.SIGKILL)
        self.wait(lambda: all(gone(pid) for pid in runs))
        site.open.set()
        self.wait(lambda: ask(self.folder, "select count(*) from queues") == [(1,)])
        self.wait(lambda: not self.runs("RUNNING", "PENDING"))
        self.page = httpx.get(f"http://127.0.0.1:{self.port}/sources", timeout=120)
        self.ended = self.runs("COMPLETED", "CRASHED", "CANCELLED", "FAILED")
        self.artifacts = self.ask("artifacts/filter", {"limit": 200})
        self.tasks = self.ask("task_runs/filter", {"limit": 200})
        self.deployments = self.ask("deployments/filter", {"limit": 200})
        parts |= children(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        self.status = self.process.wait(120)
        self.left = [words for pid, words in parts.items() if not gone(pid)]

    def wait(self, condition) -> None:
        end = time.monotonic() + 500
        while not _holds(condition):
            assert time.monotonic() < end, (self.log.read_text(), self.runs(), condition)
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.1)

    def ask(self, path: str, body: dict) -> list[dict]:
        return httpx.post(f"{self.api}/{path}", json=body, timeout=120).json()

    def runs(self, *types: str) -> list[dict]:
        wanted = {"flow_runs": {"state": {"type": {"any_": list(types)}}}, "limit": 200}
        return self.ask("flow_runs/filter", wanted)

    def run(self, run_id: str) -> dict:
        return httpx.get(f"{self.api}/flow_runs/{run_id}", timeout=120).json()

    def start(self, flow: str) -> str:
        found = httpx.get(f"{self.api}/deployments/name/{flow}/vigie", timeout=120).json()
        made = httpx.post(
            f"{self.api}/deployments/{found['id']}/create_flow_run", json={}, timeout=120
        )
        assert made.is_success, made.text
        return made.json()["id"]


def _holds(condition) -> bool:
    try:
        return bool(condition())
    except (httpx.TransportError, sqlite3.OperationalError, KeyError):
        return False


@pytest.fixture(scope="module")
def up(tmp_path_factory):
    site = Site()
    site.open.clear()
    try:
        yield Up(workspace(tmp_path_factory.mktemp("up"), site), site)
    finally:
        site.open.set()
        site.server.shutdown()
        site.server.server_close()


def test_a_schedule_killed_in_the_middle_of_a_crawl_is_started_again_and_finishes_once(up):
    assert ask(up.folder, "select count(*), count(distinct url) from documents") == [(PAGES, PAGES)]
    assert ask(up.folder, "select count(*) from documents where annotated = ''") == [(0,)]
    assert list((up.folder / "data" / "spool").glob("*.jsonl")) == []


def test_the_first_queue_is_made_at_once_of_what_was_just_read(up):
    [(week, as_of)] = ask(up.folder, "select week, as_of from queues")
    assert datetime.now(up.settings.zone).date() - date.fromisoformat(as_of) <= timedelta(days=1)
    assert week == iso_week(date.fromisoformat(as_of))


def test_a_run_that_overlaps_is_cancelled_and_never_doubled(up):
    overlapping = next(run for run in up.ended if run["id"] == up.overlapping)
    assert overlapping["state_name"] == "Cancelled"
    assert "concurrency limit" in overlapping["state"]["message"]


def test_a_killed_run_is_set_right_and_says_what_happens_next(up):
    ended = sorted(run["state_name"] for run in up.ended if run["name"] == "queue")
    assert ended == ["Completed", "Crashed"]
    crashed = next(run for run in up.ended if run["state_name"] == "Crashed")
    assert crashed["state"]["message"].startswith("Interrompu")
    assert "1 passage interrompu ou manqué." in up.log.read_text()


def test_each_deployment_has_one_place_and_runs_by_the_clock_of_paris(up):
    planned = {one["entrypoint"]: one for one in up.deployments}
    assert planned.keys() == {
        f"flows.scheduled.{name}"
        for name in (
            "crawl",
            "annotate",
            "queue",
            "send_digest",
            "retain",
            "back_up",
            "reply",
            "tell_notices",
        )
    }
    for one in planned.values():
        assert one["global_concurrency_limit"]["limit"] == 1
        assert [s["schedule"]["timezone"] for s in one["schedules"]] == ["Europe/Paris"]


def test_prefects_page_shows_tasks_by_source_and_batch_and_what_each_source_gave(up):
    names = {one["name"].rsplit("-", 1)[0] for one in up.tasks}
    assert names == {"crawl", "store", "annotate", "detect"}  # a task is a source or a batch
    assert any(one["name"] == "store-fils" for one in up.tasks)
    assert len(up.tasks) < PAGES
    left = {one["key"]: one["data"] for one in up.artifacts}
    [week] = ask(up.folder, "select week from queues")[0]
    [row] = [one for one in json.loads(left["sources"]) if one["Nouveaux"]]
    assert (row["Source"], row["État"]) == ("Fils", "vivante")
    assert (
        sum(
            json.loads(one["data"])[0]["Nouveaux"]
            for one in up.artifacts
            if one["key"] == "sources"
        )
        == PAGES
    )
    assert left["summary"].startswith("- Documents nouveaux")
    assert left["queue"].startswith(f"# [{week}](http://127.0.0.1:8000/semaines/{week})")
    links = {one["data"] for one in up.artifacts if one["key"] == "page"}
    assert links == {
        f"[Ouvrir dans Vigie](http://127.0.0.1:8000/{path})"
        for path in ("sources", f"semaines/{week}")
    }


def test_everything_is_started_by_one_command_and_ended_by_one_signal(up):
    assert up.page.status_code == 200
    assert "Fils" in up.page.text
    said = up.log.read_text()
    assert f"http://127.0.0.1:{up.prefect}" in said
    assert f"http://127.0.0.1:{up.port}" in said
    assert "Traceback" not in said
    assert up.status == 0
    assert up.left == []
    assert said.splitlines()[-1] == "Tout est arrêté."
    for of in (lock.FETCHING, lock.READING, lock.SCHEDULE):
        with lock.sole(up.settings, "test", of=of):
            pass  # nobody holds it any more


def test_a_port_that_is_taken_is_named_with_the_option_that_chooses_another(tmp_path):
    folder = tmp_path / "w"
    folder.mkdir()
    (folder / "vigie.toml").write_text("", encoding="utf-8")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        for words in (("up", "--port", port), ("up", "--port", free_port(), "--prefect-port", port),
                      ("schedule", "--prefect-port", port)):  # fmt: skip
            done = here(*words, "--dir", folder)
            assert done.returncode == 1
            assert done.stderr.count("\n") == 1
            assert f"Le port {port} est déjà pris" in done.stderr
            assert words[-2] in done.stderr


def test_one_port_for_the_pages_and_for_prefect_is_refused(tmp_path):
    (tmp_path / "vigie.toml").write_text("", encoding="utf-8")
    port = free_port()
    done = here("up", "--port", port, "--prefect-port", port, "--dir", tmp_path)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"--port et --prefect-port demandent le même port, {port}" in done.stderr


def holding(folder: Path, command: str, of: str) -> subprocess.Popen[bytes]:
    """Return a program that holds a workspace until its standard input is closed."""
    code = (
        "import pathlib, sys; from vigie import lock; from vigie.settings import load\n"
        f"with lock.sole(load(pathlib.Path({str(folder)!r})), {command!r}, of={of!r}): "
        "print(flush=True), sys.stdin.read()"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    holder.stdout.readline()
    return holder


def test_a_second_schedule_on_a_workspace_is_refused(tmp_path):
    (tmp_path / "vigie.toml").write_text("", encoding="utf-8")
    holder = holding(tmp_path, "schedule", lock.SCHEDULE)
    for words in (("schedule",), ("up", "--port", free_port())):
        done = here(*words, "--dir", tmp_path, "--prefect-port", free_port())
        assert done.returncode == 1
        assert done.stderr.count("\n") == 1
        assert "« vigie schedule » travaille déjà" in done.stderr
    holder.communicate()


def test_the_lock_of_a_workspace_can_be_waited_for(tmp_path):
    (tmp_path / "vigie.toml").write_text("", encoding="utf-8")
    settings = load(tmp_path)
    holder = holding(tmp_path, "crawl", lock.FETCHING)
    with (
        pytest.raises(HeldError, match="« vigie crawl »"),
        lock.sole(settings, "queue", patience=0.1),
    ):
        pass
    threading.Timer(0.3, holder.stdin.close).start()
    with lock.sole(settings, "queue", patience=60):
        pass
    holder.wait()
    holder.stdout.close()


@pytest.fixture
def scheduled(tmp_path, monkeypatch):
    """The scheduled flows as plain functions, on a workspace without a server."""
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    (tmp_path / "vigie.toml").write_text("", encoding="utf-8")
    return importlib.import_module("flows.scheduled")


def test_a_crawl_that_finds_the_workspace_held_is_skipped_and_no_failure(scheduled, tmp_path):
    holder = holding(tmp_path, "run", lock.FETCHING)
    ended = scheduled.crawl.fn(str(tmp_path))
    holder.communicate()
    assert (ended.type.value, ended.name) == ("COMPLETED", "Skipped")
    assert "« vigie run » travaille déjà" in ended.message
    assert not standing(tmp_path)


def test_a_queue_whose_run_was_killed_is_made_by_the_next_crawl(scheduled, tmp_path, monkeypatch):
    made = []

    class Summary:
        def lines(self) -> list[str]:
            return ["Faite."]

    def watched(workspace, day, *, due_only, wanted) -> Summary:
        made.append((day, [one.id for one in wanted]))
        with workspace.store.writing() as c:
            for one in wanted:
                queues.save(c, Queue(week=iso_week(day), as_of=day, candidates=(), watch=one.id))
        return Summary()

    monkeypatch.setattr(scheduled, "watched", watched)
    monkeypatch.setattr(scheduled, "crawl_sources", lambda *_, **__: scheduled_crawl())
    monkeypatch.setattr(scheduled.artifacts, "of_summary", lambda lines: None)
    scheduled_crawl = importlib.import_module("flows.watch").Crawled
    settings = load(tmp_path)
    due = scheduled.missed.last_time(
        settings.schedule.queue, datetime.now(settings.zone) - scheduled.LATE
    )
    before = due.date() - timedelta(weeks=5)
    with closing(open_store(settings.storage.url, tmp_path)) as store, store.writing() as c:
        Press().publish(c, 1, before, "Les Braises")
        queues.save(c, Queue(week=iso_week(before), as_of=before, candidates=()))
    assert scheduled.crawl.fn(str(tmp_path)).message == "Faite."
    assert made == [(due.date(), ["main"])]
    assert "0 source visitée." in scheduled.crawl.fn(str(tmp_path)).message
    (tmp_path / "vigie.toml").write_text('[watches.velo]\nthemes = ["vélo"]\n', encoding="utf-8")
    assert scheduled.crawl.fn(str(tmp_path)).message == "Faite."
    assert "0 source visitée." in scheduled.crawl.fn(str(tmp_path)).message
    assert made[1:] == [(due.date(), ["velo"])]


def test_a_run_that_a_person_can_mend_fails_with_a_sentence_and_needs_somebody(scheduled, tmp_path):
    (tmp_path / "vigie.toml").write_text('[backup]\nfolder = "data/copies"\n', encoding="utf-8")
    ended = scheduled.back_up.fn(str(tmp_path))
    assert (ended.type.value, ended.name) == ("FAILED", "Stopped")
    assert "est dans le dossier à sauvegarder" in ended.message
    [said] = standing(tmp_path)
    assert said.startswith("la sauvegarde n’a pas abouti : ")


def test_a_schedule_that_a_shell_started_in_the_background_ends_when_told_to(
    scheduled, tmp_path, monkeypatch, capsys
):
    serving = importlib.import_module("flows.serving")
    settings, before = load(tmp_path), signal.signal(signal.SIGINT, signal.SIG_IGN)

    def told_to_end(coroutine) -> None:
        coroutine.close()
        serving._Runner.handle_sigterm(None)

    monkeypatch.setattr(serving.asyncio, "run", told_to_end)
    monkeypatch.setenv("VIGIE_STARTED_BY", "")
    try:
        with closing(open_store(settings.storage.url, tmp_path)) as store:
            serving.keep_serving(settings, store, lambda: True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "La planification est arrêtée." in capsys.readouterr().err


def standing(folder: Path) -> list[str]:
    settings = load(folder)
    with closing(open_store(settings.storage.url, folder)) as store, store.reading() as c:
        found = notices.standing(c)
    return [str(one.message) for one in found if one.kind is NoticeKind.RUN]


def test_the_queue_on_prefects_page_leads_to_the_candidates_and_is_no_markup_of_theirs(tmp_path):
    artifacts = importlib.import_module("flows.artifacts")
    (tmp_path / "vigie.toml").write_text(
        '[review]\naddress = "https://vigie.example/"\n', encoding="utf-8"
    )
    one = Candidate(
        actor_id="a-1", name="Le *Fil* | [ici](x)", aliases=(), kind=ActorKind.ASSOCIATION, commune=None, score=0.5,
        rank=1, entered_by=EnteredBy.RANKING, first_seen=date(2026, 3, 1), mentions=1, stories=2, sources=3,
        cluster=None, reasons=(), evidence=(),
    )  # fmt: skip
    queue = Queue(week="2026-W12", as_of=date(2026, 3, 16), candidates=(one,), clusters=())
    assert artifacts.queue_text(load(tmp_path), queue).splitlines()[-1] == (
        r"| 1 | [Le \*Fil\* \| \[ici\]\(x\)](https://vigie.example/semaines/2026-W12/acteurs/a-1) | 0,50 | 2 | 3 |"
    )
