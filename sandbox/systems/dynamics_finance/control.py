"""The control routes of the environment: what its users post, what support repairs, and which events were sent."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, control_routes, settings_acts
from sandbox.systems.dynamics_finance.books import Books
from sandbox.systems.dynamics_finance.documents import document_of
from sandbox.systems.dynamics_finance.posting import Posted, Posting
from sandbox.systems.dynamics_finance.settings import EnvironmentSettings
from sandbox.systems.dynamics_finance.telling import Telling

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_DOCUMENT = "documents/{company}/{voucher}"


class Control:
    """Serves the control routes of one environment."""

    def __init__(self, settings: EnvironmentSettings, books: Books, posting: Posting, telling: Telling) -> None:
        self._settings = settings
        self._books = books
        self._posting = posting
        self._telling = telling

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._settings),
            ("GET", "state", self._show_state),
            ("POST", "documents", self._post),
            ("POST", "journals", self._post_journal),
            ("POST", f"{_DOCUMENT}/reverse", self._reverse),
            ("POST", f"{_DOCUMENT}/correct", self._correct),
            ("DELETE", _DOCUMENT, self._archive),
            ("POST", "activate", self._activate),
            ("GET", "deliveries", self._list_deliveries),
            ("POST", "deliver", self._deliver),
            ("POST", "drop", self._drop),
            ("GET", "errors", self._list_errors),
            ("POST", "errors/resend", self._resend),
        ]
        return control_routes(acts)

    async def _show_state(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._books.state()

    async def _post(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return await self._told(self._posting.post(document_of(body)))

    async def _post_journal(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Post documents together: one event tells of all of them."""
        posted: list[Posted] = []
        for each in body["documents"]:
            document = document_of({"kind": "journal", **each})
            batch = posted[0].document.batch if posted else document.batch
            posted.append(self._posting.post(replace(document, batch=batch)))
        event = await self._telling.tell(posted[0])
        return {"documents": [_plain(each) for each in posted], "event": asdict(event) if event else None}

    async def _reverse(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        company, voucher = request.path_params["company"], request.path_params["voucher"]
        return await self._told(self._posting.reverse(company, voucher, **body))

    async def _correct(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._posting.correct(request.path_params["company"], request.path_params["voucher"], **body)
        return {}

    async def _archive(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        self._posting.archive(request.path_params["company"], request.path_params["voucher"])
        return {}

    async def _activate(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"active": await self._telling.activate()}

    async def _list_deliveries(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return [asdict(event) for event in self._telling.events]

    async def _deliver(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Send the events named, in that order and as often as they are named, or every one that was never sent."""
        events = {event.id: event for event in self._telling.events}
        chosen = body.get("ids", [each.id for each in events.values() if not each.answers])
        await self._telling.send([events[each] for each in chosen])
        return [asdict(events[each]) for each in chosen]

    async def _drop(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Never send the events named, or any that waits."""
        return {"dropped": self._telling.drop(body.get("ids"))}

    async def _list_errors(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return [asdict(event) for event in self._telling.events if event.failed]

    async def _resend(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """What a person does with the error log: send all of it to the endpoint as it is now."""
        failed = [event for event in self._telling.events if event.failed]
        await self._telling.send(failed)
        return [asdict(event) for event in failed]

    async def _told(self, posted: Posted) -> Body:
        event = await self._telling.tell(posted)
        return {**_plain(posted), "event": asdict(event) if event else None}


def _plain(posted: Posted) -> Body:
    document = posted.document
    return {
        "company": document.company,
        "voucher": document.voucher,
        "date": document.date,
        "number": document.number,
        "batch": document.batch,
        "journal_number": posted.journal_number,
        "record_id": f"{document.company}/{document.date}/{document.voucher}",
    }
