"""Refused deliveries: looked at, and tried again with the secret and the code as they are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from functions.receive.secret import secrets_in
from ops.archive import Stored
from ops.place import Place
from ops.told import Entrance
from tieout.arriving import payload, publishing, rejected
from tieout.arriving.accepting import MAX_NOTICES
from tieout.arriving.delivery import Delivery, Split
from tieout.arriving.door import Door
from tieout.arriving.notice import Notice
from tieout.arriving.rejection import Rejection, read_rejection
from tieout.errors import AccessDeniedError, MalformedError, NotAuthenticError, PermanentError
from tieout.system_clock import SystemClock, SystemEntropy
from tieout.systems import capability


class ForeignObjectError(PermanentError):
    """The key names no refused delivery of the connection."""


class UnprovenPayloadError(PermanentError):
    """Nobody has proved a payload that records would be completed from: what it says would become the fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """What became of a kept delivery that was tried again.

    Attributes:
        kept_because: why the object is still there; empty where it was sent whole and deleted.
    """

    key: str
    notices_sent: int = 0
    kept_because: str = ""


class RejectedDeliveries:
    """The refused deliveries of one connection, with what its receive function knows to judge them."""

    def __init__(self, place: Place, connection: str) -> None:
        self._place = place
        self._entrance: Entrance = place.connection(connection)
        self._payloads = self._module("payloads")
        self._options = self._module("options").Options(**self._entrance.options)
        self._door: Door = self._module("door").open_door(self._options)
        self._secrets: tuple[bytes, ...] | None = None

    def newest(self, limit: int) -> tuple[list[tuple[Stored, Rejection | None]], int]:
        """The newest kept deliveries, newest first, None for what is none of ours; and how many there are altogether."""
        kept = sorted(self._stored(), key=lambda each: each.stored_at, reverse=True)
        found: list[tuple[Stored, Rejection | None]] = []
        for each in kept[:limit]:
            try:
                found.append((each, self.read(each.key)))
            except PermanentError:
                found.append((each, None))
        return found, len(kept)

    def keys(self) -> Iterator[str]:
        """The keys of all kept deliveries."""
        return (each.key for each in self._stored())

    def read(self, key: str) -> Rejection:
        """A kept delivery.

        Raises:
            ForeignObjectError: the key lies elsewhere, or what lies there is none of ours.
        """
        if not key.startswith(rejected.kept_prefix(self._entrance.name)):
            raise ForeignObjectError(f"{key} is no refused delivery of {self._entrance.name}")
        try:
            found = read_rejection(self._place.archive.get(key))
        except MalformedError as error:
            raise ForeignObjectError(f"{key} holds no delivery: {error.reason}") from error
        if found.connection != self._entrance.name:
            raise ForeignObjectError(f"{key} holds a delivery of {found.connection}")
        return found

    def judge(self, key: str, rejection: Rejection) -> str:
        """Why it could not be sent now, empty where it could: the signature is checked against when it was received."""
        try:
            self._prove(key, rejection.delivery())
            self.split(rejection)
        except (NotAuthenticError, MalformedError) as error:
            return error.reason
        except AccessDeniedError as error:
            return f"unknown: {error}"
        return ""

    def split(self, rejection: Rejection) -> Split:
        """The notices its body makes, and the items that make none; raises `MalformedError`."""
        found: Split = self._payloads.split(rejection.delivery(), self._entrance.name, self._options)
        return found

    def retry(self, key: str, *, unverified: bool = False) -> Retry:
        """Verify, split and publish a kept delivery, and delete it only after the bus has confirmed all its notices.

        What was authentic when it was received (`unusable/`) is not verified again. Items that still make no notice stay
        kept, under `unusable/`. Trying twice changes nothing.

        Raises:
            UnprovenPayloadError: `unverified` is asked for, and the delivery itself says what the records are, or were.
        """
        if unverified and self._entrance.keeps_payloads:
            raise UnprovenPayloadError(
                f"the records of {self._entrance.name} are completed from what is delivered, so that nothing of it is taken "
                "without proof: have its sender repeat it"
            )
        rejection = self.read(key)
        try:
            delivery = rejection.delivery()
            if not unverified:
                self._prove(key, delivery)
            split = self.split(rejection)
        except (NotAuthenticError, MalformedError) as error:
            return Retry(key=key, kept_because=error.reason)
        outline = None if split.malformed else self._door.outline_of(delivery)
        if not self._published(split.notices, _renamed(delivery, rejection, split), outline):
            return Retry(key=key, kept_because="the bus refused it")
        kept_as = self._keep_malformed(key, rejection, split, is_proven=not unverified)
        if kept_as != key:
            self._place.archive.delete(key)
        reason = f"{len(split.malformed)} items still make no notice: see {kept_as}" if kept_as else ""
        return Retry(key=key, notices_sent=len(split.notices), kept_because=reason)

    def _prove(self, key: str, delivery: Delivery) -> None:
        if key.startswith(rejected.unusable_prefix(self._entrance.name)):
            return
        if self._secrets is None:
            arn = self._entrance.webhook_secret_arn
            self._secrets = secrets_in(self._place.secret(arn)) if arn else ()
        url = self._entrance.public_url
        self._module("signature").verify(delivery, self._secrets, self._options, url, delivery.received_at)

    def _published(self, notices: Sequence[Notice], delivery: Delivery, outline: object) -> bool:
        """Whether the bus has all notices; no envelope holds more of them than one delivery may.

        What records are completed from is kept first, as at the door.
        """
        if self._entrance.keeps_payloads:
            notices = payload.kept_for(notices, delivery, self._entrance.name, self._door, self._place.archive)
        for number, some in enumerate(batched(notices, MAX_NOTICES, strict=False)):
            part = delivery._replace(delivery_id=f"{delivery.delivery_id}-{number}") if number else delivery
            entries = publishing.entries_of(
                some, part, self._entrance.name, self._entrance.flows, self._place.archive, None if number else outline
            )
            if publishing.publish(entries, self._place.bus, SystemClock(), SystemEntropy()):
                return False
        return True

    def _keep_malformed(self, key: str, rejection: Rejection, split: Split, *, is_proven: bool) -> str:
        """Under which key the delivery is kept for the items that make no notice; empty where there are none.

        It goes to those that were authentic only if it is.
        """
        if not split.malformed:
            return ""
        delivery, name = rejection.delivery(), self._entrance.name
        if is_proven:
            key, reason, headers = (
                rejected.unusable_key(name, delivery.delivery_id),
                rejected.ITEMS_MALFORMED,
                self._door.content_of(rejection.headers),
            )
        else:
            reason, headers = rejection.reason, dict(rejection.headers)
        self._place.archive.put(key, rejected.encode(delivery, name, reason, headers, split.malformed))
        return key

    def _stored(self) -> Iterator[Stored]:
        return self._place.archive.stored(rejected.kept_prefix(self._entrance.name))

    def _module(self, name: str) -> Any:  # noqa: ANN401 each system's module has the shape its README states
        return capability(self._entrance.system, name)


def _renamed(delivery: Delivery, rejection: Rejection, split: Split) -> Delivery:
    """The delivery under a name of its own where a part of it went through before.

    A notice's outcome is kept under the delivery's id and its position, and positions shift when items that made no
    notice make one now. The same split has the same name, so that trying again still counts nothing twice.
    """
    if not rejection.malformed:
        return delivery
    return delivery._replace(delivery_id=f"{delivery.delivery_id}-again{len(split.notices)}")
