"""Everything that is kept, and the only SQL: records in, records out."""

# No `from __future__ import annotations` here: its name would hide the module `annotations`.
from sqlalchemy import Connection

from storage.store import Store, open_store
from storage.workspaces import open_workspace

__all__ = ["Connection", "Store", "open_store", "open_workspace"]
