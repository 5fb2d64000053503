"""A Data Query of Zuora whose jobs find what a test says, and come to what it says; and the walk over a listing of it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.support.zuora_answers import ScriptedZuora
from tieout.errors import StillRunningError
from tieout.facts.listing import Listed, Window
from tieout.systems.zuora.listing import ZuoraListing

SPAN = Window(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, 0, 0, 0, 500_000, UTC))
FILE = "https://bucket.example/"


def row(number: int, **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A row about an object."""
    return {
        "id": f"{number:032x}",
        "status": "Posted",
        "currency": "EUR",
        "amount": 12.5,
        "day": "2026-02-28",
        "updated": "2026-03-01T10:00:00.000Z",
        "deleted": False,
        **stated,
    }


class Jobs:
    """A Data Query whose jobs find these rows, those behind the id that a query names; a job ends as its place in `ends` says.

    Attributes:
        queries: what was asked.
        table: in which the rows are.
        gone: which readings of files find none any more.
    """

    def __init__(self, rows: Sequence[dict[str, Any]], *ends: str) -> None:
        self.rows, self.ends = rows, [*ends]
        self.queries: list[str] = []
        self.table = "payment"
        self.gone: frozenset[int] = frozenset()
        self._reads = 0
        self.zuora = ScriptedZuora(self._answer)

    def walk(self, listing: ZuoraListing, entity: str = "payment") -> list[Listed]:
        """All pages of a listing; a job that has not ended is asked for again."""
        found: list[Listed] = []
        cursor = ""
        for _ in range(200):
            try:
                page = listing.page(entity, SPAN, cursor)
            except StillRunningError:
                continue
            found += page.records
            cursor = page.following
            if not cursor:
                return found
        raise AssertionError("a listing without end")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.queries.append(json.loads(request.content)["query"])
            return httpx.Response(200, json={"data": {"id": f"job-{len(self.queries) - 1}", "queryStatus": "accepted"}})
        if request.url.path.startswith("/query/jobs/"):
            return self._looked_at(int(request.url.path.rpartition("-")[2]))
        self._reads += 1
        if self._reads in self.gone:
            return httpx.Response(403)
        whole = self._file(int(request.url.path.strip("/")))
        first, last = (int(each) for each in request.headers["range"].removeprefix("bytes=").split("-"))
        return httpx.Response(206 if first < len(whole) else 416, content=whole[first : last + 1])

    def _looked_at(self, number: int) -> httpx.Response:
        status = self.ends[number] if number < len(self.ends) else "completed"
        if status == "unknown":
            return httpx.Response(404, json={"message": "not found"})
        if status.startswith("in_progress"):
            self.ends[number] = status.removeprefix("in_progress") or "completed"
            status = "in_progress"
        data = {"id": f"job-{number}", "queryStatus": status}
        return httpx.Response(
            200, json={"data": data | ({"dataFile": f"{FILE}{number}"} if status == "completed" else {})}
        )

    def _file(self, number: int) -> bytes:
        query = self.queries[number]
        after = re.search("> '([0-9a-f]{32})'", query)
        found = [each for each in self.rows if not after or each["id"] > after[1]]
        return b"".join(json.dumps(each).encode() + b"\n" for each in found if f"FROM {self.table} " in query)
