"""Which schema a database is of, and bringing it to the newest one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from vigie.errors import StorageError
from vigie.language import say

if TYPE_CHECKING:
    from alembic.config import Config

SCHEMA = "0031"
"""The newest migration; a test holds it to the files in `migrations/versions`."""


def is_current(connection: Connection) -> bool:
    """Tell whether the database is of this program's schema; a newer program may have come by."""
    return schema_of(connection) == SCHEMA


def schema_of(connection: Connection) -> str | None:
    """Return a database's schema; None where nothing was stored yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def migrate(connection: Connection) -> None:
    """Bring the schema up to date; of two programs that start together, one finds it done.

    Raises:
        StorageError: it is that of a newer version of the program.
    """
    from alembic import command  # noqa: PLC0415 - slow, and hardly ever needed

    config, schema = migrations(), schema_of(connection)
    if schema is not None:
        require_known(schema)
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_known(schema: str) -> None:
    """Raise StorageError for a schema of a newer version of the program."""
    if schema not in known_schemas():
        raise StorageError(
            say(
                "La base de données vient d’une version plus récente de Vigie (schéma {schema}) : "
                "mettez Vigie à jour, ou restaurez une sauvegarde plus ancienne.",
                schema=schema,
            )
        )


def known_schemas() -> frozenset[str]:
    """Return the schemas that this program can bring up to date, its own among them."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - slow, and hardly ever needed

    scripts = ScriptDirectory.from_config(migrations()).walk_revisions()
    return frozenset(script.revision for script in scripts)


def migrations() -> Config:
    """Return what Alembic needs to know."""
    from alembic.config import Config  # noqa: PLC0415 - slow, and hardly ever needed

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
