"""What `deploy/` and `prefect.yaml` hold, read by the tools that will read it."""

from __future__ import annotations

import asyncio
import configparser
import json
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from importlib.metadata import entry_points
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from fastapi import Body, FastAPI
from fastapi.testclient import TestClient
from rich.console import Console

from crawlers import imap
from flows import mail
from review import single
from vigie import addresses
from vigie.cli import cli
from vigie.settings import Schedule

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory):
    """Prefect makes its folder where it is first imported: not in the person's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        yield


# --- systemd -----------------------------------------------------------------------------


def unit(path: Path) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters=("=",))
    read.optionxform = str  # type: ignore[method-assign, assignment]
    read.read_string(path.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_starts_one_of_our_commands_as_a_user_with_few_rights(path):
    service = unit(path)["Service"]
    words = service["ExecStart"].split()
    assert words[0] == "/opt/vigie/.venv/bin/vigie"
    assert words[1] in cli.commands
    assert service["User"] == "vigie"
    assert (
        service["ReadWritePaths"] == service["WorkingDirectory"] == words[words.index("--dir") + 1]
    )
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    assert service["Restart"] == "on-failure"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_itself_finds_nothing_to_say_about_the_units(tmp_path):
    for path in UNITS:
        here = path.read_text(encoding="utf-8").replace(
            "/opt/vigie/.venv/bin/vigie", sys.executable
        )
        (tmp_path / path.name).write_text(re.sub("(?m)^(User|Group)=.*", r"\1=root", here))
    words = ["systemd-analyze", "verify", *sorted(tmp_path.glob("*.service"))]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "vigie" in line]
    assert ours == []
    for path in UNITS:  # from 0, shut in, to 100, open
        exposed = ["systemd-analyze", "security", "--offline=yes", "--threshold=25", path]
        assert subprocess.run(exposed, capture_output=True, check=False).returncode == 0


# --- containers --------------------------------------------------------------------------


def test_the_recipe_of_the_container_passes_its_linter():
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [hadolint, DEPLOY / "Containerfile"], capture_output=True, text=True, check=False
    )
    assert done.stdout + done.stderr == ""


def test_the_recipe_of_the_container_copies_every_package_and_is_not_run_by_root():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    packages = re.search(
        r"(?m)^packages = \[(.*)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    )
    for package in re.findall(r'"(\w+)"', packages[1]):
        assert f"COPY {package} {package}" in text
        assert f"!{package}\n" in (DEPLOY / "Containerfile.containerignore").read_text(
            encoding="utf-8"
        )
    for copied in re.findall(r"(?m)^COPY (?!--from)(.+) \S+$", text):
        assert all((ROOT / name).exists() for name in copied.split())
    assert re.search(r"(?m)^USER \d+$", text.rpartition("FROM")[2])


def shell(text: str) -> list[list[str]]:
    """Return the commands of a recipe's RUN lines, each in its words."""
    joined = re.sub(r"\\\n\s*", "", text)
    runs = [line.removeprefix("RUN ") for line in joined.splitlines() if line.startswith("RUN ")]
    return [shlex.split(command) for run in runs for command in run.split("&&")]


def understood(words: list[str]) -> None:
    """See that the command line takes the words of one of our commands, options and all."""
    command = cli.commands[words[0]]
    command.make_context(words[0], [*words[1:], "--dir", str(ROOT)])


def test_what_the_recipe_of_the_container_calls_exists():
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    commands = shell(text)
    assert len(commands) > 8
    installed = {entry.name for entry in entry_points(group="console_scripts")}
    for words in commands:
        if words[0].startswith(".venv/bin/"):
            assert words[0].removeprefix(".venv/bin/") in {*installed, "python", "uv", "npm"}
        for word in words[1:]:
            if re.match(r"(requirements|scripts)/", word):
                assert (ROOT / word).is_file(), word
    assert re.search(r'(?m)^ENTRYPOINT \["vigie"\]$', text)
    assert "vigie" in installed
    started = json.loads(re.search(r"(?m)^CMD (\[.*\])$", text)[1])
    understood(started)
    # Within a container, what listens on its loopback alone is reached by nobody.
    assert started[started.index("--host") + 1] == "0.0.0.0"


