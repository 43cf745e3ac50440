"""What can go wrong in a way a person can mend.

Each error carries one sentence, in French, that says what is wrong, where, and what to do.
The command line prints it on one line and exits with status 1; the pages show it. Anything
else that is raised is a bug.
"""

from __future__ import annotations


class VigieError(Exception):
    """The base of every expected failure; its text is written for a person."""


class SettingsError(VigieError):
    """`vigie.toml` is missing, unreadable, or says something impossible."""


class WorkspaceError(VigieError):
    """The workspace folder is missing, not writable, or already taken."""


class HeldError(WorkspaceError):
    """Another program is at work in the workspace; trying again later is all there is to do."""


class InputError(VigieError):
    """A file given by a person cannot be used."""


class CrawlError(VigieError):
    """The crawl as a whole could not be done; one bad source is not an error but an outcome."""


class StorageError(VigieError):
    """The database is locked, full, damaged, unreachable, or newer than this program."""


class MailError(VigieError):
    """A mail could not be sent."""


class ScheduleError(VigieError):
    """Prefect's server, or another part that runs beside, did not start or went away."""


class ModelError(VigieError):
    """The language model is missing or not of the version this program was made for."""


class UnknownNameError(VigieError):
    """A week, an actor, a source or a territory that was asked for does not exist."""


class WrongValueError(Exception):
    """A value that cannot be used; its text is the reason, to which the caller adds where it is."""

    def __init__(self, why: str, needle: str = "") -> None:
        super().__init__(why)
        self.needle = needle
        """What to look for in a value of several lines."""
