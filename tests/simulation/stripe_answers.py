"""Answers for Stripe's API from an account in memory, as HTTP to the real client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from sandbox.systems.stripe.showing import line_shown, page_of
from sandbox.systems.stripe.store import Bounds
from tests.simulation.http_answers import Answer, HttpAnswers
from tests.simulation.stripe_account import StripeAccount
from tests.simulation.weather import Weather

API_URL = "https://stripe.example"
API_KEY = "rk_test_canary"
_KINDS = {
    "invoices": "invoice",
    "credit_notes": "credit_note",
    "charges": "charge",
    "refunds": "refund",
    "disputes": "dispute",
    "payouts": "payout",
    "subscriptions": "subscription",
    "events": "event",
}
_LIMITED = {"stripe-rate-limited-reason": "global-rate"}


class StripeAnswers(HttpAnswers):
    """The API of an account.

    Args:
        rate: how often an answer is cut short, or an object is locked.
    """

    def __init__(self, stripe: StripeAccount, random: Random, weather: Weather, rate: float) -> None:
        super().__init__("stripe.read", random, weather, rate, _LIMITED)
        self._stripe = stripe

    def get(
        self, address: str, *, params: Sequence[tuple[str, str]], headers: Mapping[str, str], **_asked: object
    ) -> Answer:
        """An object, or a page of a list."""
        assert headers["authorization"] == f"Bearer {API_KEY}"
        if self.strikes("object_locked"):
            return _refused(429, "lock_timeout")
        path = address.removeprefix(f"{API_URL}/v1/")
        return self.in_weather(lambda: self._answer(path, params, headers["stripe-version"]))

    def _answer(self, path: str, params: Sequence[tuple[str, str]], version: str) -> Answer:
        name, _, rest = path.partition("/")
        record_id, _, part = rest.partition("/")
        try:
            if part == "lines":
                found = self._lines(record_id, dict(params), version)
            elif record_id:
                expand = [value for each, value in params if each == "expand[]"]
                account = self._stripe.account
                found = account.showing.shown(account.store.get(record_id), version, expand)
            else:
                found = self._page(name, params, version)
        except KeyError:
            return _refused(404, "resource_missing")
        body = json.dumps(found).encode()
        return Answer(200, self.cut(body), {})

    def _page(self, name: str, params: Sequence[tuple[str, str]], version: str) -> dict[str, Any]:
        account, asked = self._stripe.account, dict(params)
        created = {each[8:-1]: int(value) for each, value in params if each.startswith("created[")}
        types = tuple(value for each, value in params if each == "types[]")
        bounds = Bounds(created=created, after=asked.get("starting_after", ""), types=types)
        most = min(int(asked["limit"]), account.settings.page_rows)
        rows, has_more = account.store.newest(_KINDS[name], bounds, most)
        expand = [value.removeprefix("data.") for each, value in params if each == "expand[]"]
        return page_of([account.showing.shown(each, version, expand) for each in rows], name, has_more=has_more)

    def _lines(self, record_id: str, asked: Mapping[str, str], version: str) -> dict[str, Any]:
        account = self._stripe.account
        rows = [line_shown(each, version) for each in account.store.get(record_id)["lines"]]
        after = asked.get("starting_after")
        left = rows[[each["id"] for each in rows].index(after) + 1 :] if after else rows
        return page_of(left[: account.settings.page_rows], "lines", left)


def _refused(status: int, code: str) -> Answer:
    return Answer(status, json.dumps({"error": {"code": code, "message": "x"}}).encode(), {})
