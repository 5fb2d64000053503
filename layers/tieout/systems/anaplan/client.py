"""Anaplan's Integration API, as far as cells need it: every answer judged, every token kept fresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from tieout import strict_json
from tieout.errors import AccessDeniedError
from tieout.ports import Clock
from tieout.systems.anaplan import answers
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.pacing import CallPace
from tieout.systems.anaplan.tokens import Token, TokenKeeper

_CONNECT_SECONDS = 10.0
_BYTES = {"Content-Type": "application/octet-stream"}
_PAGE = 5000  # the most, and the default; the server may silently give less
_JSON = {"Accept": "application/json"}


class AnaplanClient:
    """Calls one model.

    Calls that change or read a model wait, on the open connection, while an import, export or process has it.

    Args:
        api_base_url: the region's API host, without `/2/0`.
        options: the target's options.
        tokens: the login.
        http: sends the requests; its own timeouts are not used.
        clock: the time, to read `Retry-After` dates and to keep to our share of the tenant's calls.
    """

    def __init__(
        self, api_base_url: str, options: Options, tokens: TokenKeeper, http: httpx.Client, clock: Clock
    ) -> None:
        workspace = f"/workspaces/{quote(options.workspace_id, safe='')}" if options.workspace_id else ""
        self._model_url = f"{api_base_url.rstrip('/')}/2/0{workspace}/models/{quote(options.model_id, safe='')}"
        self._timeout = httpx.Timeout(float(options.write_timeout_seconds), connect=_CONNECT_SECONDS)
        self._short = httpx.Timeout(float(options.call_timeout_seconds), connect=_CONNECT_SECONDS)
        self._tokens = tokens
        self._http = http
        self._clock = clock
        self._pace = CallPace(options.calls_per_minute, clock)
        self._module_ids: dict[str, str] = {}

    def module_id(self, name: str) -> str | None:
        """The id of the module of that name, None where the model has none; found once, then remembered.

        Raises:
            AccessDeniedError: if no module at all is visible: that is a missing role, not a missing module.
        """
        if name not in self._module_ids:
            found = {str(each.get("name")): str(each.get("id")) for each in self._all("/modules", "modules")}
            if not found:
                raise AccessDeniedError("anaplan shows no module of the model to our role")
            self._module_ids = found
        return self._module_ids.get(name)

    def forget_modules(self) -> None:
        """Look module ids up again at the next call: a model that was replaced has others."""
        self._module_ids = {}

    def write_cells(self, module_id: str, body: bytes) -> Mapping[str, Any]:
        """Set cells of a module: Anaplan's answer, whose `failures` (if any) name the positions not set.

        Raises:
            LostAnswerError: the cells may have been set.
        """
        return self._call("POST", f"/modules/{quote(module_id, safe='')}/data", content=body, writing=True)

    def line_items(self, module_id: str) -> Sequence[Mapping[str, Any]]:
        """The module's line items, each with `id`, `name` and its blueprint: `format`, `formula`, `isSummary` and the rest."""
        path = f"/modules/{quote(module_id, safe='')}/lineItems"
        return _objects(self._call("GET", path, params={"includeAll": "true"}), "items")

    def dimensions_of(self, line_item_id: str) -> Sequence[Mapping[str, Any]]:
        """The dimensions a line item applies to, Time and Versions included, each with `id` and `name`."""
        return _objects(self._call("GET", f"/lineItems/{quote(line_item_id, safe='')}/dimensions"), "dimensions")

    def model(self) -> Mapping[str, Any]:
        """The model's own card, such as its `name` and `activeState`; it is shown even where nothing inside the model is."""
        return _object(self._call("GET", "", params={"modelDetails": "true"}), "model")

    def versions(self) -> Sequence[Mapping[str, Any]]:
        """The versions with `name`, and a `formula` where they are calculated."""
        return _objects(self._call("GET", "/versions"), "versionMetadata")

    def current_period(self) -> Mapping[str, Any]:
        """The model's current period; empty where it has none."""
        return _object(self._call("GET", "/currentPeriod"), "currentPeriod")

    def view(self, view_id: str) -> Mapping[str, Any]:
        """Which dimensions a view has on `pages`, `rows` and `columns`; an empty axis has no key."""
        return self._call("GET", f"/views/{quote(view_id, safe='')}")

    def view_data(self, view_id: str, pages: Mapping[str, str]) -> Mapping[str, Any]:
        """The cells of one page of a view, `pages` giving the item id of each dimension on pages."""
        selection = ",".join(f"{dimension}:{item}" for dimension, item in pages.items())
        parameters = {"format": "v1"} | ({"pages": selection} if selection else {})
        return self._call("GET", f"/views/{quote(view_id, safe='')}/data", params=parameters)

    def items(
        self, dimension_id: str, *, codes: Sequence[str] = (), names: Sequence[str] = ()
    ) -> Sequence[Mapping[str, Any]]:
        """Those members of a dimension that exist, with `id`, `name` and maybe `code`; case does not count there."""
        wanted = {key: list(values) for key, values in (("codes", codes), ("names", names)) if values}
        content = strict_json.dump(wanted).encode()
        return _objects(
            self._call("POST", f"/dimensions/{quote(dimension_id, safe='')}/items", content=content), "items"
        )

    def lists(self) -> Sequence[Mapping[str, Any]]:
        """The model's lists, each with `id` and `name`."""
        return self.all_of("/lists", "lists")

    def list_card(self, list_id: str) -> Mapping[str, Any]:
        """What a list is: `numberedList`, `productionData` and the rest."""
        return _object(self._call("GET", f"/lists/{quote(list_id, safe='')}"), "metadata")

    def list_items(self, list_id: str) -> Sequence[Mapping[str, Any]]:
        """All items of a list, with codes, parents and properties; Anaplan gives no more than 1,000,000."""
        path = f"/lists/{quote(list_id, safe='')}/items"
        return _objects(self._call("GET", path, params={"includeAll": "true"}), "listItems")

    def change_list(self, list_id: str, body: bytes, *, adding: bool) -> Mapping[str, Any]:
        """Add items to a list, or change them: Anaplan's answer, whose `failures` (if any) name the positions it ignored.

        Raises:
            LostAnswerError: it may have been done.
        """
        path = f"/lists/{quote(list_id, safe='')}/items"
        if adding:
            return self._call("POST", path, params={"action": "add"}, content=body, writing=True)
        return self._call("PUT", path, content=body, writing=True)

    def is_busy(self) -> bool:
        """Whether an import, export or process has the model; it is told even while one has."""
        status = _object(self.ask("GET", "/status"), "requestStatus")
        return str(status.get("currentStep", "")).startswith("Processing")

    def ask(self, method: str, path: str, content: bytes | None = None, *, writing: bool = False) -> Mapping[str, Any]:
        """The answer to a call about files, imports or tasks, none of which waits for the model.

        Raises:
            LostAnswerError: only when `writing`: it may have been done.
        """
        response = self._answer(method, path, content=content, writing=writing, timeout=self._short)
        return answers.content_of(response, writing=writing)

    def ask_object(self, path: str, key: str) -> Mapping[str, Any]:
        """One object out of the answer to such a call."""
        return _object(self.ask("GET", path), key)

    def all_of(self, path: str, key: str) -> Sequence[Mapping[str, Any]]:
        """All pages of a collection; empty where the model leaves its key out."""
        return list(self._all(path, key))

    def put_bytes(self, path: str, content: bytes) -> None:
        """Replace what stands there with these bytes; the answer is empty."""
        self._answer("PUT", path, content=content, headers=_BYTES, timeout=self._short)

    def get_bytes(self, path: str) -> bytes:
        """The bytes that stand there."""
        return self._answer("GET", path, headers={"Accept": "application/octet-stream"}, timeout=self._short).content

    def _all(self, path: str, key: str) -> Iterator[Mapping[str, Any]]:
        offset = 0
        while True:
            content = self._call("GET", path, params={"limit": str(_PAGE), "offset": str(offset)})
            page = _objects(content, key)
            yield from page
            offset += len(page)
            if not page or offset >= _total_size(content):
                return

    def _call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        writing: bool = False,
    ) -> Mapping[str, Any]:
        response = self._answer(method, path, params=params, content=content, writing=writing, timeout=self._timeout)
        return answers.content_of(response, writing=writing)

    def _answer(
        self,
        method: str,
        path: str,
        *,
        timeout: httpx.Timeout,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        writing: bool = False,
    ) -> httpx.Response:
        """A good answer; one call, repeated once with a new login where Anaplan rejects the token: then nothing was done before."""
        request = self._http.build_request(
            method,
            self._model_url + path,
            params=dict(params) if params else None,
            content=content,
            headers=headers or (_JSON if content is None else _JSON | {"Content-Type": "application/json"}),
            timeout=timeout,
        )
        token = self._tokens.current()
        response = self._send(request, token, writing=writing)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            response = self._send(request, self._tokens.renewed(token), writing=writing)
        answers.judge(response, writing=writing, now=self._clock.now())
        return response

    def _send(self, request: httpx.Request, token: Token, *, writing: bool) -> httpx.Response:
        self._pace.take()
        request.headers["Authorization"] = f"AnaplanAuthToken {token.value}"
        return answers.send(self._http, request, writing=writing)


def _objects(content: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The objects of a collection; Anaplan leaves the key of an empty one out."""
    found = content.get(key)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _object(content: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """One object of an answer, empty where it is left out."""
    found = content.get(key)
    return found if isinstance(found, dict) else {}


def _total_size(content: Mapping[str, Any]) -> int:
    meta = content.get("meta")
    paging = meta.get("paging") if isinstance(meta, dict) else None
    total = paging.get("totalSize") if isinstance(paging, dict) else None
    return total if isinstance(total, int) else 0
