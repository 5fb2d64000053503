"""Tells the line which records are to be read because a list has them otherwise: as notices on the bus, as all others are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tieout.arriving.delivery import Delivery
from tieout.arriving.notice import Notice, RecordKey
from tieout.arriving.payload import encode, payload_key
from tieout.arriving.publishing import Bus, Keeper, entries_of, publish
from tieout.census import Difference, Run
from tieout.errors import UnavailableError
from tieout.facts.listing import Listed, Step
from tieout.ports import Clock, Entropy

_LIST = "LIST"  # the method of a delivery that nobody sent


class Telling:
    """Publishes what differs.

    Args:
        flows: ledger entity to the flow that carries it.
        keeper: where entries go that are too large for the bus.
    """

    def __init__(self, flows: Mapping[str, str], bus: Bus, keeper: Keeper, clock: Clock, entropy: Entropy) -> None:
        self._flows, self._bus, self._keeper = flows, bus, keeper
        self._clock, self._entropy = clock, entropy

    def tell(self, run: Run, differences: Mapping[RecordKey, Difference], there: Mapping[RecordKey, Listed]) -> None:
        """Return once the bus has a notice for each record.

        Raises:
            TieoutError: it may not have all of them.
        """
        notices = [
            Notice(
                key=key,
                notice_id=f"{run.purpose}/{difference}/{there[key].version if key in there else ''}",
                kind=f"{run.purpose}.{difference}",
                deleted=difference in {Difference.DELETED_THERE, Difference.UNKNOWN_THERE},
            )
            for key, difference in differences.items()
        ]
        self._publish(run, self._delivery(run), notices)

    def tell_steps(self, run: Run, steps: Mapping[Step, Difference]) -> None:
        """Return once what each step says is kept where it said anything, and the bus has a notice for each; raises as `tell`."""
        delivery, notices = self._delivery(run), []
        for place, (step, difference) in enumerate(steps.items()):
            said = ""
            if step.said:
                named = delivery._replace(delivery_id=f"{delivery.delivery_id}-{place}", body=step.said)
                said = payload_key(run.connection, named)
                self._keeper.put(said, encode(named, {}))
            notice_id = f"{run.purpose}/{difference}/{step.version}"
            notices.append(Notice(key=step.key, notice_id=notice_id, kind=f"{run.purpose}.{difference}", payload=said))
        self._publish(run, delivery, notices)

    def _delivery(self, run: Run) -> Delivery:
        return Delivery(
            delivery_id=f"{run.purpose}-{self._entropy.token()}",
            method=_LIST,
            query="",
            headers={},
            body=b"",
            received_at=self._clock.now(),
        )

    def _publish(self, run: Run, delivery: Delivery, notices: Sequence[Notice]) -> None:
        entries = entries_of(notices, delivery, run.connection, self._flows, self._keeper)
        if publish(entries, self._bus, self._clock, self._entropy):
            raise UnavailableError("the bus does not take what is to be read")
