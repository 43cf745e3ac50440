"""A fortnight of simulated time under `vigie schedule`, quiet and then with all that may happen.

`python -m benchmarks.fortnight [--days N] [--seed N] [--keep FOLDER]` needs a C compiler. Both
fortnights watch the same simulated web by the same clock, the change to summer time among their
days; an officer judges the queues, a reader has the letter. In the second one runs, the schedule,
Prefect's server and the whole machine are killed, the web goes away, the database is locked, a
Monday is slept through, and the data are lost and restored. At the end both hold the same, row by
row (`benchmarks.likeness`), and both readers had the same letters.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import tomlkit
from aiosmtpd.controller import Controller

from benchmarks import report
from benchmarks.clock import Clock
from benchmarks.likeness import differences, reading, rows
from benchmarks.town import watch_some
from benchmarks.unattended import Machine, free_port
from simulation import outlets, simulate, write_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

PARIS = ZoneInfo("Europe/Paris")
BEGIN = datetime(2026, 3, 22, 18, tzinfo=PARIS)
"""A Sunday evening; the clocks change a week later."""
UNTIL = date(2026, 4, 13)
RHYTHM = {
    "crawl": "0 7,19 * * *",
    "annotate": "30 7,19 * * *",
    "retention": "30 3 * * 3",
    "notices": "0 10 * * 2,5",
    "replies": "45 7 * * 4",
}
"""Twice a day, for two fortnights to fit into an hour; all else is by default."""

SHORTEST = 2
"""Days of the short version."""
LIVES = ("quiet", "troubled")
APART = frozenset({"keys", "subscribers", "deliveries", "notices"})
"""Tables that are compared otherwise: what is drawn by chance in each (a secret, a reader's number;
of the letters what came is compared), and what was found wrong meanwhile (of that what stands)."""
PORT = outlets.PORT
"""Of the web in both: an address is what a document is known by."""

Event = tuple[datetime, "Callable[[Machine], None]"]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment by the clock of Paris: day 0 is the Sunday, day 1 the first Monday."""
    return (BEGIN + timedelta(days=day)).replace(hour=hour, minute=minute)


OFFICE: tuple[Event, ...] = tuple((at(day, 9), Machine.judge) for day in (1, 8, 15))
"""What happens in any fortnight."""


def killed_run(flow: str) -> Callable[[Machine], None]:
    """Return the killing of a run."""
    return lambda machine: machine.kill_run(flow)


def killed_schedule(flow: str) -> Callable[[Machine], None]:
    """Return the killing of the schedule, that begins again at once."""

    def happen(machine: Machine) -> None:
        machine.kill_schedule(flow)
        machine.on()

    return happen


def killed_prefect(flow: str) -> Callable[[Machine], None]:
    """Return the killing of Prefect's server, after which the schedule begins again."""

    def happen(machine: Machine) -> None:
        machine.kill_prefect(flow)
        machine.on()

    return happen


def away(end: datetime) -> Callable[[Machine], None]:
    """Return an outage of the web."""

    def happen(machine: Machine) -> None:
        machine.say("no site answers any more")
        port = machine.close_web()
        machine.until(end)
        machine.open_web(port)
        machine.say("the sites answer again")

    return happen


def dark(end: datetime, flow: str = "") -> Callable[[Machine], None]:
    """Return a power cut."""

    def happen(machine: Machine) -> None:
        machine.power_cut(flow)
        machine.until(end)
        machine.on()
        machine.say("the machine is on again")

    return happen


def locked(machine: Machine) -> None:
    """Lock the database while a crawl is under way."""
    machine.meet("crawl")
    machine.lock_database()


def lost(machine: Machine) -> None:
    """Lose the data in the middle of a crawl, and go on from the last backup."""
    machine.power_cut("crawl")
    machine.lose_and_restore()
    machine.on()


TROUBLES: tuple[Event, ...] = (
    (at(2, 7), killed_run("crawl")),
    (at(2, 19, 30), killed_run("annotate")),
    (at(3, 19), killed_schedule("crawl")),
    (at(4, 4), away(at(4, 12))),
    (at(5, 7, 30), killed_prefect("annotate")),
    (at(6, 19), locked),
    (at(7, 22), dark(at(8, 6, 40))),
    (at(9, 4), killed_run("back_up")),
    (at(9, 19), dark(at(9, 21), "crawl")),
    (at(10, 7), killed_prefect("crawl")),
    (at(11, 19), lost),
    (at(12, 18), away(at(12, 21))),
    (at(13, 19, 30), killed_schedule("annotate")),
    (at(15, 6), killed_run("queue")),
)
"""What happens in the second one."""

