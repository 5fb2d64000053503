"""The control routes of the account: what its users and administrators do, and what the script sent."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, control_routes, settings_acts
from sandbox.systems.netsuite.books import Books
from sandbox.systems.netsuite.documents import Document, Documents
from sandbox.systems.netsuite.masters import Masters
from sandbox.systems.netsuite.script import Script
from sandbox.systems.netsuite.settings import AccountSettings

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_DOCUMENT = "documents/{id}"


class Control:
    """Serves the control routes of one account."""

    def __init__(self, settings: AccountSettings, books: Books, documents: Documents, script: Script) -> None:
        self._settings = settings
        self._books = books
        self._documents = documents
        self._script = script

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._settings),
            ("GET", "documents", self._list),
            ("POST", "documents", self._create),
            ("PATCH", _DOCUMENT, self._edit),
            ("DELETE", _DOCUMENT, self._delete),
            ("POST", f"{_DOCUMENT}/void", self._void),
            ("POST", f"{_DOCUMENT}/reverse", self._reverse),
            ("POST", "deletions", self._delete_another),
            ("POST", "periods", self._add_period),
            ("POST", "rates", self._set_rate),
            ("POST", "role", self._change_role),
            ("GET", "deliveries", self._list_deliveries),
            ("POST", "deliver", self._deliver),
        ]
        return control_routes(acts)

    async def _list(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        documents = self._documents.all()
        return [
            {**asdict(each), "functional": [str(n) for n in self._documents.functional(each)]} for each in documents
        ]

    async def _create(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        event_type = body.pop("event", "create")
        return await self._told(self._documents.create(body), event_type)

    async def _edit(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        event_type = body.pop("event", "edit")
        document = self._documents.edit(request.path_params["id"], body)
        changed = {"memo": "memo", "period": "postingperiod", "date": "trandate", "number": "tranid"}
        inline = frozenset(changed.get(name, name) for name in body) if event_type == "xedit" else None
        return await self._told(document, event_type, inline)

    async def _delete(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._documents.delete(request.path_params["id"]), "delete")

    async def _delete_another(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Note the deletion of a record that is none of the documents, such as a customer."""
        self._documents.note_deletion(body["id"], body["type"])
        return {}

    async def _void(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """There is no event type for a void: it is an edit."""
        document_id = request.path_params["id"]
        if body.get("how", "direct") == "direct":
            return await self._told(self._documents.void(document_id), "edit")
        voided, journal = self._documents.void_by_journal(document_id, body["date"], body["period"])
        await self._told(voided, "edit")
        return await self._told(journal, "create")

    async def _reverse(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        journal = self._documents.reverse(request.path_params["id"], body["date"], body["period"])
        return await self._told(journal, "create")

    async def _add_period(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return {"id": self._books.add_period(**body)}

    async def _set_rate(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._books.set_rate(**body)
        return {}

    async def _change_role(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Which transaction types the role may not see, or not in SuiteQL (`cannot_query`), and which accounts."""
        for name in ("cannot_see", "cannot_query", "cannot_see_accounts"):
            self._books.sql.execute(f"DELETE FROM role_{name}")  # noqa: S608 our own names
            for each in body.get(name, []):
                self._books.insert(f"role_{name}", [each])
        return {}

    async def _list_deliveries(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return [asdict(event) for event in self._script.events]

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Send the events named, in that order, or every one that was never sent."""
        events = {event.id: event for event in self._script.events}
        chosen = body.get("ids", [event.id for event in events.values() if not event.answers])
        for event_id in chosen:
            await self._script.send(events[event_id])
        return [asdict(events[event_id]) for event_id in chosen]

    async def _told(self, document: Document, event_type: str, changed: frozenset[str] | None = None) -> Body:
        event = await self._script.saved(document, event_type, changed)
        return {"id": document.id, "document": asdict(document), "event": asdict(event)}


def master_routes(masters: Masters, script: Script) -> list[Route]:
    """The control routes of customers, items, accounts and departments: each is told of by the script, too."""

    async def save(request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        saved = masters.save(request.path_params["type"], body)
        return {"id": saved.id, "event": asdict(await script.master_saved(saved, "edit" if "id" in body else "create"))}

    async def delete(request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        gone = masters.delete(request.path_params["type"], request.path_params["id"])
        return {"id": gone.id, "event": asdict(await script.master_saved(gone, "delete"))}

    return control_routes([("POST", "masters/{type}", save), ("DELETE", "masters/{type}/{id}", delete)])
