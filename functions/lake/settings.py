"""The environment contract of the lake function: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings


class LakeSettings(Settings):
    """What the lake function is told.

    Attributes:
        archive_bucket: where the journal stands (`journal/`).
        lake_bucket: where the rows go (`rows/`).
        ledger_table: the DynamoDB table, which knows the intersections that rows are about.
        dimensions: dimension to the attribute that it shows, where that has a column of its own.
    """

    archive_bucket: str
    lake_bucket: str
    ledger_table: str
    dimensions: Mapping[str, str]
