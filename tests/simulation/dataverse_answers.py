"""Answers for Dataverse's Web API and Entra's token address from an environment in memory, as HTTP to the real client."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.simulation.dataverse import Dataverse, Fields, Opportunity
from tests.simulation.dataverse_values import ACCOUNTS
from tests.simulation.http_answers import Answer
from tests.simulation.weather import Weather
from tieout.errors import ThrottledError, UnavailableError

Row = dict[str, Any]
_PAGE_ROWS = 4
_OPPORTUNITIES, _PRODUCTS = "opportunities", "opportunityproducts"
_LOGICAL_NAME = "Microsoft.Dynamics.CRM.lookuplogicalname"
_BASE = "https://sales.example/api/data/v9.2/"


class DataverseAnswers:
    """The API of an environment.

    Args:
        tell_again: called with an opportunity of which a reader was served an older version, or nothing yet.
        rate: how often an answer is cut short, a token ends before its time, or a mark is not known any more.
    """

    def __init__(
        self,
        dataverse: Dataverse,
        random: Random,
        weather: Weather,
        tell_again: Callable[[Opportunity], None],
        rate: float,
    ) -> None:
        self._dataverse, self._random, self._weather, self._tell_again = dataverse, random, weather, tell_again
        self._rate, self._tokens = rate, 0

    def post(self, _address: str, **_asked: object) -> Answer:
        """A token, good for an hour. Nothing rests here: whoever asks for one lets nobody else ask meanwhile."""
        if self._strikes("token_withheld"):
            return Answer(self._random.choice((429, 503)), b"", {})
        self._tokens += 1
        return Answer(200, json.dumps({"access_token": f"t{self._tokens}", "expires_in": 3599}).encode(), {})

    def get(self, address: str, *, headers: Mapping[str, str], **_asked: object) -> Answer:
        """A page of what a query finds, or of what has changed."""
        if headers["authorization"] != f"Bearer t{self._tokens}" or self._strikes("token_ended"):
            self._tokens += 1
            return Answer(401, b"", {})
        try:
            self._weather.io("before dynamics_sales.read")
            answer = self._page(address, headers["prefer"])
            self._weather.io("after dynamics_sales.read")
        except (ThrottledError, UnavailableError) as error:
            after = error.retry_after_seconds
            status = 429 if isinstance(error, ThrottledError) else 503
            return Answer(status, b"", {"retry-after": str(int(after))} if after is not None else {})
        return answer

    def _page(self, address: str, prefer: str) -> Answer:
        parts = urlsplit(address)
        asked = {name: value for name, [value] in parse_qs(parts.query).items()}
        entity_set = parts.path.rpartition("/")[2]
        if "odata.track-changes" in prefer:
            return self._changes(entity_set, asked)
        rows = {_OPPORTUNITIES: self._opportunities, _PRODUCTS: self._products, "accounts": _accounts}[entity_set]
        found = [row for row in rows() if _holds(row, asked["$filter"])]
        found.sort(key=lambda row: row[asked["$orderby"]])
        start = int(asked.get("$skiptoken", 0))
        shown = [_shown(row, asked, prefer) for row in found[start : start + _PAGE_ROWS]]
        page: dict[str, Any] = {"value": shown}
        if "$count" in asked:
            page["@odata.count"] = len(found)
        if "$top" in asked:
            page["value"] = [_shown(row, asked, prefer) for row in found[: int(asked["$top"])]]
        elif len(found) > start + _PAGE_ROWS:
            following = address.partition("&$skiptoken")[0]
            page["@odata.nextLink"] = f"{following}&$skiptoken={start + _PAGE_ROWS}"
        return Answer(200, self._written(page), {})

    def _changes(self, entity_set: str, asked: Mapping[str, str]) -> Answer:
        """What was written and then what was deleted since a version; a mark is perhaps forgotten."""
        if "$filter" in asked or "$expand" in asked or "$orderby" in asked:
            return Answer(400, b"", {})
        if "$deltatoken" in asked and self._strikes("mark_forgotten"):
            return Answer(400, b'{"error":{"code":"0x80044352","message":"x"}}', {})
        since = int(asked.get("$deltatoken", 0))
        until, behind = self._dataverse.version, (0, 0)
        if "$skiptoken" in asked:
            since, until, *place = (int(each) for each in asked["$skiptoken"].split("!"))
            behind = (place[0], place[1])
        written = [
            ((0, each.fields["versionnumber"]), _shown(_row_of(each.record_id, each.fields), asked, ""))
            for each in self._dataverse.live()
        ]
        context = f"{_BASE}$metadata#{entity_set}/$deletedEntity"
        gone = [
            ((1, version), {"@odata.context": context, "id": record_id, "reason": "deleted"})
            for version, record_id in self._dataverse.gone
            if since
        ]
        left = [each for each in sorted(written, key=_place_of) + gone if since < each[0][1] <= until]
        left = [each for each in left if each[0] > behind]
        page: dict[str, Any] = {"value": [row for _, row in left[:_PAGE_ROWS]]}
        select = f"{_BASE}{entity_set}?$select={asked['$select']}"
        if len(left) > _PAGE_ROWS:
            kind, version = left[_PAGE_ROWS - 1][0]
            page["@odata.nextLink"] = f"{select}&$skiptoken={since}!{until}!{kind}!{version}"
        else:
            page["@odata.deltaLink"] = f"{select}&$deltatoken={until}"
        return Answer(200, _bytes(page), {})

    def _opportunities(self) -> Iterator[Row]:
        """The rows, as they are or as they were before their last change."""
        for each in self._dataverse.opportunities.values():
            shown = None if each.is_deleted else each.fields
            if self._weather.chance("stale_replica"):
                self._tell_again(each)
                shown = each.before[0] if each.before is not None else None
            if shown is not None:
                yield _row_of(each.record_id, shown)

    def _products(self) -> Iterator[Row]:
        for each in self._dataverse.opportunities.values():
            fields, products = each.fields, {} if each.is_deleted else each.products
            if products and each.before is not None and self._weather.chance("stale_replica"):
                self._tell_again(each)
                fields, products = each.before
            for product_id, sold in products.items():
                yield {
                    "opportunityproductid": product_id,
                    "_opportunityid_value": each.record_id.upper(),
                    "_productid_value": sold["product"],
                    "extendedamount": sold["worth"],
                    "transactioncurrencyid": {"isocurrencycode": fields["currency"]},
                }

    def _written(self, page: dict[str, Any]) -> bytes:
        """The page, perhaps without its last row, or cut off."""
        if not self._strikes("short_answer"):
            return _bytes(page)
        if page["value"] and "@odata.count" in page and self._random.random() < 0.5:
            return _bytes({**page, "value": page["value"][:-1]})
        return _bytes(page)[:-2]

    def _strikes(self, name: str) -> bool:
        if not self._weather.is_on or self._random.random() >= self._rate:
            return False
        self._weather.strike(name)
        return True


def _accounts() -> Iterator[Row]:
    """The accounts, of which nothing ever changes."""
    unsaid = dict.fromkeys(("_parentaccountid_value", "address1_country", "accountnumber", "websiteurl"))
    stated = {"name": "Nord", "statecode": 0, "modifiedon": "2026-03-01T09:00:00Z", "versionnumber": 1}
    for each in ACCOUNTS:
        yield {"accountid": each, **unsaid, **stated, "transactioncurrencyid": None}


def _place_of(change: tuple[tuple[int, int], Row]) -> tuple[int, int]:
    return change[0]


def _row_of(record_id: str, fields: Fields) -> Row:
    """An opportunity as its entity set has it."""
    own = {name: value for name, value in fields.items() if name not in {"account", "customer", "table", "currency"}}
    return {
        **own,
        "opportunityid": record_id,
        "_parentaccountid_value": fields["account"],
        "_customerid_value": fields["customer"],
        f"_customerid_value@{_LOGICAL_NAME}": fields["table"],
        "_ownerid_value": None,
        "transactioncurrencyid": {"isocurrencycode": fields["currency"]},
    }


def _shown(row: Row, asked: Mapping[str, str], prefer: str) -> Row:
    """The columns that were selected, the related row that was asked for, and what lookups name if that was preferred."""
    found = {name: row[name] for name in asked["$select"].split(",")}
    if "$expand" in asked:
        found["transactioncurrencyid"] = row["transactioncurrencyid"]
    annotated = f"_customerid_value@{_LOGICAL_NAME}"
    if _LOGICAL_NAME in prefer and row.get(annotated) and "_customerid_value" in found:
        found[annotated] = row[annotated]
    return found


def _holds(row: Row, condition: str) -> bool:
    """Whether a row is found: alternatives, or conditions that must all hold."""
    if " or " in condition:
        return any(_holds(row, each) for each in condition.split(" or "))
    return all(_compares(row, *each.split(" ")) for each in condition.split(" and "))


def _compares(row: Row, name: str, sign: str, stated: str) -> bool:
    value = row[name]
    if sign == "eq":
        return bool(str(value).lower() == stated.lower())
    if name == "versionnumber":
        return sign == "gt" and value > int(stated)
    seconds = stated.replace(".000Z", "Z")  # texts of one length compare as moments do
    longer = f"{value[:-1]}.000Z" if len(seconds) > len(value) else value
    return bool({"ge": longer >= seconds, "lt": longer < seconds}[sign])


def _bytes(page: Mapping[str, Any]) -> bytes:
    return json.dumps(page, default=_number).encode()


def _number(value: object) -> float:
    assert isinstance(value, Decimal)
    return float(value)
