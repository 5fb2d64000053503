"""The REST API of Oracle EPM Planning, as far as cells need it: every answer judged, an ended token replaced once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from tieout.errors import AccessDeniedError
from tieout.systems.oracle_epm import answers
from tieout.systems.oracle_epm.answers import Asked, GridRefusedError
from tieout.systems.oracle_epm.options import Options
from tieout.systems.oracle_epm.tokens import Login

CALL_SECONDS = 20.0  # for a call about files and jobs, none of which waits for what it asks for
_CONNECT_SECONDS = 10.0
_LOOK_SECONDS = 20.0  # to look one thing up
_FILES_VERSION = "11.1.2.3.600"
_UNKNOWN = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.NOT_FOUND})
_CONTENTS = "/contents"
_BYTES = "application/octet-stream"
_JSON = {"Accept": "application/json"}


class PlanningClient:
    """Calls one application.

    Args:
        api_base_url: the environment's address, without `/HyperionPlanning`.
        options: the target's options.
        login: what proves us.
        http: sends the requests; its own timeouts are not used.
    """

    def __init__(self, api_base_url: str, options: Options, login: Login, http: httpx.Client) -> None:
        application = quote(options.application, safe="")
        self._url = f"{api_base_url.rstrip('/')}/HyperionPlanning/rest/v3/applications/{application}"
        self._files = f"{api_base_url.rstrip('/')}/interop/rest/{_FILES_VERSION}/applicationsnapshots"
        self._write = Asked(writing=True, pause_seconds=60.0 * options.maintenance_minutes)
        self._read = Asked(writing=False, pause_seconds=60.0 * options.maintenance_minutes)
        self._login = login
        self._http = http
        self._plan_types: frozenset[str] = frozenset()

    def lacks(self, plan_type: str, within_seconds: float) -> bool:
        """Whether the application shows our role plan types, but none of this name; one that was found is remembered.

        Raises:
            AccessDeniedError: if it shows none at all: that is a missing role, not a missing cube.
        """
        if plan_type.casefold() not in self._plan_types:
            items = self._listed(within_seconds)
            if items is None:
                return False
            if not items:
                raise AccessDeniedError("oracle_epm shows no plan type of the application to our role")
            self._plan_types = frozenset(
                str(each.get("planTypeName")).casefold() for each in items if isinstance(each, dict)
            )
        return plan_type.casefold() not in self._plan_types

    def import_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """Set the cells of a grid: how many were accepted, and which rejected.

        Raises:
            GridRefusedError: nothing was set.
            LostAnswerError: they may have been set.
        """
        path = f"/plantypes/{quote(plan_type, safe='')}/importdataslice"
        return self._call("POST", path, self._write, within_seconds, body)

    def export_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """The cells of a grid, as `pov`, `columns` and `rows`; raises `GridRefusedError` for members that are not there."""
        path = f"/plantypes/{quote(plan_type, safe='')}/exportdataslice"
        return self._call("POST", path, self._read, within_seconds, body)

    def dimensions_of(self, plan_type: str) -> list[Mapping[str, Any]] | None:
        """The dimensions of a plan type, each with `name` and `dimType`; None where the environment does not list them.

        https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/get_dim_plan_types.html
        """
        path = f"/plantypes/{quote(plan_type, safe='')}/dimensions?limit=0"
        response = self._answer("GET", path, self._read, _LOOK_SECONDS)
        if response.status_code in _UNKNOWN:
            return None
        answers.judge(response, self._read)
        items = answers.content_of(response, self._read).get("items")
        return [each for each in items if isinstance(each, dict)] if isinstance(items, list) else None

    def plan_types(self) -> list[str]:
        """The names of the plan types that our role is shown."""
        items = self._listed(_LOOK_SECONDS) or ()
        return [str(each.get("planTypeName")) for each in items if isinstance(each, dict)]

    def hierarchy(self, plan_type: str, dimension: str) -> Mapping[str, Any] | None:
        """A dimension with all members below it (`name`, `alias`, `children`); None where the environment does not show it.

        https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/get_dim_details.html
        """
        path = f"/plantypes/{quote(plan_type, safe='')}/dimensions/{quote(dimension, safe='')}"
        query = "?fields=id,name,alias,path,children&aliasTableName=Default"
        response = self._answer("GET", path + query, self._read, CALL_SECONDS)
        if response.status_code in _UNKNOWN:
            return None
        answers.judge(response, self._read)
        return answers.content_of(response, self._read)

    def member(self, dimension: str, name: str) -> Mapping[str, Any] | None:
        """The properties of a member (`dataStorage`, `dataType`, `children`); None where it is not there, or not shown.

        https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/get_member.html

        Raises:
            AccessDeniedError: our role may not look members up, which only a service administrator may.
        """
        path = f"/dimensions/{quote(dimension, safe='')}/members/{quote(name, safe='')}"
        response = self._answer("GET", path, self._read, _LOOK_SECONDS)
        if response.status_code in _UNKNOWN:
            return None
        answers.judge(response, self._read)
        return answers.content_of(response, self._read)

    def start_job(self, body: bytes) -> Mapping[str, Any]:
        """Start a job: what it is, with `jobId`.

        Raises:
            GridRefusedError: it was not started.
            LostAnswerError: it may have been.
        """
        return self._call("POST", "/jobs", self._write, CALL_SECONDS, body)

    def job(self, job_id: str) -> Mapping[str, Any] | None:
        """How far a job is (`status`); None where there is none of that id, or none any more."""
        response = self._answer("GET", f"/jobs/{quote(job_id, safe='')}", self._read, CALL_SECONDS)
        if response.status_code in _UNKNOWN:
            return None
        answers.judge(response, self._read)
        return answers.content_of(response, self._read)

    def job_details(self, job_id: str, offset: int, limit: int) -> Mapping[str, Any]:
        """A page of what a job did (`items`), each with how many records it read, rejected and processed.

        https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/retrieve_job_status_details.html
        """
        path = f"/jobs/{quote(job_id, safe='')}/details?offset={offset}&limit={limit}"
        return self._call("GET", path, self._read, CALL_SECONDS)

    def put_file(self, name: str, content: bytes) -> Mapping[str, Any]:
        """Put a file into the environment, which replaces none: one of a name that is there is refused (`GridRefusedError`).

        https://docs.oracle.com/en/cloud/saas/enterprise-performance-management-common/prest/upload.html
        """
        response = self._answer("POST", self._file(name), self._read, CALL_SECONDS, content, _BYTES)
        answers.judge(response, self._read)
        return answers.content_of(response, self._read)

    def file(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none of that name."""
        response = self._answer("GET", self._file(name), self._read, CALL_SECONDS)
        if response.status_code in _UNKNOWN:
            return None
        answers.judge(response, self._read)
        return response.content

    def remove_file(self, name: str) -> None:
        """Have no file of that name any more."""
        response = self._answer("DELETE", self._file(name).removesuffix(_CONTENTS), self._read, CALL_SECONDS)
        if response.status_code not in _UNKNOWN:
            answers.judge(response, self._read)

    def _file(self, name: str) -> str:
        return f"{self._files}/{quote(name, safe='')}{_CONTENTS}"

    def _listed(self, within_seconds: float) -> list[Any] | None:
        """The application's plan types; None where it gives no list of them as documented: then the import will tell."""
        try:
            items = self._call("GET", "/plantypes", self._read, within_seconds).get("items")
        except GridRefusedError:
            return None
        return items if isinstance(items, list) else None

    def _call(
        self, method: str, path: str, asked: Asked, within_seconds: float, body: bytes | None = None
    ) -> Mapping[str, Any]:
        """What a call is answered, which was judged good."""
        response = self._answer(method, path, asked, within_seconds, body)
        answers.judge(response, asked)
        return answers.content_of(response, asked)

    def _answer(
        self,
        method: str,
        path: str,
        asked: Asked,
        within_seconds: float,
        body: bytes | None = None,
        kind: str = "application/json",
    ) -> httpx.Response:
        """One call, repeated once where the login is refused and there can be another: then nothing was done the first time."""
        request = self._http.build_request(
            method,
            path if path.startswith(self._files) else self._url + path,
            content=body,
            headers=_JSON if body is None else _JSON | {"Content-Type": kind},
            timeout=httpx.Timeout(within_seconds, connect=_CONNECT_SECONDS),
        )
        used = self._login.current()
        response = self._send(request, used, asked)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            if not self._login.forget(used):
                raise AccessDeniedError(
                    "oracle_epm refuses user name and password (401); a password ends after 60 days"
                )
            response = self._send(request, self._login.current(), asked)
        return response

    def _send(self, request: httpx.Request, proof: str, asked: Asked) -> httpx.Response:
        request.headers["Authorization"] = f"{self._login.scheme} {proof}"
        return answers.send(self._http, request, asked)
