"""The REST API of Oracle EPM Planning, as far as cells need it: every answer judged, an ended token replaced once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from tieout.errors import AccessDeniedError
from tieout.systems.oracle_epm import answers
from tieout.systems.oracle_epm.answers import Asked
from tieout.systems.oracle_epm.options import Options
from tieout.systems.oracle_epm.tokens import Login

_CONNECT_SECONDS = 10.0
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}


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
        self._url = f"{api_base_url.rstrip('/')}/HyperionPlanning/rest/v3/applications/{application}/plantypes"
        self._pause_seconds = 60.0 * options.maintenance_minutes
        self._login = login
        self._http = http

    def import_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """Set the cells of a grid: how many were accepted, and which rejected.

        Raises:
            GridRefusedError: nothing was set.
            LostAnswerError: they may have been set.
        """
        return self._call(
            plan_type, "importdataslice", body, within_seconds, Asked(writing=True, pause_seconds=self._pause_seconds)
        )

    def export_slice(self, plan_type: str, body: bytes, within_seconds: float) -> Mapping[str, Any]:
        """The cells of a grid, as `pov`, `columns` and `rows`."""
        return self._call(
            plan_type, "exportdataslice", body, within_seconds, Asked(writing=False, pause_seconds=self._pause_seconds)
        )

    def _call(self, plan_type: str, verb: str, body: bytes, within_seconds: float, asked: Asked) -> Mapping[str, Any]:
        """One call, repeated once where the login is refused and there can be another: then nothing was done the first time."""
        request = self._http.build_request(
            "POST",
            f"{self._url}/{quote(plan_type, safe='')}/{verb}",
            content=body,
            headers=_HEADERS,
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
        answers.judge(response, asked)
        return answers.content_of(response, asked)

    def _send(self, request: httpx.Request, proof: str, asked: Asked) -> httpx.Response:
        request.headers["Authorization"] = f"{self._login.scheme} {proof}"
        return answers.send(self._http, request, asked)
