"""A machine on which `vigie schedule` runs by a simulated clock, and what becomes of it.

The clock is set forward whenever nothing runs: to the next run that is planned, or to the moment
at which something is to happen. The web, the schedule, Prefect's server and each run are programs
as they are in real life.
"""

from __future__ import annotations

import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING, Any, Self

import httpx
import psutil

from benchmarks.officer import give_verdict, newest_queue
from simulation import serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.clock import Clock
    from simulation.serving import Web

PATIENCE = 900.0
"""Seconds of real time that anything may take on a busy machine."""
AT_WORK = 4.0
"""Seconds that a flow's first run works; of a later one, the usual before it tells."""
LOCKED = 60.0
"""Seconds that a database is locked by somebody else: twice what a writer waits for."""
SLEEPLESS = {
    "PREFECT_RUNNER_POLL_FREQUENCY": "1",
    "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
}


class Machine:
    """A workspace with its schedule, the web around it and the clock of both."""

    def __init__(self, folder: Path, web_folder: Path, clock: Clock, seed: int) -> None:
        """Take a workspace whose `vigie.toml` names the port of the web."""
        self.folder, self.web_folder, self.clock = folder, web_folder, clock
        self.log = folder.with_suffix(".log")
        self.chance = random.Random(seed)  # noqa: S311 - moments, not secrets
        self.api, self.client = "", httpx.Client(timeout=60)
        self.schedule: subprocess.Popen[bytes] | None = None
        self.web: Any = None
        self.served: Web | None = None
        self.told: list[str] = []
        """What happened, as a person reads it."""

    def __enter__(self) -> Self:
        """Live."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Leave nothing running, however it ended."""
        if self.schedule is not None:
            self.off(signal.SIGKILL)
        if self.served is not None:
            self.close_web()

    # --- the web ---------------------------------------------------------------------------

    def open_web(self, port: int) -> None:
        """Serve the web on a port."""
        self.web = serve(self.web_folder, port, feed_length=40)
        self.served = self.web.__enter__()
        self._turn_page()

    def close_web(self) -> int:
        """Let no server of the web answer; return the port that they had."""
        assert self.served is not None
        port = self.served.port
        self.web.__exit__(None, None, None)
        self.served = None
        return port

    def _turn_page(self) -> None:
        if self.served is None:
            return
        self.served.now = self.clock.now().astimezone(self.served.hour.tzinfo)
        letter = next(outlet for outlet in self.served.outlets if outlet["style"] == "mbox")
        draft = self.web_folder / "letters.new"
        self.served.write_mailbox(letter, draft)
        draft.replace(self.web_folder / letter["entry"])

    # --- the schedule ----------------------------------------------------------------------

    def on(self) -> None:
        """Start the schedule, as systemd would, and wait until it serves."""
        begun, port = self.clock.now(), free_port()
        self.api = f"http://127.0.0.1:{port}/api"
        self.schedule = self._start("schedule", "--prefect-port", str(port))
        self.wait(lambda: self._serves(begun))

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "vigie", *words, "--dir", str(self.folder)]
        environment = {k: v for k, v in self.clock.environment().items() if "PREFECT" not in k}
        with self.log.open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, env=environment | SLEEPLESS)

    def _serves(self, begun: datetime) -> bool:
        assert self.schedule is not None
        assert self.schedule.poll() is None, self.log.read_text(encoding="utf-8")[-3000:]
        asked = [one["last_polled"] for one in self.ask("deployments/filter", {})]
        return bool(asked) and all(at and datetime.fromisoformat(at) >= begun for at in asked)

    def off(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the schedule, or kill everything at once as a power cut does; return its status."""
        assert self.schedule is not None
        mine = [psutil.Process(self.schedule.pid)]
        mine += mine[0].children(recursive=True)
        for process in mine if how is signal.SIGKILL else mine[:1]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(how)
        return self.ended(mine)

    def ended(self, programs: list[psutil.Process]) -> int:
        """Wait until the schedule and those it started are no more; return its status."""
        assert self.schedule is not None
        status = self.schedule.wait(PATIENCE)
        psutil.wait_procs(programs, PATIENCE)
        self.schedule = None
        return status

    def parts(self, words: str) -> list[psutil.Process]:
        """Return the programs that the schedule has started whose command line says something."""
        assert self.schedule is not None
        found = []
        for one in psutil.Process(self.schedule.pid).children():
            with suppress(psutil.NoSuchProcess):
                if words in " ".join(one.cmdline()):
                    found.append(one)
        return found

    # --- time ------------------------------------------------------------------------------

    def until(self, moment: datetime) -> None:
        """Let time pass until a moment: whatever is planned before it runs, and is waited for."""
        while self.clock.now() < moment:
            self.wait(lambda: not self._at_work())
            planned = self._planned()
            if self.clock.now() < moment:
                self.clock.set(min(moment, planned) if planned else moment)
            self._turn_page()

    def _at_work(self) -> bool:
        if self.schedule is None:
            return False
        if self.runs("RUNNING", "PENDING", "CANCELLING"):
            return True
        planned = self._planned()
        return planned is None or planned <= self.clock.now()

    def _planned(self) -> datetime | None:
        if self.schedule is None:
            return None
        found = self.runs("SCHEDULED", limit=1)
        return datetime.fromisoformat(found[0]["next_scheduled_start_time"]) if found else None

    def runs(self, *types: str, of: str = "", limit: int = 50) -> list[dict[str, Any]]:
        """Return the runs in some states, of one deployment or of all, the next planned first."""
        wanted: dict[str, Any] = {"state": {"type": {"any_": list(types)}}}
        if of:
            wanted["deployment_id"] = {"any_": [of]}
        body = {"flow_runs": wanted, "limit": limit, "sort": "NEXT_SCHEDULED_START_TIME_ASC"}
        return self.ask("flow_runs/filter", body)

    def ask(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        """Ask Prefect's server."""
        answer = self.client.post(f"{self.api}/{path}", json=body)
        found: list[dict[str, Any]] = answer.raise_for_status().json()
        return found

    def wait(self, condition: Callable[[], bool]) -> None:
        """Wait, in real time, until something holds."""
        end = time.monotonic() + PATIENCE
        while True:
            with suppress(httpx.HTTPError):
                if condition():
                    return
            assert time.monotonic() < end, self.log.read_text(encoding="utf-8")[-3000:]
            time.sleep(0.3)

    def say(self, what: str) -> None:
        """Note what happens."""
        self.told.append(f"{self.clock.now():%a %d %b %H:%M} UTC  {what}")
        print(self.told[-1], flush=True)

    # --- what happens ----------------------------------------------------------------------

    def meet(self, flow: str) -> psutil.Process:
        """Wait until a run of a flow (by its function's name) is at work; return its program.

        It is returned at a random moment of that work, in which it may have ended.
        """
        met: list[tuple[psutil.Process, str]] = []

        def begun() -> bool:
            met.extend(self._at_work_on(flow))
            return bool(met)

        self.wait(begun)
        program, deployment = met[0]
        time.sleep(self.chance.uniform(0.0, self._lasts(deployment)))
        return program

    def _when(self, flow: str) -> str:
        """Wait until a run of a flow is at work; return, moments later, whether it still is."""
        return f"{'in the middle of' if self.meet(flow).is_running() else 'just after'} {flow}"

    def _at_work_on(self, flow: str) -> list[tuple[psutil.Process, str]]:
        """Return the programs that run a flow, each with its deployment's id."""
        programs = {_run_of(one): one for one in self.parts("prefect.engine")}
        body = {"flow_runs": {"id": {"any_": [one for one in programs if one]}}}
        runs = self.ask("flow_runs/filter", body) if programs else []
        flows = {
            one["id"]: one["entrypoint"].rpartition(".")[2]
            for one in self.ask("deployments/filter", {})
        }
        return [
            (programs[run["id"]], run["deployment_id"])
            for run in runs
            if run["state_type"] == "RUNNING" and flows.get(run["deployment_id"]) == flow
        ]

    def _lasts(self, deployment: str) -> float:
        """Return the seconds that a run of a deployment usually takes."""
        took = [one["total_run_time"] for one in self.runs("COMPLETED", of=deployment)]
        return median(took) if took else AT_WORK

    def kill_run(self, flow: str) -> None:
        """Kill a run in the middle."""
        program = self.meet(flow)
        at_work = program.is_running()
        if at_work:
            program.kill()
        self.say(f"a run of {flow} is killed" if at_work else f"a run of {flow} was faster")

    def kill_schedule(self, flow: str) -> None:
        """Kill the schedule alone, in the middle of a run: what it has started ends with it."""
        when = self._when(flow)
        assert self.schedule is not None
        programs = psutil.Process(self.schedule.pid).children(recursive=True)
        self.schedule.kill()
        self.ended(programs)
        self.say(f"the schedule is killed {when}")

    def kill_prefect(self, flow: str) -> None:
        """Kill Prefect's server in the middle of a run: the schedule ends with a line."""
        when = self._when(flow)
        assert self.schedule is not None
        programs = psutil.Process(self.schedule.pid).children(recursive=True)
        self.parts("flows.server")[0].kill()
        status = self.ended(programs)
        assert status == 1, status
        line = self.log.read_text(encoding="utf-8").strip().splitlines()[-1]
        self.say(f"Prefect’s server is killed {when}; the schedule says: {line}")

    def power_cut(self, flow: str = "") -> None:
        """Kill everything at once, in the middle of a run or between two."""
        when = self._when(flow) if flow else "between two runs"
        self.off(signal.SIGKILL)
        self.say(f"everything is killed at once, {when}")

    def lock_database(self) -> None:
        """Keep other programs from writing for a minute of real time."""
        with closing(sqlite3.connect(self.folder / "data" / "vigie.db", isolation_level=None)) as c:
            c.execute("BEGIN IMMEDIATE")
            self.say(f"the database is locked for {LOCKED:.0f} real seconds")
            time.sleep(LOCKED)
            c.execute("ROLLBACK")

    def lose_and_restore(self) -> None:
        """Lose the folder of data, and put the newest backup back."""
        shutil.rmtree(self.folder / "data")
        newest = max((self.folder / "backups").glob("vigie-*.zip"))
        self.run("restore", str(newest), "--replace")
        self.say(f"the folder of data is lost, and {newest.name} restored")

    def run(self, *words: str) -> None:
        """Run a command to its end."""
        status = self._start(*words).wait(PATIENCE)
        assert status == 0, self.log.read_text(encoding="utf-8")[-3000:]

    def judge(self) -> None:
        """Let an officer give each candidate of the newest queue a verdict, by the pages."""
        port = free_port()
        pages, url = self._start("review", "--port", str(port)), f"http://127.0.0.1:{port}"
        try:
            with httpx.Client(base_url=url, timeout=60, headers={"origin": url}) as client:
                self.wait(lambda: client.get("/sante").status_code < 600)
                week, actors = newest_queue(self.folder)
                for rank, actor in enumerate(actors):
                    give_verdict(client, week, actor, rank)
        finally:
            pages.terminate()
            pages.wait(PATIENCE)
        self.say(f"{len(actors)} verdicts are given on {week}")


def _run_of(program: psutil.Process) -> str | None:
    with suppress(psutil.Error):
        environment: dict[str, str] = program.environ()
        return environment.get("PREFECT__FLOW_RUN_ID")
    return None


def free_port() -> int:
    """Return a port that nobody has."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])