SHORT: tuple[Event, ...] = (
    (at(1, 6), killed_run("queue")),
    (at(1, 11), away(at(1, 18))),
    (at(1, 19), killed_schedule("crawl")),
    (at(1, 19, 30), killed_prefect("annotate")),
    (at(2, 7), lost),
)
"""What happens within two days."""


def main() -> None:
    """Live both, compare, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--days", type=int, default=15)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="where the workspaces stay")
    parser.add_argument("--only", choices=LIVES, help="live one, compare with the other kept")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = (given.keep or Path(name)).resolve()
        for life in [given.only] if given.only else LIVES:
            _live(folder, life, given.days, given.seed)
        if not all((folder / f"{life}.json").is_file() for life in LIVES):
            return
        figures = {"days": given.days, "seed": given.seed, **compared(folder)}
    for line in figures["differing"]:
        print(line)
    shown = {k: v for k, v in figures.items() if isinstance(v, int | float)}
    report.table("A fortnight, quiet and with troubles", ("", ""), shown.items())
    print(report.write("fortnight", figures))
    assert not figures["differing"]


def _live(folder: Path, life: str, days: int, seed: int) -> None:
    """Live one fortnight, and note beside its workspace how it was."""
    web, end = folder / life / "web", at(days, 12)
    simulate(web, "mulhouse", weeks=10, seed=7, scale=0.5, until=UNTIL)
    troubles = TROUBLES if days > SHORTEST else SHORT
    events = [*OFFICE, *(troubles if life == "troubled" else ())]
    begun = time.monotonic()
    machine, letters = live(folder / life, [one for one in events if one[0] < end], end, seed)
    told = {
        "seconds": round(time.monotonic() - begun),
        "load": round(os.getloadavg()[0], 1),
        "told": machine.told,
        "letters": letters,
    }
    text = json.dumps(told, ensure_ascii=False, indent=1)
    (folder / f"{life}.json").write_text(text, encoding="utf-8")


def compared(folder: Path) -> dict[str, Any]:
    """Return what both came to, and what differs."""
    quiet, troubled = (
        json.loads((folder / f"{life}.json").read_text(encoding="utf-8")) for life in LIVES
    )
    held = rows(folder / "quiet" / "watch")
    differing = differences(folder / "troubled" / "watch", held, APART)
    for name, one, other in (
        ("letters", quiet["letters"], troubled["letters"]),
        ("notices", *(standing(folder / life / "watch") for life in LIVES)),
    ):
        if one != other:
            differing.append(f"{name}: {one} and {other}")
    tables = ("documents", "mentions", "actors", "queues", "candidates", "judgements")
    return {
        "seconds quiet": quiet["seconds"],
        "seconds troubled": troubled["seconds"],
        "load": troubled["load"],
        **{table: held[table].total() for table in tables},
        "letters": len(quiet["letters"]),
        "what happened": troubled["told"],
        "differing": differing,
    }


def standing(folder: Path) -> list[tuple[str, str]]:
    """Return what needs a person at the end."""
    with reading(folder) as c:
        query = "SELECT kind, about FROM notices WHERE resolved_at IS NULL ORDER BY 1, 2"
        return [(kind, about) for kind, about in c.execute(query)]


def live(
    folder: Path, events: Sequence[Event], end: datetime, seed: int
) -> tuple[Machine, list[str]]:
    """Live a fortnight in a folder; return the machine at its end, and the letters that came."""
    with letterbox() as (box, mail_port):
        machine = Machine(folder / "watch", folder / "web", Clock(folder, BEGIN), seed)
        machine.open_web(PORT)
        settle(write_settings(machine.web_folder, machine.folder, PORT), mail_port)
        machine.run("digest", "subscribers", "add", "lectrice@example.org")
        with machine:
            machine.on()
            for moment, happen in sorted(events, key=lambda event: event[0]):
                machine.until(moment)
                happen(machine)
            machine.until(end)
            status = machine.off()
            assert status == 0, status
    return machine, box


def settle(path: Path, port: int) -> None:
    """Write the rhythm and the letterbox into a workspace's settings."""
    watch_some(path)
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["schedule"] = RHYTHM
    document["retention"] = {"persons_days": 7}
    document["review"] = {"address": "https://vigie.example.org"}
    document["mail"] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "vigie@example.org",
    }
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


@contextmanager
def letterbox() -> Iterator[tuple[list[str], int]]:
    """Receive mail; yield the subjects of what came, and the port."""
    came: list[str] = []

    class Box:
        async def handle_DATA(self, _server: object, _session: object, envelope: Any) -> str:  # noqa: ANN401, N802 - aiosmtpd's
            came.append(str(message_from_bytes(envelope.content, policy=policy.default)["subject"]))
            return "250 OK"

    port = free_port()
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield came, port
    finally:
        controller.stop()


if __name__ == "__main__":
    main()
