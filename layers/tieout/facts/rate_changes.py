"""What a source whose rates change after the fact can be asked: which rates are no longer those that amounts were converted by.

No document changes with a rate, so no notice tells of it and no list shows it: whoever keeps contributions asks.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol


class RateChanges(Protocol):
    """The capability `rate_changes` of a system: its module has `open_rate_changes`, which makes one of these.

    `open_rate_changes(connection, credentials, http, clock)` takes what `open_reader` takes.
    """

    def outdated(self, rates: Collection[str]) -> frozenset[str]:
        """Those of these identities that a reading would not state any more: what was converted by one is to be read again.

        Args:
            rates: identities of rates as contributions keep them (`planning.cells.Amount.rate`, split at its spaces); those
                that are not of this source, such as planning's own, are never outdated.

        Raises:
            TieoutError: it cannot be had; then nothing is known of any of them.
        """
        ...
