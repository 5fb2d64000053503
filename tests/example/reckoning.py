"""What every line comes to, by SQL (DuckDB) over what the simulated systems hold; it shares no code with the line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb

from tests.example.outcome import Amounts, Where
from tests.example.systems import Systems

State = Mapping[str, list[dict[str, Any]]]
"""What the systems hold, by kind."""

_SQL = Path(__file__).parent / "reckoned"
_CRMS, _SITES = ("crm-europe", "crm-america"), ("billing-europe", "billing-america")


def state_of(systems: Systems, orders: list[dict[str, Any]]) -> State:
    """What the simulated systems hold now; `orders` are those that their tool has told of, which keeps nothing."""
    deals, companies, bills = [], [], []
    for name in _CRMS:
        for deal in systems.control(name, "GET", "deals"):
            primary = next(each for each, types in deal["companies"].items() if len(types) > 1)
            deals.append({**deal["properties"], "company": primary, "of": name})
        for record_id, record in systems.inside(name).portal.masters["companies"].records.items():
            companies.append({"id": record_id, "name": record.properties["name"], "of": name})
    for name in _SITES:
        state = systems.control(name, "GET", "state")
        bills += [{**each, "of": name} for kind in ("invoice", "credit_note") for each in state[kind]]
    return {
        "deals": deals,
        "companies": companies,
        "bills": bills,
        "orders": [dict(each) for each in orders],
        "documents": systems.control("books", "GET", "documents"),
        "cells": systems.control("anaplan", "GET", "cells")["cells"],
    }


def reckoned(folder: Path, state: State) -> Amounts:
    """What every line comes to; without those of zero."""
    with duckdb.connect() as sql:
        for name, rows in state.items():
            file = folder / f"{name}.json"
            file.write_text(json.dumps(rows), encoding="utf-8")
            sql.execute(
                f"CREATE TABLE {name} AS SELECT json AS data FROM read_json_objects('{file}', format = 'array')"  # noqa: S608 our own names
            )
        *views, lines = ((_SQL / f"{name}.sql").read_text(encoding="utf-8") for name in ("periods", "sources", "lines"))
        for each in views:
            sql.execute(each)
        found = sql.execute(lines).fetchall()
    return {Where(*row[:6]): row[6] for row in found}
