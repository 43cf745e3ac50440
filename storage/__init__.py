"""Everything that is kept, and the only SQL: records in, records out."""

from __future__ import annotations

from sqlalchemy import Connection

from storage.store import Store, open_store

__all__ = ["Connection", "Store", "open_store"]
