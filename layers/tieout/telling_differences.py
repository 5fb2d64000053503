"""Tells of cells of which planning holds something else than it was given: one line a target, which is its metrics too."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tieout.arriving.log import DeliveryLog
from tieout.ledger.differences import CellDifference
from tieout.ports import Clock


class DifferenceLog:
    """Counts what differs, whoever found it, and what that comes to in the reporting currency.

    Args:
        reporting: the cells that are in the reporting currency, each by its cube and measure.
        clock: says when.
        namespace: where CloudWatch keeps the metrics.
    """

    def __init__(self, reporting: Collection[tuple[str, str]], clock: Clock, namespace: str) -> None:
        self._reporting, self._clock, self._namespace = reporting, clock, namespace

    def tell(self, different: Sequence[CellDifference]) -> None:
        """Tell of cells of one target, at least one, before anything more is done of them."""
        off = sum(abs(each.off_minor or 0) for each in different if (each.cube, each.measure) in self._reporting)
        log = DeliveryLog("readback", different[0].target, namespace=self._namespace, dimension="target")
        counts = {"Different": len(different), "DifferentMinorUnits": off}
        log.note("different", self._clock.now(), counts, {})
