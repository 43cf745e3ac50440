"""Vigie: a watch for weak signals on a French territory."""

__version__ = "0.1.0"
