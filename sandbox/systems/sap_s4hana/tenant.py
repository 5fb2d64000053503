"""The tenant: what its people do, each in one transaction, stamped later than all before, and told to Event Mesh."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.store import Store

_AGE = timedelta(days=1)  # of what is there at the start
_STEP = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessEvent:
    """Something that happened to a business object.

    Attributes:
        type: such as `sap.s4.beh.salesorder.v1.SalesOrder.Created.v1`.
        data: the object's key, and what else the event carries; never an amount.
    """

    id: str
    type: str
    moment: datetime
    data: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One transaction: where it saves, when, and what it tells.

    Attributes:
        moment: later than that of every transaction before.
        told: object, event and data of what is told once it is committed.
    """

    settings: TenantSettings
    store: Store
    moment: datetime
    told: list[tuple[str, str, Mapping[str, str]]] = field(default_factory=list)

    @property
    def day(self) -> str:
        """The day of the transaction, in UTC."""
        return self.moment.date().isoformat()

    def tell(self, business_object: str, event: str, data: Mapping[str, str]) -> None:
        """Let an event be told, such as `SalesOrder`, `Created`."""
        self.told.append((business_object, event, data))

    def next_number(self, name: str, before: int) -> str:
        """The next number of a range that begins after `before`; none is used twice."""
        self.store.select("INSERT OR IGNORE INTO number_range VALUES (?, ?)", (name, before))
        self.store.select("UPDATE number_range SET last = last + 1 WHERE name = ?", (name,))
        return str(self.store.row("number_range", name=name)["last"])


class Tenant:
    """What happens in one tenant; `publish` is told of every event, in order.

    Args:
        settings: the tenant's.
        store: where its documents are.
        now: its clock.
        publish: takes what happened.
        seed: of chance, which makes the ids of events.
    """

    def __init__(
        self,
        settings: TenantSettings,
        store: Store,
        *,
        now: Callable[[], datetime],
        publish: Callable[[BusinessEvent], None],
        seed: int,
    ) -> None:
        self.settings = settings
        self.store = store
        self._now = now
        self._publish = publish
        self._chance = random.Random(seed)  # noqa: S311 a seeded simulation, not a secret
        self._last = datetime(1970, 1, 1, tzinfo=UTC)
        self._seed()

    @contextmanager
    def saving(self) -> Iterator[Work]:
        """One transaction: one that fails changes and tells nothing."""
        with self.store.lock:
            work = Work(settings=self.settings, store=self.store, moment=self._stamp())
            self.store.select("BEGIN")
            try:
                yield work
            except BaseException:
                self.store.select("ROLLBACK")
                raise
            self.store.select("COMMIT")
            for business_object, event, data in work.told:
                self.tell(business_object, event, data, work.moment)

    def tell(
        self, business_object: str, event: str, data: Mapping[str, str], moment: datetime | None = None
    ) -> BusinessEvent:
        """Tell of something, whether it happened or not."""
        happened = BusinessEvent(
            id=str(uuid.UUID(int=self._chance.getrandbits(128))),
            type=f"sap.s4.beh.{business_object.lower()}.v1.{business_object}.{event}.v1",
            moment=moment or self._now(),
            data=dict(data),
        )
        self._publish(happened)
        return happened

    def _stamp(self) -> datetime:
        self._last = max(self._now().astimezone(UTC), self._last + _STEP)
        return self._last

    def _seed(self) -> None:
        before = self._now().astimezone(UTC) - _AGE
        day, moment = before.date().isoformat(), before.isoformat()
        for each in self.store.company["A_BusinessPartner"]:
            name = each["BusinessPartnerName"]
            stamps = {
                "CreationDate": day,
                "CreationTime": "08:00:00",
                "ETag": f"{each['BusinessPartner']}20260101080000",
            }
            own = {"BusinessPartnerCategory": "2", "BusinessPartnerFullName": name, "OrganizationBPName1": name}
            self.store.insert("A_BusinessPartner", own | stamps | each)
        for each in self.store.company["A_Product"]:
            stamps = {"CreationDate": day, "LastChangeDate": day, "LastChangeDateTime": moment}
            self.store.insert("A_Product", stamps | each)
        for each in self.store.company["A_ProductDescription"]:
            self.store.insert("A_ProductDescription", each)
