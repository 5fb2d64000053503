"""Counts where others say something else of master data than its owner, which is what planning is given: each conflict once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from functions.deliver.declaring import Declared
from tieout.arriving.log import DeliveryLog
from tieout.errors import TieoutError
from tieout.ledger.conflicts import ConflictLedger
from tieout.ports import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradicting:
    """Remembers conflicts as members are compared; never is it a reason for a member not to be kept.

    Attributes:
        connections: those of the landscape.
        namespace: where CloudWatch keeps the metrics.
        write: where lines go; Lambda keeps what a function prints.
    """

    ledger: ConflictLedger
    connections: Collection[str]
    clock: Clock
    namespace: str
    write: Callable[[str], object] = print

    def note(self, declared: Declared) -> None:
        """Count what is new of the conflicts that were seen, a line for each connection, which is its metric too.

        Where the ledger fails they are new the next time.
        """
        if not declared.owned:
            return
        now = self.clock.now()
        try:
            news = self.ledger.news(declared.owned, declared.conflicts, self.connections, now)
        except TieoutError:
            return
        for connection, count in sorted(news.items()):
            log = DeliveryLog("deliver", connection, self.write, namespace=self.namespace)
            log.note("contradicted", now, {"Conflicts": count}, {})
