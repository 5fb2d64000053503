"""The account's API: SuiteQL, and records as the REST API shows them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.systems.faults import FaultPlan
from sandbox.systems.netsuite.answering import refusal
from sandbox.systems.netsuite.books import Books
from sandbox.systems.netsuite.documents import RECORD_TYPES, Document, Documents
from sandbox.systems.netsuite.masters import MASTER_TYPES, Masters
from sandbox.systems.netsuite.settings import AccountSettings
from sandbox.systems.netsuite.tokens import Tokens

if TYPE_CHECKING:
    from starlette.requests import Request

_SUITEQL = "/services/rest/query/v1/suiteql"
_RECORD = "/services/rest/record/v1/{record_type}/{record_id}"
_MOST_ROWS_A_PAGE = 1000
# Of a transaction NetSuite does not say 404, but that it is none of this type.
_NO_SUCH_TRANSACTION = "Error while accessing a resource. Transaction type specified is incorrect."
_OLD_NAMES = ("postingPeriod", "tranDate")


class Api:
    """Answers for one account, to callers with a token that holds."""

    def __init__(
        self,
        settings: AccountSettings,
        books: Books,
        documents: Documents,
        masters: Masters,
        tokens: Tokens,
        plan: FaultPlan,
    ) -> None:
        self._settings = settings
        self._books = books
        self._documents = documents
        self._masters = masters
        self._tokens = tokens
        self._plan = plan

    def routes(self) -> list[Route]:
        """The routes of the API."""
        return [
            Route(_SUITEQL, self._guarded(self._suiteql), methods=["POST"]),
            Route(_RECORD, self._guarded(self._record), methods=["GET"]),
        ]

    def _guarded(self, answering: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if self._plan.take(frozenset({"expire_tokens"}), request.method, request.url.path):
                self._tokens.end_all()
            if not self._tokens.holds(request.headers.get("authorization", "")):
                return refusal(401, "Unauthorized", "INVALID_LOGIN", "Invalid login attempt.")
            return await answering(request)

        return answer

    async def _suiteql(self, request: Request) -> Response:
        if request.headers.get("prefer") != "transient":
            return refusal(400, "Bad Request", "INVALID_HEADER", "The required request header 'Prefer' is missing.")
        limit, offset = (
            int(request.query_params.get(name, default)) for name, default in (("limit", 1000), ("offset", 0))
        )
        if not 0 < limit <= _MOST_ROWS_A_PAGE or offset % limit:
            return refusal(400, "Bad Request", "INVALID_PARAMETER", "limit or offset")
        try:
            items, total = self._books.select(
                json.loads(await request.body())["q"], limit=limit, offset=offset, unknown=self._settings.unknown
            )
        except (ValueError, KeyError) as error:
            return refusal(400, "Bad Request", "INVALID_PARAMETER", f"Invalid search query. {error}")
        links = [{"rel": "self", "href": str(request.url)}]
        body = {"links": links, "count": len(items), "hasMore": offset + len(items) < total}
        rows = [{"links": [], **item} for item in items]
        return JSONResponse({**body, "items": rows, "offset": offset, "totalResults": total})

    async def _record(self, request: Request) -> Response:
        record_type, record_id = request.path_params["record_type"].lower(), request.path_params["record_id"]
        if record_type in MASTER_TYPES:
            master = self._masters.get(record_type, record_id)
            if master is None:
                return refusal(404, "Not Found", "NONEXISTENT_ID", "The record instance does not exist.")
            return JSONResponse({"id": record_id, "entityId": master.fields.get("entityid")})
        if record_type not in RECORD_TYPES:
            return refusal(404, "Not Found", "NONEXISTENT_ID", f"Record type '{record_type}' does not exist.")
        if self._books.one("SELECT 1 FROM role_cannot_see WHERE type = ?", RECORD_TYPES[record_type][0]):
            return refusal(403, "Forbidden", "INSUFFICIENT_PERMISSION", "Your role lacks a permission.")
        try:
            document = self._documents.get(record_id)
        except KeyError:
            document = None
        if document is None or document.type != record_type:
            return refusal(400, "Bad Request", "USER_ERROR", _NO_SUCH_TRANSACTION)
        expand = request.query_params.get("expandSubResources") == "true"
        return JSONResponse(self._shown(document, str(request.url.replace(query="")), expand=expand))

    def _shown(self, document: Document, address: str, *, expand: bool) -> dict[str, Any]:
        """A record with references as `{id, refName}`, sublists as links unless expanded."""
        currency = self._books.id_of("currency", "symbol", document.currency)
        period_id = self._books.id_of("accountingperiod", "periodname", document.period)
        status: Any = (
            {"id": "Open", "refName": "Open"} if document.approved else {"id": "A", "refName": "Pending Approval"}
        )
        lines = {"links": [{"rel": "self", "href": f"{address}/item"}]}
        if expand:
            items = [
                {"line": place, "amount": float(Decimal(line.amount))} for place, line in enumerate(document.lines)
            ]
            lines = {"items": items, "totalResults": len(items)}  # type: ignore[dict-item]  # JSON of two shapes
        shown = {
            "links": [{"rel": "self", "href": address}],
            "id": document.id,
            "tranId": document.number,
            "tranDate": document.date,
            "lastModifiedDate": _utc_minute(document.last_modified),
            "currency": {"id": currency, "refName": document.currency},
            "exchangeRate": float(Decimal(document.exchange_rate)),
            "postingPeriod": {"id": period_id, "refName": document.period},
            "status": status["refName"] if self._settings.old_casing else status,
            "item": lines,
        }
        return {_name(name, old=self._settings.old_casing): value for name, value in shown.items()}


def _name(name: str, *, old: bool) -> str:
    return name.lower() if old and name in _OLD_NAMES else name


def _utc_minute(moment: str) -> str:
    """Records show the last change to the minute, in UTC."""
    return datetime.fromisoformat(moment).strftime("%Y-%m-%dT%H:%M:00Z")
