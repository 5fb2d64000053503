"""The environment contract of the journal: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from tieout.settings import Settings


class JournalSettings(Settings):
    """What the journal function is told.

    Attributes:
        archive_bucket: where the journal stands (`journal/`).
    """

    archive_bucket: str
