"""Two stages of a value made up for a test: what is billed, and what is booked of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from tieout.arriving.notice import RecordKey
from tieout.reconciliations import Matching, Reconciliation, Side, Tolerance
from tieout.reconciling.breaks import BreakKind
from tieout.reconciling.items import NOTHING, Amount, Item, Place
from tieout.reconciling.reconcile import Reconciled, reconcile

AS_OF = date(2026, 6, 30)
BY_NUMBER = Matching(name="by number", left=("number",), right=("number",))
BY_CUSTOMER = Matching(
    name="by customer and amount",
    left=("customer",),
    right=("customer",),
    same_amount=True,
    within_days=5,
    is_certain=False,
)
DECLARED = Reconciliation(
    name="billing-to-books",
    left=Side(name="billing", facts=("BillingDocument",), amount="net"),
    right=Side(name="books", facts=("Invoice",), amount="posted", sign=-1),
    matchings=(BY_NUMBER, BY_CUSTOMER),
    apart=("customer",),
    tolerance=Tolerance(minor_units={"EUR": 5}, days=10),
)
_RATE = 110  # of a hundred minor units of the reporting currency


def place(legal_entity: str = "EMEA", period: str = "2026-03", currency: str = "EUR", customer: str = "C_1") -> Place:
    """Where an amount counts."""
    return Place(legal_entity, period, currency, (customer,))


def amount(minor: int, reporting: int | None = None) -> Amount:
    """An amount, converted by one rate for all where nothing else is said."""
    return Amount(minor, minor * _RATE // 100 if reporting is None else reporting)


def item(
    side: str,
    number: str,
    amounts: Mapping[Place, Amount],
    day: date | None = date(2026, 3, 15),
    *,
    record: str = "",
    waits_for: str = "",
) -> Item:
    """A record of a side, by the number it goes by and the customer of its first place."""
    [customer] = next(iter(amounts)).apart
    return Item(
        record=RecordKey(side, "invoice", record or number),
        amounts=amounts,
        keys=((number,) if number else None, (customer,)),
        day=day,
        waits_for=waits_for,
    )


def declared(*matchings: Matching, tolerance: Tolerance | None = None) -> Reconciliation:
    """The same two stages, compared in another way."""
    return replace(DECLARED, matchings=matchings, tolerance=tolerance or DECLARED.tolerance)


def added(items: Iterable[Item]) -> dict[Place, Amount]:
    """What items come to, place by place, nothing left out."""
    sums: dict[Place, Amount] = {}
    for each in items:
        for where, some in each.amounts.items():
            sums[where] = sums.get(where, NOTHING).plus(some)
    return sums


INVOICE = {place(): amount(10_000)}
OTHERS = [item("billing", f"B-{number}", {place(customer=f"C_{number}"): amount(number)}) for number in range(1, 6)]
OTHERS_BOOKED = [replace(each, record=each.record._replace(connection="books")) for each in OTHERS]


def compared(left: Sequence[Item], right: Sequence[Item], *matchings: Matching) -> Reconciled:
    """Records among others that tie out."""
    return reconcile(declared(*(matchings or DECLARED.matchings)), [*OTHERS, *left], [*OTHERS_BOOKED, *right], AS_OF)


def suggested(found: Reconciled) -> set[tuple[str, str]]:
    """The ids of records of the left with those of the right that they may belong to."""
    return {(each.left[0].record_id, other.record_id) for each in found.breaks if each.left for other in each.may_be}


def only_break(found: Reconciled) -> tuple[BreakKind, dict[Place, Amount]]:
    """The kind of the one break there is, and what it comes to."""
    [one] = found.breaks
    return one.kind, dict(one.residuals)
