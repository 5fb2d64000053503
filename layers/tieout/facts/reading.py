"""What the record step asks of a source: record keys in, statements out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tieout.arriving.notice import RecordKey
from tieout.errors import PermanentError, TransientError
from tieout.facts.statement import Statement

Reading = Statement | TransientError | PermanentError


class SourceReader(Protocol):
    """Reads what records of one connection are now, in as few calls as the source allows."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """A reading for every key asked: what it is, or the error that struck that key alone.

        Never raises a `TieoutError`: where a whole call failed, every key it carried has that error.
        """
        ...
