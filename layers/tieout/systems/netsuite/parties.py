"""Whom each posted line of a document is with: a customer, a supplier, another company of the own group; pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tieout.systems.netsuite.rows import Row

_CUSTOMER_TYPES = frozenset({"custjob", "customer", "job"})
_SUPPLIER_TYPES = frozenset({"vendor"})


class Parties(NamedTuple):
    """Whom a line is with, by NetSuite's internal ids.

    Attributes:
        partner: the subsidiary at the other side; None where the line is with nobody of the group.
    """

    customer: str | None
    supplier: str | None
    partner: str | None


def parties_of(entity: str, header: Row, rows: Sequence[Row]) -> Iterator[Parties]:
    """Whom each line is with, in the order of the lines.

    A sale's line is with its own customer, else with the sale's. A bill is its vendor's, whatever customer a line of it is
    charged on to. A journal names nobody as a whole, and its lines name customers, vendors and employees.
    """
    subsidiaries = {row["subsidiary"] for row in rows if "subsidiary" in row}
    for row in rows:
        customer, supplier, represented = _names(entity, header, row)
        yield Parties(customer, supplier, _partner(row, represented, subsidiaries))


def _names(entity: str, header: Row, row: Row) -> tuple[str | None, str | None, str | None]:
    """The customer, the supplier, and the subsidiary that whoever the line is with stands for."""
    kind, name = row.get("entitytype", "").lower(), row.get("entity")
    customer = name if kind in _CUSTOMER_TYPES else None
    if entity == "bill":
        return customer, header.get("entity"), header.get("represents")
    if entity == "journal_entry":
        return customer, name if kind in _SUPPLIER_TYPES else None, row.get("represents")
    return name or header.get("entity"), None, row.get("represents") or header.get("represents")


def _partner(row: Row, represented: str | None, subsidiaries: set[str]) -> str | None:
    """The subsidiary the line is due to or from, else the one that a name stands for.

    A line that is to be eliminated and says of neither, in a document of just two subsidiaries, is with the other one.
    """
    own = row.get("subsidiary")
    stated = row.get("duetofrom") or represented
    if stated is not None:
        return stated if stated != own else None
    is_eliminated = row.get("eliminate") == "T" or row.get("accounteliminate") == "T"
    others = subsidiaries - {own}
    return others.pop() if is_eliminated and own is not None and len(others) == 1 else None
