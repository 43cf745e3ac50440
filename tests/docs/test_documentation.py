"""The documentation: built strictly, asking nobody, and naming every command and every setting."""

from __future__ import annotations

import importlib.util
import json
import re
from dataclasses import MISSING, fields
from datetime import timedelta
from pathlib import Path

import click
import pytest
from lxml import html
from mkdocs.commands.build import build
from mkdocs.config import load_config

from signals import features
from storage import frames
from vigie.cli import cli
from vigie.records import Source
from vigie.settings import SECTIONS, Oidc
from vigie.words import FEATURES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    config = load_config(str(ROOT / "mkdocs.yml"), strict=True, site_dir=str(folder))
    config.plugins.run_event("startup", command="build", dirty=False)
    build(config)
    config.plugins.run_event("shutdown")
    return folder


def test_the_site_is_built_without_a_broken_link_and_asks_nobody(site):
    pages = sorted(site.rglob("*.html"))
    assert {"index.html", "guide.html", "scoring.html", "commands.html"} <= {p.name for p in pages}
    for page in pages:
        tree = html.parse(str(page))
        asked = tree.xpath(
            "//script/@src | //img/@src | //iframe/@src | //link[@rel!='canonical']/@href"
        )
        away = [one for one in asked if re.match(r"(https?:)?//", one)]
        assert not away, f"{page.name} would ask {away}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", style.read_text("utf-8")), style.name


def test_the_pages_that_the_code_writes_are_up_to_date(monkeypatch):
    monkeypatch.delenv("VIGIE_LANG", raising=False)
    spec = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
    reference = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    stale = [name for name, write in reference.PAGES.items() if reference._read(name) != write()]
    assert not stale, "run python scripts/reference.py"


def commands(command=cli, path="vigie"):
    """Every command with the words that call it."""
    if isinstance(command, click.Group):
        for name, one in command.commands.items():
            yield from commands(one, f"{path} {name}")
    else:
        yield path, command


def test_every_command_and_every_option_is_documented():
    said = (DOCS / "commands.md").read_text("utf-8")
    parts = dict(part.split("\n", 1) for part in re.split(r"^###? ", said, flags=re.MULTILINE)[1:])
    missing = []
    for path, command in commands():
        own = parts.get(path)
        if own is None or not command.help or command.help.split("\n")[0] not in own:
            missing.append(path)
            continue
        options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
        missing += [f"{path} {o}" for p in options for o in p.opts if o not in own]
    assert not missing


def documented():
    """Rows of the tables of settings: (section, key) → what it is by default."""
    rows, section = {}, ""
    for line in (DOCS / "settings.md").read_text("utf-8").splitlines():
        if head := re.match(r"## \[+([\w.]+)\]+$", line):
            section = head[1]
        elif line.startswith("## "):
            section = ""
        elif section and (row := re.match(r"\| `(\w+)` \| (.+?) \| (.+) \|$", line)):
            rows[section, row[1]] = row[2]
    return rows


def by_default(field):
    """Return how `vigie.toml` would write a setting's default."""
    value = field.default if field.default is not MISSING else field.default_factory
    if value is MISSING or value is None:
        return "obligatoire" if value is MISSING else "absent"
    if isinstance(value, timedelta):
        value = f"{int(value.total_seconds() // 3600)}h"
    plain = value() if callable(value) else value
    return f"`{json.dumps(plain, ensure_ascii=False)}`"


def test_every_setting_is_documented_with_its_default():
    records = {**SECTIONS, "review.oidc": Oidc, "source": Source}
    wanted = {
        (section, field.name): by_default(field)
        for section, record in records.items()
        for field in fields(record)
        if field.metadata.get("written", True)
    }
    assert documented() == wanted, "say it in docs/settings.md"


def test_every_variable_of_the_environment_is_documented():
    rooms = ("vigie", "crawlers", "nlp", "storage", "signals", "flows", "review")
    read = {
        name
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        for name in re.findall(r'environ[^"\n]{1,5}"(VIGIE_[A-Z_]+)"', path.read_text("utf-8"))
    }
    said = "".join(path.read_text("utf-8") for path in DOCS.glob("*.md"))
    assert "VIGIE_LANG" in read
    assert not [name for name in {*read, frames.FOLDER} if name not in said]


def test_every_term_of_the_score_is_told_with_its_weight():
    said = (DOCS / "scoring.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([+−][\d,]+) \|", said, flags=re.MULTILINE))
    wanted = {
        str(FEATURES[one.name]): f"{one.weight:+.2f}".replace(".", ",").replace("-", "−")
        for one in features.FEATURES
        if one.weight
    }
    assert rows == wanted, "say it in docs/scoring.md"


def test_pictures_are_small():
    for path in (DOCS / "images").iterdir():
        assert path.stat().st_size < 300_000, path.name
