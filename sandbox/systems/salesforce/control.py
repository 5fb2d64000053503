"""The control routes of the organisation: what its users and administrators do, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Act, Body, control_routes, settings_acts
from sandbox.systems.salesforce.changes import Row
from sandbox.systems.salesforce.limits import Limits
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.tokens import Tokens
from sandbox.systems.salesforce.values import rest_value

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_RECORDS = "records/{object}"


class Control:
    """Serves the control routes of one organisation, but for those of what it sends."""

    def __init__(self, organization: Organization, tokens: Tokens, limits: Limits) -> None:
        self._organization = organization
        self._tokens = tokens
        self._limits = limits

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            *settings_acts(self._organization.settings),
            ("GET", _RECORDS, self._list),
            ("POST", _RECORDS, self._create),
            ("PATCH", _RECORDS, self._update),
            ("POST", f"{_RECORDS}/delete", self._delete),
            ("POST", f"{_RECORDS}/undelete", self._undelete),
            ("POST", f"{_RECORDS}/purge", self._purge),
            ("POST", "accounts/merge", self._merge),
            ("POST", "rates", self._set_rate),
            ("POST", "sessions/expire", self._expire_sessions),
            ("GET", "usage", self._show_usage),
        ]
        return control_routes(acts)

    async def _list(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """Every record of an object with all that there is of it, whatever the caller of the API may see."""
        name = request.path_params["object"]
        return [self._plain(name, row) for row in self._organization.store.rows(name)]

    async def _create(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Add `records` in one transaction, made by the app `client` where that is given."""
        name, client = request.path_params["object"], body.get("client", "")
        return {"ids": self._organization.create(name, body["records"], client=client)}

    async def _update(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Save `changes`, fields by record id, in one transaction."""
        name, client = request.path_params["object"], body.get("client", "")
        self._organization.update(name, body["changes"], client=client)
        return {"ids": list(body["changes"])}

    async def _delete(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._organization.delete(request.path_params["object"], body["ids"], client=body.get("client", ""))
        return {}

    async def _undelete(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._organization.undelete(request.path_params["object"], body["ids"], client=body.get("client", ""))
        return {}

    async def _purge(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._organization.purge(request.path_params["object"], body["ids"])
        return {}

    async def _merge(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._organization.merge_accounts(body["master"], body["losers"])
        return {}

    async def _set_rate(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._organization.set_rate(**body)
        return {}

    async def _expire_sessions(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"ended": self._tokens.end_all()}

    async def _show_usage(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"api_calls": self._limits.used(), "sessions_opened": self._tokens.given}

    def _plain(self, name: str, row: Row) -> Body:
        fields = self._organization.store.prepare(name).fields
        return {field.name: rest_value(field, row[field.name]) for field in fields.values()}
