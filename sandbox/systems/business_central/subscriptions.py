"""The environment's subscriptions: made and renewed only where the address that is to be notified proves that it listens.

https://learn.microsoft.com/dynamics365/business-central/dev-itpro/api-reference/v2.0/dynamics-subscriptions
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from httpx import codes
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from sandbox.systems.business_central.answering import ODataError, context_of
from sandbox.systems.business_central.posting import Post
from sandbox.systems.business_central.querying import etag_of
from sandbox.systems.business_central.schema import NO_ID, NOTIFIED_SETS, VERSION
from sandbox.systems.business_central.settings import EnvironmentSettings
from sandbox.systems.business_central.values import moment_text, shown

if TYPE_CHECKING:
    from starlette.requests import Request

_RESOURCE = re.compile(r"(?:https?://.*)?/?api/v2\.0/companies\(([0-9a-fA-F-]{36})\)/(\w+)")
_KEY = re.compile(r"\((?:'([^'()]+)'|([^'()]+))\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Who wants to be told of which changes.

    Attributes:
        company: the id of the company whose changes are meant.
        token: what its address was last asked to repeat.
    """

    subscription_id: str
    notification_url: str
    resource: str
    company: str
    entity_set: str
    client_state: str
    expires_at: datetime
    modified_at: datetime
    version: int
    token: str

    def plain(self) -> dict[str, Any]:
        """The subscription as the API shows it."""
        return {
            "@odata.etag": etag_of({VERSION: self.version}),
            "subscriptionId": self.subscription_id,
            "notificationUrl": self.notification_url,
            "resource": self.resource,
            "timestamp": self.version,
            "userId": NO_ID,
            "lastModifiedDateTime": shown("datetime", moment_text(self.modified_at), escape=False),
            "clientState": self.client_state,
            "expirationDateTime": expiry_text(self),
        }


