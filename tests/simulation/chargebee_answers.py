"""Answers for Chargebee's API from a site in memory, as HTTP to the real client."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from random import Random

from sandbox.systems.chargebee.api import KINDS, Shown
from tests.simulation.chargebee_site import ChargebeeSite
from tests.simulation.http_answers import Answer, HttpAnswers
from tests.simulation.weather import Weather

API_URL = "https://site.chargebee.example"
API_KEY = "test_canary"
_LOGIN = "Basic dGVzdF9jYW5hcnk6"  # the key, a colon, and no password


class ChargebeeAnswers(HttpAnswers):
    """The API of a site.

    Args:
        rate: how often an answer is cut short, is a page for people, or a list lags behind what was made last.
    """

    def __init__(self, site: ChargebeeSite, random: Random, weather: Weather, rate: float) -> None:
        super().__init__("chargebee.read", random, weather, rate)
        self._site = site

    def get(
        self, address: str, *, params: Sequence[tuple[str, str]], headers: Mapping[str, str], **_asked: object
    ) -> Answer:
        """A resource, or a page of a list."""
        assert headers["authorization"] == _LOGIN
        path = address.removeprefix(f"{API_URL}/api/v2/")
        return self.in_weather(lambda: self._answer(path, dict(params)))

    def _answer(self, path: str, asked: Mapping[str, str]) -> Answer:
        collection, _, name = path.partition("/")
        kind, shown = KINDS[collection], Shown(self._site.site)
        if self.strikes("page_for_people", 2):
            return Answer(502, b"<html>Bad gateway</html>", {})
        try:
            found = shown.one(kind, name, asked) if name else shown.page(kind, asked)
        except KeyError:
            return Answer(404, json.dumps({"api_error_code": "resource_not_found", "message": "x"}).encode(), {})
        if found.get("list") and "id[in]" in asked and self.strikes("list_behind", 4):
            found["list"].pop()
        return Answer(200, self.cut(json.dumps(found).encode()), {})
