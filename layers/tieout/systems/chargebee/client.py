"""Calls Chargebee's API; every call is a read, so each may be repeated."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

from tieout import strict_json
from tieout.answers import parse_object, rows_in
from tieout.arriving.excerpts import Wanted
from tieout.drift import Watch
from tieout.errors import UnavailableError, UnreadableRecordError
from tieout.fields import Row, objects_in, required, text_in
from tieout.systems.chargebee import wanted
from tieout.systems.chargebee.answers import refusal
from tieout.systems.chargebee.expected import EXPECTED
from tieout.systems.chargebee.ids import CREDIT_NOTES, CUSTOMERS, INVOICES, SUBSCRIPTIONS, TRANSACTIONS, Kind

MOST_OF_A_PAGE = 100  # Chargebee gives no more at once
_TIMEOUT = httpx.Timeout(30, connect=5)
_MOST_LINES = 5_000
_LINES_AT_ONCE = "300"
_COUPONS, EVENTS = "coupons", "events"
_DELETED_TOO = ("include_deleted", "true")  # which coupons know nothing of
_WANTED: Mapping[str, Wanted] = {
    SUBSCRIPTIONS.word: wanted.SUBSCRIPTION,
    INVOICES.word: wanted.INVOICE,
    CREDIT_NOTES.word: wanted.CREDIT_NOTE,
    TRANSACTIONS.word: wanted.TRANSACTION,
    CUSTOMERS.word: wanted.CUSTOMER,
    "coupon": wanted.COUPON,
    "event": wanted.EVENT,
}

Asked = Sequence[tuple[str, str]]


class Page(NamedTuple):
    """Some resources of a list, and by what those behind them are asked for; empty where there are none."""

    rows: Sequence[Row]
    following: str


class ChargebeeClient:
    """One site's API.

    Args:
        site_url: the site's address, `https://<site>.chargebee.com`.
        key: an API key that may read.

    Attributes:
        watch: is shown what is read, as far as it is wanted.
    """

    def __init__(self, site_url: str, key: str, http: httpx.Client) -> None:
        self._api_url = f"{site_url.rstrip('/')}/api/v2/"
        login = base64.b64encode(f"{key}:".encode()).decode()  # the key is the user name, and there is no password
        self._headers = {"authorization": f"Basic {login}", "accept": "application/json"}
        self._http = http
        self.watch = Watch(EXPECTED)

    def page(self, kind: Kind, asked: Asked, offset: str = "") -> Page:
        """A page of a list, deleted resources among it.

        Raises:
            ThrottledError, UnavailableError: if Chargebee does not answer now.
            AccessDeniedError: if it refuses our key, what it may read, or what was asked.
            UnreadableRecordError: if a resource spoils the page.
        """
        return self._page(kind.word, kind.collection, [*asked, _DELETED_TOO], offset)

    def events(self, asked: Asked, offset: str = "") -> Page:
        """A page of the list of events, of each but what it shows of a subscription; raises as `page`."""
        return self._page("event", EVENTS, asked, offset)

    def by_ids(self, kind: Kind, ids: Sequence[str]) -> Mapping[str, Row]:
        """Those of at most a hundred resources that a list shows, by their ids; raises as `page`."""
        return self._by_ids(kind.word, kind.collection, ids, _DELETED_TOO)

    def coupons(self, ids: Sequence[str]) -> Mapping[str, Row]:
        """Those of at most a hundred coupons that there are, archived ones among them; raises as `page`."""
        return self._by_ids("coupon", _COUPONS, ids)

    def one(self, kind: Kind, resource_id: str) -> Row:
        """One resource.

        Raises:
            MissingError: if there is none of that id, or it was deleted.
            ThrottledError, UnavailableError, AccessDeniedError, UnreadableRecordError: as `page`.
        """
        return self._one(kind, resource_id, [])

    def whole(self, kind: Kind, row: Row) -> Row:
        """A billing document with all of its lines, which come so many at once; raises as `one`."""
        lines, discounts, part = [*objects_in(row, "line_items")], [*objects_in(row, "line_item_discounts")], row
        while following := text_in(part, "line_items_next_offset"):
            if len(lines) > _MOST_LINES:
                raise UnreadableRecordError(f"one of Chargebee's {kind.collection} has more than {_MOST_LINES} lines")
            asked = [("line_items_limit", _LINES_AT_ONCE), ("line_items_offset", following)]
            part = self._one(kind, required(text_in(row, "id"), "id"), asked)
            lines += objects_in(part, "line_items")
            known = {
                each.get("line_item_id") for each in discounts
            }  # they may come whole with each part, or part by part
            discounts += [
                each for each in objects_in(part, "line_item_discounts") if each.get("line_item_id") not in known
            ]
        return {**row, "line_items": lines, "line_item_discounts": discounts}

    def _one(self, kind: Kind, resource_id: str, asked: Asked) -> Row:
        body = self._got(f"{kind.collection}/{quote(resource_id, safe='')}", asked, {kind.word: _WANTED[kind.word]})
        row = body.get(kind.word)
        if not isinstance(row, Mapping):
            raise UnavailableError("Chargebee answered without the resource that was asked for")
        self.watch.see(kind.collection, [row])
        return row

    def _by_ids(self, word: str, collection: str, ids: Sequence[str], *more: tuple[str, str]) -> Mapping[str, Row]:
        asked = [("id[in]", strict_json.dump([*ids])), *more]
        page = self._page(word, collection, asked)
        rows = [*page.rows]
        while page.following and page.rows:  # a site may give fewer at once than were asked for
            page = self._page(word, collection, asked, page.following)
            rows += page.rows
        return {required(text_in(each, "id"), "id"): each for each in rows}

    def _page(self, word: str, collection: str, asked: Asked, offset: str = "") -> Page:
        place = [("offset", offset)] if offset else []
        taken: Wanted = {"list": {word: _WANTED[word]}, "next_offset": ...}
        body = self._got(collection, [("limit", str(MOST_OF_A_PAGE)), *asked, *place], taken)
        rows = [each.get(word) for each in rows_in(body, "Chargebee", "list")]
        if not all(isinstance(each, Mapping) for each in rows):
            raise UnavailableError("Chargebee gave a list of something else")
        self.watch.see(collection, rows)
        return Page([each for each in rows if each is not None], text_in(body, "next_offset") or "")

    def _got(self, path: str, asked: Asked, taken: Wanted) -> Mapping[str, Any]:
        try:
            answer = self._http.get(
                self._api_url + path,
                params=list(asked),
                headers=self._headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"Chargebee did not answer: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, path.partition("/")[0])
        return parse_object(answer.content, "Chargebee", taken)
