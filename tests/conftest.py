"""The suite's second half: with `VIGIE_TEST_DATABASE=postgresql` workspaces are on PostgreSQL."""

from __future__ import annotations

from tests import databases

# Its tests are run on both databases anyway.
collect_ignore = ["storage"] if databases.ON_POSTGRESQL else []


def pytest_sessionstart() -> None:
    databases.redirect()


def pytest_sessionfinish() -> None:
    databases.drop()
