"""Migrations of the tables, run by `storage.open_store`."""
