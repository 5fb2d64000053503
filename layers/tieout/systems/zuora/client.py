"""Calls Zuora's API; every call is a read, or a query that is one, so each may be repeated.

Objects are read by Object Query, which answers at once; lists by Data Query, whose jobs leave a file.
https://developer.zuora.com/docs/guides/query-guide/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import httpx

from tieout.access_tokens import KeptToken
from tieout.answers import parse_object, rows_in
from tieout.drift import Watch
from tieout.errors import AccessDeniedError, UnavailableError, UnreadableRecordError
from tieout.fields import Row, objects_in, part_of, required, text_in
from tieout.systems.zuora.answers import MissingError, refusal, refused_in
from tieout.systems.zuora.expected import EXPECTED
from tieout.systems.zuora.resources import MOST_AT_ONCE, OF_SUBSCRIPTION, SUBSCRIPTIONS, Resource

_MOST_ROWS = 5_000
_TIMEOUT = httpx.Timeout(25, connect=5)
_GONE = frozenset((403, 404, 410))  # as S3 answers once the address of a file has expired, or its file
_BEHIND_THE_END = 416

Asked = Sequence[tuple[str, str]]


class Job(NamedTuple):
    """How far a query has come; `data_file` is the address of what it found, empty as long as there is none."""

    status: str
    data_file: str


class ZuoraClient:
    """One tenant's API, or that of one entity of it.

    Args:
        base_url: of the tenant's data centre.
        tokens: hands out what proves us.
        entity_id: of the entity that is asked; empty: the one the token is for.

    Attributes:
        watch: is shown the objects that are read one by one.
    """

    def __init__(self, base_url: str, tokens: KeptToken, entity_id: str, http: httpx.Client) -> None:
        self._base_url = base_url.rstrip("/") + "/"
        self._tokens = tokens
        self._headers = {"accept": "application/json"} | ({"zuora-entity-ids": entity_id} if entity_id else {})
        self._http = http
        self.watch = Watch(EXPECTED)

    def object(self, resource: Resource, object_id: str) -> Row:
        """One object with all of its parts, which are read by themselves where they are more than come with it.

        Raises:
            MissingError: if there is none of that id.
            ThrottledError, UnavailableError, ConflictError: if Zuora does not answer, or not this, now.
            AccessDeniedError: if it refuses our credentials, or what they may read.
            UnreadableRecordError: if the object spoils the answer.
        """
        parts = resource.parts
        asked = [("pageSize", str(MOST_AT_ONCE)), ("expand[]", parts.name.lower())]
        try:
            found = self._got(f"object-query/{resource.path}/{object_id}", asked, resource.path)
        except MissingError:
            # An address that this tenant does not have is not found either: then nothing was deleted.
            if self.named(resource.path, "id", [object_id]):
                raise UnavailableError(f"Zuora lists one of {resource.path} and does not find it") from None
            raise
        self.watch.see(resource.path, [found])
        if len(objects_in(found, parts.name)) < MOST_AT_ONCE:
            return found
        filters = [("filter[]", f"{parts.filter}.EQ:{object_id}"), ("sort[]", "id.ASC")]
        return {**found, parts.name: self._all(parts.path, filters)}

    def versions(self, number: str) -> Sequence[Row]:
        """All versions of a subscription with what each was agreed for; none where no such number is; raises as `object`."""
        expand = [("expand[]", each) for each in ("account", *OF_SUBSCRIPTION)]
        asked = [("filter[]", f"name.EQ:{number}"), *expand, ("account.fields[]", "id,currency")]
        found = self._all(SUBSCRIPTIONS, asked)
        self.watch.see(SUBSCRIPTIONS, found)
        return found

    def named(self, path: str, name: str, values: Sequence[str], more: Asked = ()) -> Sequence[Row]:
        """Those of a list in which a field has one of these values, as far as there are any; raises as `object`."""
        return self._all(path, [("filter[]", f"{name}.IN:[{','.join(values)}]"), *more])

    def submit(self, query: str) -> str:
        """The id of the job that a query has become; raises as `object`."""
        asked = {"query": query, "outputFormat": "JSON", "compression": "NONE", "output": {"target": "S3"}}
        body = self._answer("POST", "query/jobs", "a query", json=asked)
        return required(text_in(part_of(body, "data") or {}, "id"), "data.id")

    def job(self, job_id: str) -> Job:
        """How far a job has come; raises as `object`."""
        data = part_of(self._got(f"query/jobs/{job_id}", (), "a job"), "data") or {}
        return Job((text_in(data, "queryStatus") or "").lower(), text_in(data, "dataFile") or "")

    def bytes_of(self, data_file: str, start: int, count: int) -> bytes:
        """So many bytes of a file, fewer at its end and none behind it; its address proves us, so nothing else of ours is sent.

        Raises:
            MissingError: if the address holds no more.
            UnavailableError: if it does not answer, or is none that may be called.
        """
        if not data_file.startswith(("https://", self._base_url)):
            raise UnavailableError("Zuora named a file that is not on a web server")
        headers = {"range": f"bytes={start}-{start + count - 1}", "accept-encoding": "identity"}
        try:
            answer = self._http.get(data_file, headers=headers, timeout=_TIMEOUT, follow_redirects=False)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Zuora's file: {type(error).__name__}") from None
        status = answer.status_code
        if status in _GONE:
            raise MissingError("Zuora has no file at that address any more")
        if status == _BEHIND_THE_END:
            return b""
        if status == httpx.codes.PARTIAL_CONTENT:
            return answer.content
        if status != httpx.codes.OK:
            raise UnavailableError(f"Zuora's file was answered {status}")
        return answer.content[start : start + count]

    def _all(self, path: str, asked: Asked) -> list[Row]:
        """All pages of a list."""
        rows: list[Row] = []
        place: Asked = ()
        while True:
            try:
                page = self._got(f"object-query/{path}", [("pageSize", str(MOST_AT_ONCE)), *asked, *place], path)
            except MissingError as error:
                raise AccessDeniedError(f"Zuora has no list of {path}") from error
            rows += rows_in(page, "Zuora", "data")
            following = text_in(page, "nextPage")
            if following is None:
                return rows
            if len(rows) > _MOST_ROWS or place == [("cursor", following)]:
                raise UnreadableRecordError(
                    f"one of Zuora's records has more than {_MOST_ROWS} {path}, or pages without end"
                )
            place = [("cursor", following)]

    def _got(self, path: str, asked: Asked, subject: str) -> Mapping[str, Any]:
        return self._answer("GET", path, subject, params=list(asked))

    def _answer(self, method: str, path: str, subject: str, **sent: Any) -> Mapping[str, Any]:  # noqa: ANN401 as httpx takes it
        """What a call is answered; the token is replaced once where it is refused."""

        def send(token: str) -> httpx.Response:
            headers = {**self._headers, "authorization": f"Bearer {token}"}
            url = self._base_url + path
            return self._http.request(method, url, headers=headers, timeout=_TIMEOUT, follow_redirects=False, **sent)

        try:
            answer = self._tokens.authorised(send)
        except httpx.HTTPError as error:
            raise UnavailableError(f"Zuora did not answer: {type(error).__name__}") from None
        if answer.status_code != httpx.codes.OK:
            raise refusal(answer, subject)
        body = parse_object(answer.content, "Zuora")
        refused = refused_in(body, answer.headers, subject)
        if refused is not None:
            raise refused
        return body
