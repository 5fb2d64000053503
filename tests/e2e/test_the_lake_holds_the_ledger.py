from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx

from ops.place import sandbox_place
from sandbox.demo.quiet import wait_until_quiet
from sandbox.running import Sandbox
from tests.e2e.replaying import wait_until_the_journal_holds_the_ledger
from tests.e2e.test_many_notices_with_faults import CUSTOMERS, make_deal, store_mappings
from tests.support.lake import lake_of, merge, queries_of_the_page
from tieout.lake.tables import PREFIX

_PATIENCE_SECONDS = 90
_DEALS = range(470, 480)
_MOMENT = ("\n    WHERE \"date\" <= '2026-11-25' AND changed_at <= '2026-11-25T10:30:40Z'", "")


def test_sql_over_the_deployed_lake_says_what_the_table_holds(sandbox: Sandbox, tmp_path: Path) -> None:
    """Over the deployed rule, queue and function: every cell, with its total and what planning was given, and nothing lost."""
    place = sandbox_place(sandbox.endpoints())
    store_mappings(place)
    with httpx.Client(timeout=60) as http:
        control = f"{sandbox.systems['hubspot']}/_control"
        for company in CUSTOMERS:
            http.post(f"{control}/companies", json={"id": company, "name": f"Company {company}"}).raise_for_status()
        for number in _DEALS:
            make_deal(http, control, number)
    wait_until_quiet(place, sandbox.aws, tell=lambda _: None, patience_seconds=120)
    wait_until_the_journal_holds_the_ledger(sandbox)
    give_up_at = time.monotonic() + _PATIENCE_SECONDS
    while True:
        held, told = cells_held(sandbox), cells_told(sandbox, tmp_path)
        if told == held:
            break
        assert time.monotonic() < give_up_at, f"{len(held ^ told)} cells differ, {sorted(held ^ told)[:2]} among them"
        time.sleep(1)
    assert len(held) >= len(_DEALS)


def cells_held(sandbox: Sandbox) -> set[tuple[str, ...]]:
    """Intersection, measure, total and what was written, in minor units, of every cell of the table."""
    dynamodb = sandbox.aws.client("dynamodb")
    pages = dynamodb.get_paginator("scan").paginate(TableName=sandbox.outputs["LedgerTableName"], ConsistentRead=True)
    items = [item for page in pages for item in page["Items"] if item["pk"]["S"].startswith("CELL#")]
    return {
        (
            item["pk"]["S"].split("#")[2],
            name.removeprefix("total:"),
            digits(item[name]),
            digits(item.get(f"written:{name[6:]}")),
        )
        for item in items
        if item["sk"]["S"] == "STATE"
        for name in item
        if name.startswith("total:")
    }


def cells_told(sandbox: Sandbox, folder: Path) -> set[tuple[str, ...]]:
    """The same as SQL says it of the rows that are in the lake by now."""
    s3, bucket = sandbox.aws.client("s3"), json.loads(sandbox.outputs["Lake"])["bucket_name"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=PREFIX)
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    objects = {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}
    with lake_of(objects, folder) as sql:
        merge(sql)
        rows = sql.execute(queries_of_the_page()["The planning cells as of a moment"].replace(*_MOMENT)).fetchall()
    return {(row[10], row[3], plain(row[7]), plain(row[8])) for row in rows}


def digits(value: Any) -> str:  # noqa: ANN401 an attribute of DynamoDB
    """Minor units without what tells decimals apart, so that no currency's decimals have to be known here."""
    return "none" if value is None else value["N"].rstrip("0")


def plain(amount: Any) -> str:  # noqa: ANN401 a decimal of SQL
    """The same of whole units."""
    if amount is None:
        return "none"
    text = f"{amount:f}".replace(".", "").rstrip("0")
    return ("-" if amount < 0 else "") + text.lstrip("-0")
