"""The control routes of the environment: what its people do in its companies, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.systems.business_central import journals, payments
from sandbox.systems.business_central.clock import Clock
from sandbox.systems.business_central.documents import KINDS, Documents
from sandbox.systems.business_central.environment import USER, Environment, Saving
from sandbox.systems.business_central.limits import Usage
from sandbox.systems.business_central.posted import Bookkeeper
from sandbox.systems.business_central.schema import ENTITY_SETS
from sandbox.systems.business_central.tokens import Tokens
from sandbox.systems.controlling import Act, Body, control_routes, settings_acts

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_IN = "companies/{company}"
_DOCUMENTS = f"{_IN}/documents/{{entity_set}}"


class Control:
    """Serves the control routes of one environment, but for those of what it sends."""

    def __init__(self, environment: Environment, tokens: Tokens, usage: Usage, clock: Clock) -> None:
        self._environment = environment
        self._bookkeeper = Bookkeeper(environment)
        self._tokens = tokens
        self._usage = usage
        self._clock = clock

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            *settings_acts(self._environment.settings),
            ("GET", "tables", self._list_tables),
            ("GET", "tables/{entity_set}", self._show_table),
            ("POST", _DOCUMENTS, self._draft),
            ("PATCH", f"{_DOCUMENTS}/{{id}}", self._change),
            ("DELETE", f"{_DOCUMENTS}/{{id}}", self._delete),
            ("POST", f"{_DOCUMENTS}/{{id}}/post", self._post),
            ("POST", f"{_DOCUMENTS}/{{id}}/cancel", self._cancel),
            ("POST", f"{_DOCUMENTS}/{{id}}/correct", self._correct),
            ("POST", f"{_IN}/payments", self._pay),
            ("POST", f"{_IN}/payments/{{number}}/apply", self._apply),
            ("POST", f"{_IN}/journals", self._post_journal),
            ("POST", f"{_IN}/journals/{{number}}/reverse", self._reverse),
            ("POST", f"{_IN}/close_year", self._close_year),
            ("POST", f"{_IN}/records/{{entity_set}}", self._add_record),
            ("PATCH", f"{_IN}/records/{{entity_set}}/{{id}}", self._change_record),
            ("DELETE", f"{_IN}/records/{{entity_set}}/{{id}}", self._remove_record),
            ("POST", "clock", self._advance),
            ("POST", "tokens/expire", self._expire_tokens),
            ("GET", "usage", self._show_usage),
        ]
        return control_routes(acts)

    async def _list_tables(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """The names of the tables, those that the API does not serve included."""
        return sorted(ENTITY_SETS)

    async def _show_table(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """Every row of every company with all that there is of it, as it is stored."""
        name = ENTITY_SETS[request.path_params["entity_set"]].name
        return self._environment.tables.select(f'SELECT * FROM "{name}"')  # noqa: S608 our own names

    async def _draft(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Enter a document; with `post` true, post it in a second save."""
        is_posted = body.pop("post", False)
        by = _by(body)
        made = self._saved(request, {"by": by}, lambda saving: self._documents(request, saving).draft(body))
        if is_posted:
            self._bookkeeper.post(self._company(request), request.path_params["entity_set"], made, by=by)
        return self._shown(request, made)

    async def _change(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        document_id = request.path_params["id"]
        self._saved(request, body, lambda saving: self._documents(request, saving).change(document_id, body))
        return self._shown(request, document_id)

    async def _delete(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        document_id = request.path_params["id"]
        self._saved(request, body, lambda saving: self._documents(request, saving).delete(document_id))
        return {}

    async def _post(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        self._bookkeeper.post(*self._document(request), by=_by(body))
        return self._shown(request, request.path_params["id"])

    async def _cancel(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return {"number": self._bookkeeper.cancel(*self._document(request), body["date"], by=_by(body))}

    async def _correct(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return {"id": self._bookkeeper.correct(*self._document(request), body["date"], by=_by(body))}

    async def _pay(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return {"number": self._saved(request, body, lambda saving: payments.pay(saving, body))}

    async def _apply(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Apply a payment later: `apply` by invoice, on `date`."""
        number = request.path_params["number"]
        self._saved(request, body, lambda saving: payments.apply(saving, number, body["apply"], body["date"]))
        return {}

    async def _post_journal(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        return {"ids": self._saved(request, body, lambda saving: journals.post_journal(saving, body))}

    async def _reverse(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        number = request.path_params["number"]
        return {"ids": self._saved(request, body, lambda saving: journals.reverse(saving, number))}

    async def _close_year(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Close the year that ends on `date` under `number`."""
        closed = self._saved(request, body, lambda saving: journals.close_year(saving, body["date"], body["number"]))
        return {"ids": closed}

    async def _add_record(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Add a customer, a period, a value of a dimension or the like, as the tables keep it: amounts as texts, truths as 0, 1."""
        name = request.path_params["entity_set"]
        return {"id": self._saved(request, body, lambda saving: saving.insert(name, body))}

    async def _change_record(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        name, record_id = request.path_params["entity_set"], request.path_params["id"]
        self._saved(request, body, lambda saving: saving.update(name, record_id, body))
        return {}

    async def _remove_record(self, request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        name, record_id = request.path_params["entity_set"], request.path_params["id"]
        self._saved(request, body, lambda saving: saving.delete(name, record_id))
        return {}

    async def _advance(self, _request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Let time pass in the environment: `seconds`."""
        self._clock.advance(float(body["seconds"]))
        return {"now": self._clock.now().isoformat()}

    async def _expire_tokens(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"ended": self._tokens.end_all()}

    async def _show_usage(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"recent": self._usage.recent(), "refused": self._usage.refused, "tokens_given": self._tokens.given}

    def _company(self, request: Request) -> str:
        return self._environment.company_id(request.path_params["company"])

    def _document(self, request: Request) -> tuple[str, str, str]:
        """A document's company, entity set and id."""
        return self._company(request), request.path_params["entity_set"], request.path_params["id"]

    def _documents(self, request: Request, saving: Saving) -> Documents:
        return Documents(saving, KINDS[request.path_params["entity_set"]])

    def _saved[T](self, request: Request, body: Body, act: Callable[[Saving], T]) -> T:
        """Do something in one save, by the kind of user that `by` names."""
        by = _by(body)
        with self._environment.saving(self._company(request), by) as saving:
            return act(saving)

    def _shown(self, request: Request, document_id: str) -> Body:
        name = request.path_params["entity_set"]
        return dict(self._environment.tables.row(name, self._company(request), id=document_id))


def _by(body: Body) -> str:
    """Who does it; no longer in the body then."""
    return str(body.pop("by", USER))
