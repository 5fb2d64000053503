"""Calls Stripe's API; every call is a read, so each may be repeated and none has an `Idempotency-Key`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.errors import AccessDeniedError, UnavailableError, UnreadableRecordError
from tieout.fields import Row, required, text_in
from tieout.systems.stripe.answers import MissingError, refusal
from tieout.systems.stripe.expected import EXPECTED
from tieout.systems.stripe.ids import is_record_id
from tieout.systems.stripe.options import Options
from tieout.systems.stripe.resources import SUBSCRIPTION_ITEMS, Resource

MOST_OF_A_PAGE = 100  # Stripe gives no more at once
_TIMEOUT = httpx.Timeout(20, connect=5)
_MOST_PARTS = 5_000
_LIVE, _TEST = "_live_", "_test_"  # in every key: which mode it is of

Asked = Sequence[tuple[str, str]]


class Page(NamedTuple):
    """Some objects of a list, the newest first, and whether there are others behind the last of them."""

    rows: Sequence[Row]
    has_more: bool


class StripeClient:
    """One account's API.

    Args:
        api_url: the API's address, down to its version and a slash behind it.
        key: a restricted key that may read.
        options: in which form everything is answered, of which connected account, and in which mode.

    Attributes:
        watch: is shown the objects that are read one by one.
    """

    def __init__(self, api_url: str, key: str, options: Options, http: httpx.Client) -> None:
        self._api_url = api_url
        self._headers = {
            "authorization": f"Bearer {key}",
            "stripe-version": options.api_version,
            "accept": "application/json",
        }
        self._api_version = options.api_version
        self._headers |= {"stripe-account": options.account} if options.account else {}
        self._is_of_other_mode = (_TEST if options.live else _LIVE) in key
        self._http = http
        self.watch = Watch(EXPECTED)

    def object(self, resource: Resource, record_id: str) -> Row:
        """One object.

        Raises:
            MissingError: if there is none of that id, or it was deleted.
            ThrottledError, UnavailableError, ConflictError: if Stripe does not answer, or not this, now.
            AccessDeniedError: if it refuses our key, what it may read, or the API version.
            UnreadableRecordError: if the object spoils the answer.
        """
        found = self._got(
            f"{resource.path}/{_checked(record_id)}",
            [("expand[]", each) for each in resource.expanded(self._api_version)],
        )
        if found.get("deleted") is True:
            raise MissingError(f"Stripe has deleted one of {resource.path}")
        self.watch.see(resource.path, [found])
        return found

    def page(self, resource: Resource, asked: Asked, after: str = "", limit: int = MOST_OF_A_PAGE) -> Page:
        """A page of a list, behind an object of it; raises as `object`."""
        expand = [("expand[]", f"data.{each}") for each in resource.expand]
        return self._page(resource.path, [*asked, *resource.listed, *expand], after, limit)

    def lines(self, resource: Resource, row: Row) -> Sequence[Row]:
        """All lines of an object, of which a page is embedded in it; raises as `object`."""
        lines = Resource(f"{resource.path}/{_checked(required(text_in(row, 'id'), 'id'))}/lines")
        return self._all_of(row, "lines", lines, [])

    def items(self, row: Row) -> Sequence[Row]:
        """All items of a subscription, likewise."""
        subscription = _checked(required(text_in(row, "id"), "id"))
        return self._all_of(row, "items", SUBSCRIPTION_ITEMS, [("subscription", subscription)])

    def _all_of(self, row: Row, name: str, resource: Resource, asked: Asked) -> Sequence[Row]:
        embedded = row.get(name)
        page = _page_in(embedded if isinstance(embedded, Mapping) else {})
        rows = list(page.rows)
        while page.has_more and rows:
            if len(rows) > _MOST_PARTS:
                raise UnreadableRecordError(f"one of Stripe's objects has more than {_MOST_PARTS} {name}")
            page = self.page(resource, asked, required(text_in(rows[-1], "id"), "id"))
            rows += page.rows
        return rows

    def _page(self, path: str, asked: Asked, after: str, limit: int) -> Page:
        place = [("starting_after", after)] if after else []
        return _page_in(self._got(path, [("limit", str(limit)), *asked, *place]))

    def _got(self, path: str, asked: Asked) -> Mapping[str, Any]:
        if self._is_of_other_mode:  # by which no record would be found, as if all of them had been deleted
            raise AccessDeniedError("the API key of Stripe is of the other mode")
        try:
            answer = self._http.get(
                self._api_url + path,
                params=list(asked),
                headers=self._headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise UnavailableError(f"Stripe did not answer: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, path.partition("/")[0])
        return parse_object(answer.content, "Stripe")


def _page_in(body: Mapping[str, Any]) -> Page:
    rows, has_more = rows_in(body, "Stripe", "data"), body.get("has_more")
    if not isinstance(has_more, bool) or (has_more and not rows):
        raise UnavailableError("Stripe gave a page and did not say whether it is the last")
    return Page(rows, has_more)


def _checked(record_id: str) -> str:
    if not is_record_id(record_id):
        raise UnreadableRecordError("not an id of Stripe")
    return record_id
