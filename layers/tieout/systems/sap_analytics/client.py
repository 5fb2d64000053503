"""The APIs for import and export, as far as cells need them: every answer judged, token and CSRF token kept fresh."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

import httpx

from tieout.errors import MalformedError, UnavailableError
from tieout.ports import Clock
from tieout.systems.sap_analytics import answers
from tieout.systems.sap_analytics.options import Options
from tieout.systems.sap_analytics.tokens import AccessTokens

_CONNECT_SECONDS = 10.0
_CSRF = "x-csrf-token"
_CUSTOM_AUTHENTICATION = {"x-sap-sac-custom-auth": "true", "accept": "application/json"}
_MOST_TRIES = 3  # with the token and CSRF token we have, with a new token, with a new CSRF token


class AnalyticsClient:
    """Calls one tenant.

    A CSRF token is good together with the cookies of the session it was given in, which `http` keeps.

    Args:
        api_base_url: the tenant's address, without `/api/v1`.
        options: the target's options.
        tokens: the login.
        http: sends the requests and keeps the session's cookies; its own timeouts are not used.
        clock: the time, to read `Retry-After` dates.
    """

    def __init__(
        self, api_base_url: str, options: Options, tokens: AccessTokens, http: httpx.Client, clock: Clock
    ) -> None:
        self._url = f"{api_base_url.rstrip('/')}/api/v1"
        self._timeout = httpx.Timeout(float(options.call_timeout_seconds), connect=_CONNECT_SECONDS)
        self._tokens = tokens
        self._http = http
        self._clock = clock
        self._csrf = ""

    def create(self, path: str, content: bytes) -> Mapping[str, Any]:
        """What a POST that writes nothing to a model, and is not about a job, is answered."""
        return answers.content_of(self._call("POST", self._url + path, content), running=False)

    def told(self, path: str) -> Mapping[str, Any]:
        """What a GET that is not about a job is answered."""
        return answers.content_of(self._call("GET", self._url + path), running=False)

    def tell_job(self, path: str, content: bytes = b"{}") -> Mapping[str, Any]:
        """What a job answers to a POST that does not yet make it write.

        Raises:
            JobGoneError: there is no such job any more.
        """
        return answers.content_of(self._call("POST", self._url + path, content, of_job=True), running=False)

    def run_job(self, path: str) -> None:
        """Make a job write.

        Raises:
            JobGoneError, BusyError: it was not made to.
            LostAnswerError: it may be writing.
        """
        response = self._call("POST", self._url + path, b"{}", running=True, of_job=True)
        answers.content_of(response, running=True)

    def ask_job(self, path: str) -> Mapping[str, Any]:
        """What a job says of itself. Raises as `tell_job`."""
        return answers.content_of(self._call("GET", self._url + path, of_job=True), running=False)

    def remove_job(self, path: str) -> None:
        """Remove a job with the rows that were added to it. Raises as `tell_job`."""
        self._call("DELETE", self._url + path, of_job=True)

    def exported(self, path: str, parameters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """The pages of an export, in order, each by the link of the one before it.

        Raises:
            MalformedError: if a link leads to another host, which is not to see our token, or to a page that was there before.
        """
        # Blanks as %20 and the dollar as it is: OData's addresses are not forms, in which a plus would be a blank.
        url = f"{self._url}{path}?{urlencode(parameters, quote_via=quote, safe='$,')}"
        seen: set[str] = set()
        while url:
            seen.add(url)
            page = answers.content_of(self._call("GET", url), running=False)
            yield page
            url = self._following(url, page.get("@odata.nextLink"))
            if url in seen:
                raise MalformedError("sac_pages_in_a_circle")

    def _following(self, url: str, link: object) -> str:
        if not isinstance(link, str) or not link:
            return ""
        following = urljoin(url, link)
        if urlsplit(following)[:2] != urlsplit(self._url)[:2]:
            raise MalformedError("sac_next_page_elsewhere")
        return following

    def _call(
        self, method: str, url: str, content: bytes | None = None, *, running: bool = False, of_job: bool = False
    ) -> httpx.Response:
        """One call, repeated with a new token or CSRF token where the one it had is refused: then nothing was done before."""
        response = self._sent(method, url, content, running=running)
        answers.judge(response, running=running, of_job=of_job, now=self._clock.now())
        return response

    def _sent(self, method: str, url: str, content: bytes | None, *, running: bool) -> httpx.Response:
        for _ in range(_MOST_TRIES):
            token = self._tokens.current()
            response = answers.send(self._http, self._request(method, url, content, token), running=running)
            if response.status_code == httpx.codes.UNAUTHORIZED:
                self._tokens.forget(token)
            elif _lacks_csrf(response):
                self._csrf = ""
            else:
                break
        if _lacks_csrf(response):
            raise UnavailableError("sap analytics: refuses the CSRF tokens it gives")
        return response

    def _request(self, method: str, url: str, content: bytes | None, token: str) -> httpx.Request:
        """Built anew for each try, so that it carries the cookies that came meanwhile."""
        headers = _CUSTOM_AUTHENTICATION | {"authorization": f"Bearer {token}"}
        if method != "GET":
            self._csrf = self._csrf or self._fetched_csrf(headers)
            headers |= {_CSRF: self._csrf}
        if content is not None:
            headers |= {"content-type": "application/json"}
        return self._http.build_request(method, url, content=content, headers=headers, timeout=self._timeout)

    def _fetched_csrf(self, headers: Mapping[str, str]) -> str:
        """A new CSRF token; empty where the token is refused, which the call that needs it will meet as well."""
        fetching = {**headers, _CSRF: "fetch"}
        request = self._http.build_request("GET", f"{self._url}/csrf", headers=fetching, timeout=self._timeout)
        response = answers.send(self._http, request, running=False)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            return ""
        answers.judge(response, running=False, of_job=False, now=self._clock.now())
        token = response.headers.get(_CSRF, "")
        if not token or not (token.isascii() and token.isprintable()):
            raise UnavailableError("sap analytics: no CSRF token came")
        return str(token)


def _lacks_csrf(response: httpx.Response) -> bool:
    """Whether it was refused for its CSRF token alone."""
    wanted = response.headers.get(_CSRF, "").casefold() == "required"
    return response.status_code == httpx.codes.FORBIDDEN and wanted
