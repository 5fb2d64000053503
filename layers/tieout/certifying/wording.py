"""Says in one line what a row of a certificate is about, for whoever reads what has changed; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]


def books(row: Row) -> str:
    """Books and their state."""
    return f"the books of {row['version']} are {row['state']}" + (f" ({row['reason']})" if row["reason"] else "")


def late(row: Row) -> str:
    """What came after the closing."""
    into = f" to {row['into']}" if row["into"] else ""
    return f"{row['record']} came late and is {row['kind']}{into}: {_amounts(row['amounts'])} in {_where(row)}"


def adjusted(row: Row) -> str:
    """What belongs to an earlier period."""
    return (
        f"{row['record']} of {row['of']['period']} is booked here: {row['amount']} {row['currency']} {row['measure']}"
    )


def sums(row: Row) -> str:
    """What both stages come to."""
    left, right = row["stages"]
    here, there = (row[side]["transaction"] for side in ("left", "right"))
    return f"{left} come to {here} {row['currency']}, {right} to {there} {row['currency']}"


def broken(row: Row) -> str:
    """A break and how far people have come with it."""
    off = ", ".join(f"{each['transaction']} {each['currency']}" for each in row["off"])
    reason = f" ({row['reason']})" if row["reason"] else ""
    records = " ".join((*row["left"], *row["right"]))
    return f"{row['reconciliation']}: {row['kind']} {off or 'of no period'} of {records} is {row['state']}{reason}"


def total(row: Row) -> str:
    """What cells come to."""
    where = f"{row['cube']} {row['measure']} in {row['target']}"
    return f"{where} comes to {row['total']} {row['currency']} in {row['cells']} cells"


def contribution(row: Row) -> str:
    """What a fact contributes."""
    return f"{row['record']} at {row['source_version']} contributes {_amounts(row['shares'])} to {_where(row)}"


def mapping(row: Row) -> str:
    """What an entry says."""
    said = f"{row['table']} {row['key']} is called {row['member']}"
    return said if row["stored"] in {"", row["member"]} else f"{said}, and {row['stored']} by now"


def unsettled(row: Row) -> str:
    """A cell that planning does not hold as it is."""
    where = f"{row['cube']} {row['measure']} {row['cell'][:8]}"
    return f"{where} is {row['state']} in {row['target']}: {row['total']} {row['currency']}"


def difference(row: Row) -> str:
    """A cell that was read to hold something else."""
    where = f"{row['cube']} {row['measure']} {row['cell'][:8]}"
    return f"{row['target']} holds {row['held']} in {where}, and not {row['wanted']} {row['currency']}"


def _amounts(rows: Iterable[Row]) -> str:
    return ", ".join(f"{each['amount']} {each['currency']} {each['measure']}" for each in rows)


def _where(row: Row) -> str:
    return " / ".join([row["target"], row["cube"], *(member for _, member in row["members"])])
