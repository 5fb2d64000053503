"""What the deployed lake says of the ledger's cells, by SQL."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.running import Sandbox
from tests.e2e.replaying import wait_until_the_journal_holds_the_ledger
from tests.support.lake import lake_of, merge, queries_of_the_page
from tieout.lake.tables import PREFIX

_PATIENCE_SECONDS = 90
_DAY, _MOMENT = "'2026-11-25'", "'2026-11-25T10:30:40Z'"
_AT_LAST = datetime.max.replace(tzinfo=UTC)

type Told = dict[tuple[str, ...], Decimal]
"""By target, cube, measure and members in their order, periods as the ledger writes them: the totals."""


def wait_until_the_lake_holds_the_ledger(sandbox: Sandbox, folder: Path) -> Told:
    """The totals of all cells as SQL says them, once it says of every cell of the table its total and what planning was given.

    Raises:
        AssertionError: if it does not in time; which cells differ.
    """
    wait_until_the_journal_holds_the_ledger(sandbox)
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        held, rows = _cells_held(sandbox), _rows_told(sandbox, folder, _AT_LAST)
        told = {(row[10], row[3], _plain(row[7]), _plain(row[8])) for row in rows}
        if told == held:
            return _totals(rows)
        assert time.monotonic() < give_up_at, f"{len(held ^ told)} cells differ, {sorted(held ^ told)[:2]} among them"
        time.sleep(1)


def told_by_the_lake(sandbox: Sandbox, folder: Path, moment: datetime) -> Told:
    """The totals of all cells as they were at a moment, to the second, by what is in the lake now."""
    return _totals(_rows_told(sandbox, folder, moment))


def _totals(rows: list[tuple[Any, ...]]) -> Told:
    return {(row[0], row[1], row[3], *(member for _, member in json.loads(row[2]))): row[7] for row in rows}


def _cells_held(sandbox: Sandbox) -> set[tuple[str, ...]]:
    """Intersection, measure, total and what was written, in minor units, of every cell of the table."""
    dynamodb = sandbox.aws.client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(TableName=sandbox.outputs["LedgerTableName"], ConsistentRead=True)
    items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("CELL#")]
    return {
        (
            item["pk"]["S"].split("#")[2],
            name.removeprefix("total:"),
            _digits(item[name]),
            _digits(item.get(f"written:{name[6:]}")),
        )
        for item in items
        if item["sk"]["S"] == "STATE"
        for name in item
        if name.startswith("total:")
    }


def _rows_told(sandbox: Sandbox, folder: Path, moment: datetime) -> list[tuple[Any, ...]]:
    """What the page's query for cells as of a moment finds in the rows that are in the lake by now."""
    query = queries_of_the_page()["The planning cells as of a moment"]
    assert (query.count(_DAY), query.count(_MOMENT)) == (1, 1)
    query = query.replace(_DAY, f"'{moment:%Y-%m-%d}'").replace(_MOMENT, f"'{moment:%Y-%m-%dT%H:%M:%SZ}'")
    s3, bucket = sandbox.aws.client("s3"), json.loads(sandbox.outputs["Lake"])["bucket_name"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    objects = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    with lake_of(objects, folder) as sql:
        merge(sql)
        return sql.execute(query).fetchall()


def _digits(value: Any) -> str:  # noqa: ANN401 an attribute of DynamoDB
    """Minor units without what tells decimals apart, so that no currency's decimals have to be known here."""
    return "none" if value is None else value["N"].rstrip("0")


def _plain(amount: Any) -> str:  # noqa: ANN401 a decimal of SQL
    """The same of whole units."""
    if amount is None:
        return "none"
    text = f"{amount:f}".replace(".", "").rstrip("0")
    return ("-" if amount < 0 else "") + text.lstrip("-0")
