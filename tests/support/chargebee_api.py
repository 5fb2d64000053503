"""A Chargebee API in memory that answers what a test gives it, oddities included, and notes what it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import httpx

from tests.support.chargebee_rows import CONNECTION, Row
from tests.support.clock import ManualClock
from tieout.systems.chargebee.ids import KINDS
from tieout.systems.chargebee.listing import ChargebeeListing, open_listing
from tieout.systems.chargebee.reader import ChargebeeReader, open_reader

_WORDS = {each.collection: each.word for each in KINDS.values()} | {"coupons": "coupon", "events": "event"}
CREDENTIALS = {"api_key": "test_made-up-key"}


class MadeUpApi:
    """Answers lists by id, with so many rows at once, and resources one by one.

    Attributes:
        hidden: ids that lists do not show yet.
        asked: the paths that were asked for, with their parameters.
        headers, addresses: of each request, as they were sent.
        says: answers instead of it, where it answers anything.
    """

    def __init__(self, *rows: Row, page_rows: int = 100) -> None:
        self.rows = {(each["object"], each["id"]): each for each in rows}
        self.page_rows = page_rows
        self.hidden: set[str] = set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.says: Callable[[str, dict[str, str]], httpx.Response | None] = lambda _path, _asked: None
        self.headers: list[httpx.Headers] = []
        self.addresses: list[bytes] = []
        self.http = httpx.Client(transport=httpx.MockTransport(self._answer), follow_redirects=True)

    def reader(self) -> ChargebeeReader:
        """A reader of it."""
        return open_reader(CONNECTION, CREDENTIALS, self.http, ManualClock())

    def listing(self, **options: bool) -> ChargebeeListing:
        """A listing of it."""
        return open_listing(replace(CONNECTION, options=options), CREDENTIALS, self.http, ManualClock())

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [path for path, _ in self.asked]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        path = unquote(request.url.raw_path.decode().partition("?")[0].removeprefix("/api/v2/"))
        asked = dict(request.url.params)
        self.asked.append((path, asked))
        self.headers.append(request.headers)
        self.addresses.append(request.url.raw_path)
        said = self.says(path, asked)
        if said is not None:
            return said
        collection, _, resource_id = path.partition("/")
        word = _WORDS[collection]
        if resource_id:
            row = self.rows.get((word, resource_id))
            return missing() if row is None or row.get("deleted") else as_sent({word: row})
        wanted = (
            json.loads(asked["id[in]"]) if "id[in]" in asked else [name for kind, name in self.rows if kind == word]
        )
        found = [self.rows[word, each] for each in wanted if (word, each) in self.rows and each not in self.hidden]
        return _page([{word: each} for each in found], int(asked.get("offset", "0")), self.page_rows)


def _page(rows: list[Row], start: int, size: int) -> httpx.Response:
    shown, end = rows[start : start + size], start + size
    return as_sent({"list": shown} | ({"next_offset": str(end)} if end < len(rows) else {}))


def as_sent(body: Any) -> httpx.Response:  # noqa: ANN401 JSON values
    """A good answer."""
    return httpx.Response(200, content=json.dumps(body).encode())


def refused(status: int, code: str = "", **headers: str) -> httpx.Response:
    """An answer that is none, with the code of an error."""
    body = {"message": "made up", "type": "invalid_request", "api_error_code": code, "http_status_code": status}
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): text for name, text in headers.items()})


def missing() -> httpx.Response:
    """What is answered for a resource that is not there."""
    return refused(404, "resource_not_found")


def ids_of(asked: Iterable[tuple[str, dict[str, str]]]) -> list[list[str]]:
    """The ids that each list was asked for."""
    return [json.loads(each["id[in]"]) for _, each in asked if "id[in]" in each]