class Subscriptions:
    """Keeps the subscriptions of one environment and answers the calls about them."""

    def __init__(
        self,
        settings: EnvironmentSettings,
        *,
        now: Callable[[], datetime],
        post: Post,
        knows_company: Callable[[str], bool],
    ) -> None:
        self._settings = settings
        self._now = now
        self._post = post
        self._knows_company = knows_company
        self._lock = threading.Lock()  # never held while an address is asked
        self._kept: dict[str, Subscription] = {}
        self._numbers = itertools.count(1)
        self.handshakes: list[dict[str, Any]] = []

    def living(self) -> list[Subscription]:
        """Those that have not expired, in the order they were made; the others are forgotten."""
        with self._lock:
            self._kept = {name: each for name, each in self._kept.items() if each.expires_at > self._now()}
            return list(self._kept.values())

    def remove(self, ids: set[str]) -> list[str]:
        """Delete those of the ids that live, as after an answer that the environment does not take; which they were."""
        living = {each.subscription_id for each in self.living()}
        with self._lock:
            for each in ids & living:
                del self._kept[each]
        return sorted(ids & living)

    async def answer(self, request: Request) -> Response:
        """Answer a call about one subscription or all of them."""
        said = request.path_params["key"]
        match = _KEY.fullmatch(said)
        if said and match is None:
            raise ODataError(404, "BadRequest_ResourceNotFound", f"Resource not found for the segment '{said}'.")
        if match is None:
            return await self._answer_all(request)
        if request.method == "DELETE" and not match[1]:
            raise ODataError(400, "BadRequest", "Bad Request - Error in query syntax.")
        kept = next((each for each in self.living() if each.subscription_id == (match[1] or match[2])), None)
        if kept is None:
            message = (
                f"The Webhook Subscription does not exist. Identification fields and values: {match[1] or match[2]}"
            )
            raise ODataError(404, "Internal_RecordNotFound", message)
        return await self._answer_one(request, kept)

    async def _answer_all(self, request: Request) -> Response:
        if request.method == "GET":
            return JSONResponse(
                {"@odata.context": context_of(request), "value": [each.plain() for each in self.living()]}
            )
        if request.method != "POST":
            raise ODataError(405, "BadRequest_MethodNotAllowed", f"'{request.method}' requests are not allowed.")
        made = await run_in_threadpool(self.create, _body(await request.body()))
        return JSONResponse(made.plain(), status_code=201)

    async def _answer_one(self, request: Request, kept: Subscription) -> Response:
        if request.method == "GET":
            return JSONResponse(kept.plain())
        _check_tag(request.headers.get("if-match", ""), kept)
        if request.method == "DELETE":
            self.remove({kept.subscription_id})
            return Response(status_code=204)
        if request.method != "PATCH":
            raise ODataError(405, "BadRequest_MethodNotAllowed", f"'{request.method}' requests are not allowed.")
        renewed = await run_in_threadpool(self.renew, kept, _body(await request.body()))
        return JSONResponse(renewed.plain())

    def create(self, stated: dict[str, Any]) -> Subscription:
        """Make a subscription, once its address has proved itself; `ODataError` for what is refused."""
        match = _RESOURCE.fullmatch(str(stated.get("resource", "")))
        if match is None or match[2] not in NOTIFIED_SETS or not self._knows_company(match[1].lower()):
            raise ODataError(400, "BadRequest", f"The resource '{stated.get('resource')}' is not supported.")
        living = self.living()
        if len(living) >= self._settings.subscriptions_max:
            raise ODataError(400, "Application_DialogException", "The maximum number of subscriptions is reached.")
        number = next(self._numbers)
        subscription_id = f"{number:032x}"
        made = Subscription(
            subscription_id=subscription_id,
            notification_url=str(stated.get("notificationUrl", "")),
            resource=str(stated["resource"]),
            company=match[1].lower(),
            entity_set=match[2],
            client_state=self._client_state(stated, ""),
            expires_at=self._now(),
            modified_at=self._now(),
            version=number,
            token="",
        )
        return self._keep(made)

    def renew(self, kept: Subscription, stated: dict[str, Any]) -> Subscription:
        """Let a subscription live on, once its address has proved itself again; `ODataError` for what is refused."""
        if str(stated.get("resource", kept.resource)) != kept.resource:
            raise ODataError(400, "BadRequest_InvalidOperation", "Control 'resource' is read-only.")
        address = str(stated.get("notificationUrl", kept.notification_url))
        state = self._client_state(stated, kept.client_state)
        changed = replace(kept, notification_url=address, client_state=state, version=next(self._numbers))
        return self._keep(changed)

    def _client_state(self, stated: dict[str, Any], before: str) -> str:
        state = str(stated.get("clientState", before))
        if len(state) > self._settings.client_state_max:
            message = (
                f"The length of the string is {len(state)}, but it must be at most {self._settings.client_state_max}."
            )
            raise ODataError(400, "Application_StringExceededLength", message)
        return state

    def _keep(self, wanted: Subscription) -> Subscription:
        """Ask the address, and keep the subscription where it gives the right answer."""
        # A token that does not survive being taken for a piece of a URL: what stands in it must be decoded, once.
        token = f"{wanted.subscription_id}+{wanted.version} /%2F&={{}}"
        mark = "&" if "?" in wanted.notification_url else "?"
        address = f"{wanted.notification_url}{mark}validationToken={quote(token, safe='')}"
        answer = self._post(address, b"", {}, self._settings.handshake_seconds)
        is_proved = answer.status == codes.OK and answer.body == token.encode()
        self.handshakes.append(
            {
                "notificationUrl": wanted.notification_url,
                "status": answer.status,
                "error": answer.error,
                "taken": is_proved,
            }
        )
        if not is_proved:
            message = "The notification URL did not answer the validation request with 200 and the token in its body."
            raise ODataError(400, "BadRequest", message)
        lasts = timedelta(seconds=self._settings.subscription_seconds)
        proved = replace(wanted, expires_at=self._now() + lasts, modified_at=self._now(), token=token)
        with self._lock:
            self._kept[proved.subscription_id] = proved
        return proved


def expiry_text(subscription: Subscription) -> str:
    """When it expires, in whole seconds as the vendor's samples have it."""
    return str(shown("datetime", moment_text(subscription.expires_at.replace(microsecond=0)), escape=False))


def _check_tag(stated: str, kept: Subscription) -> None:
    if not stated:
        message = (
            "Could not validate the client concurrency token required by the service. Please provide a valid token."
        )
        raise ODataError(400, "BadRequest_InvalidToken", message)
    if stated not in {"*", etag_of({VERSION: kept.version})}:
        raise ODataError(409, "Request_EntityChanged", "Another user has already changed the record.")


def _body(raw: bytes) -> dict[str, Any]:
    try:
        stated = json.loads(raw or b"{}")
    except ValueError:
        stated = None
    if not isinstance(stated, dict):
        raise ODataError(400, "BadRequest", "Invalid Request Body")
    return stated
