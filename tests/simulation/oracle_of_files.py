"""What dropped files put into planning's cells: of each batch and month the newest file in which nothing is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from tests.simulation.dropping import File, Row
from tests.simulation.files_system import COMPANY, FILES, PERIODS
from tests.simulation.oracle import Expected, add
from tests.simulation.oracle_of_values import Mappings, at, in_dollars, mapped
from tests.simulation.planning import Coordinates

_MONTHS = ("2026-03", "2026-04", "2026-05")


def standing(files: Sequence[File]) -> dict[tuple[str, str], File]:
    """The file that counts of each batch and month; balances without those of the month before count for nothing."""
    found: dict[tuple[str, str], File] = {}
    for each in sorted((each for each in files if not each.is_flawed), key=lambda each: each.version):
        found[each.scope] = each
    months = list(PERIODS)
    for before, month in pairwise(months):
        if ("balances", before) not in found:
            found.pop(("balances", month), None)
    return found


def add_files(truth: Expected, files: Sequence[File], mappings: Mappings) -> None:
    """Add what files say to the truth."""
    found = standing(files)
    for (feed, scope), file in found.items():
        if feed == "journals":
            for number, rows in file.documents.items():
                record = (FILES, "journal_entry", f"journals/{COMPANY}/{number}")
                period = _MONTHS[int(scope) % 3]
                add(truth, record, lambda rows=rows, period=period: _cells(rows, period, mappings))
            continue
        months = list(PERIODS)
        earlier = found.get(("balances", months[months.index(scope) - 1])) if scope != months[0] else None
        before = earlier.documents if earlier else {}
        for account in {**file.documents, **before}:
            record = (FILES, "journal_entry", f"balances/{scope}/{account}")
            rows = [*file.documents.get(account, ()), *map(_negated, before.get(account, ()))]
            add(truth, record, lambda rows=rows, scope=scope: _cells(rows, "", mappings, scope))


def _negated(row: Row) -> Row:
    account, minor, centre, currency = row
    return account, -minor, centre, currency


def _cells(
    rows: Sequence[Row], period: str, mappings: Mappings, own_period: str = ""
) -> Iterator[tuple[Coordinates, Decimal]]:
    for account, minor, centre, currency in rows:
        company = mapped(mappings, FILES, "legal_entity", COMPANY)
        named = mapped(mappings, FILES, "period", own_period) if own_period else period
        place = {"4": ("Actuals", "Revenue", -1), "6": ("Operating expenses", "Expense", 1)}.get(account[0])
        if place is None:
            continue
        cube, measure, sign = place
        members = {
            "Account": mapped(mappings, FILES, "account", account),
            "Cost centre": mapped(mappings, FILES, "cost_centre", centre) if centre else "NO_COST_CENTRE",
            "Supplier" if cube == "Operating expenses" else "Customer": "NO_SUPPLIER"
            if cube == "Operating expenses"
            else "NO_CUSTOMER",
            "Legal entity": company,
            "Partner": "NO_PARTNER",
            "Currency": currency,
            "Time": named,
            "Version": "Actual",
        }
        amount = Decimal(minor).scaleb(-2)
        yield at(cube, measure, members), sign * amount
        yield at(cube, f"{measure} USD", members), sign * in_dollars(amount, currency, named, mappings)