def test_the_container_has_the_pg_dump_of_the_server_beside_it():
    recipe = (DEPLOY / "Containerfile").read_text(encoding="utf-8").rpartition("FROM")[2]
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    server = compose["services"]["database"]["image"].rpartition(":")[2].partition("-")[0]
    assert re.search(r"postgresql-client-(\d+)", recipe)[1] == server


SERVICE_KEYS = {
    "build", "cap_drop", "command", "depends_on", "entrypoint", "env_file", "environment", "healthcheck", "image",
    "init", "ports", "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes",
}  # fmt: skip
"""Of the Compose Specification, those that we use."""


SECRETS = {
    "PGPASSWORD", mail.PASSWORD, addresses.AGENDA_KEY, single.SECRET, imap.PASSWORD,
}  # fmt: skip
"""The environment's variables with which the program opens what is not its own."""


@pytest.mark.parametrize("name", ["environment.example", *(unit.name for unit in UNITS)])
def test_every_secret_is_named_where_it_is_to_be_given(name):
    text = (DEPLOY / name).read_text(encoding="utf-8")
    assert {word for word in SECRETS if re.search(rf"\b{word}\b", text)} == SECRETS
    for word in SECRETS:
        assert f"| `{word}` |" in (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")


def test_compose_holds_what_its_parts_refer_to():
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    compose = yaml.safe_load(text)
    assert compose.keys() == {"name", "x-vigie", "services", "volumes"}
    services = compose["services"]
    for service in services.values():
        assert service.keys() <= SERVICE_KEYS
        assert service.get("depends_on", {}).keys() <= services.keys()
        for dependency in service.get("depends_on", {}):
            assert "healthcheck" in services[dependency]
        for volume in service.get("volumes", ()):
            place = volume.split(":")[0]
            assert (
                (DEPLOY / place).exists() if place.startswith(".") else place in compose["volumes"]
            )
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:")  # whoever opens more does it knowingly
        if service["image"] == "vigie" and "entrypoint" not in service:
            understood(service["command"])
        elif "entrypoint" in service:
            assert service["entrypoint"][0] in {
                e.name for e in entry_points(group="console_scripts")
            }
        if (probe := service.get("healthcheck", {}).get("test", [])) and probe[1] == "python":
            compile(probe[3], "probe", "exec")
            path = re.search(r"http://127\.0\.0\.1:\d+(/[\w/]+)", probe[3])[1]
            assert path in {"/api/health", "/sante"}
    example = (DEPLOY / "environment.example").read_text(encoding="utf-8")
    for variable in re.findall(r"\$\{(\w+)", text):
        assert f"\n{variable}=\n" in example
    for name in ("schedule", "review"):
        assert services[name]["env_file"] == ["environment"]
        # What is set again beside the file, empty, would win over it.
        assert not services[name].get("environment", {}).keys() & SECRETS
    assert (DEPLOY / compose["x-vigie"]["build"]["context"] / "deploy" / "Containerfile").exists()


# --- prefect.yaml ------------------------------------------------------------------------


def test_prefect_reads_its_file_and_finds_shares_for_workers_and_all_else_one_at_a_time():
    from prefect.cli.deploy._config import _load_deploy_configs_and_actions  # noqa: PLC0415 - it reads its settings when it is imported
    from prefect.client.schemas.objects import ConcurrencyLimitConfig  # noqa: PLC0415 - it reads its settings when it is imported
    from prefect.flows import load_flow_from_entrypoint  # noqa: PLC0415 - it reads its settings when it is imported

    from flows import deployments  # noqa: PLC0415 - it imports Prefect

    planned, actions = _load_deploy_configs_and_actions(ROOT / "prefect.yaml", console=Console())
    times = Schedule()
    cron = {
        "crawl": times.crawl, "annotate": times.annotate, "queue": times.queue,
        "retention": times.retention, "backup": times.backup, "digest": times.digest, "replies": times.replies,
        "notices": times.notices,
    }  # fmt: skip
    found = {load_flow_from_entrypoint(one["entrypoint"]).name: one for one in planned}
    assert found.keys() == cron.keys()
    shared = {
        one["entrypoint"].rpartition(".")[2] for one in planned if ".workers." in one["entrypoint"]
    }
    assert shared == {"crawl", "annotate", "queue"}  # those that take by claims what is free
    for name, one in found.items():
        assert {(s["cron"], s["timezone"]) for s in one["schedules"]} == {
            (cron[name], times.timezone)
        }
        limit = ConcurrencyLimitConfig.model_validate(one["concurrency_limit"])
        assert limit.collision_strategy == "CANCEL_NEW"
        # As many runs are planned at an hour as may run: a schedule each, known by its slug.
        assert limit.limit == len(one["schedules"]) == (2 if name in {"crawl", "annotate"} else 1)
        assert len({s.get("slug") for s in one["schedules"]}) == limit.limit
        assert one["work_pool"]["name"] == "vigie"
        assert one["name"] == "{{ workspace.name }}"
        # Made by the workers of one machine: it holds that one's files.
        assert one["work_pool"].get("work_queue_name") == ("backup" if name == "backup" else None)
        assert one["work_pool"]["job_variables"]["env"]["OMP_NUM_THREADS"] == "1"
        assert one["parameters"] == {"folder": "{{ $VIGIE_WORKSPACE }}"}
    assert actions["build"] == [
        {
            f"{deployments.__name__}.{deployments.of_workspace.__name__}": {
                "id": "workspace",
                "folder": "{{ $VIGIE_WORKSPACE }}",
            }
        }
    ]
    assert [next(iter(step)) for step in actions["pull"]] == [
        "prefect.deployments.steps.set_working_directory"
    ]


def test_what_prefects_client_leaves_open_its_server_takes():
    """Prefect sends a null where the server is to choose; FastAPI 0.151 took it for a value."""
    app = FastAPI()

    @app.post("/")
    def filtered(limit: int = Body(200), offset: int = Body(0, ge=0)) -> dict[str, int]:
        return {"limit": limit, "offset": offset}

    answer = TestClient(app).post("/", json={"limit": None, "offset": None})
    assert answer.json() == {"limit": 200, "offset": 0}


# --- by the clock ------------------------------------------------------------------------


def times_on(day: date, cron: str) -> list[datetime]:
    """Return when Prefect runs a deployment on a day, as its scheduler finds out: again and again."""
    from prefect.server.schemas.schedules import CronSchedule  # noqa: PLC0415 - it reads its settings when it is imported

    schedule = CronSchedule(cron=cron, timezone="Europe/Paris")
    found: set[datetime] = set()
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=6)
    for half_hours in range(72):
        asked = start + timedelta(minutes=30 * half_hours, seconds=7)
        found |= {at.astimezone(UTC) for at in asyncio.run(schedule.get_dates(n=2, start=asked))}
    return sorted(at for at in found if at.astimezone(PARIS).date() == day)


SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


@pytest.mark.parametrize("day", [SPRING, AUTUMN])
@pytest.mark.parametrize("cron", ["30 2 * * *", "30 2 * * 0"])
def test_what_runs_at_half_past_two_runs_once_on_the_night_when_the_clock_changes(day, cron):
    assert len(times_on(day, cron)) == 1


@pytest.mark.parametrize("day", [SPRING, SPRING + timedelta(1), AUTUMN, AUTUMN + timedelta(1)])
def test_what_runs_at_six_in_the_morning_does_so_by_the_clock_of_paris(day):
    assert [at.astimezone(PARIS).hour for at in times_on(day, "0 6 * * *")] == [6]
