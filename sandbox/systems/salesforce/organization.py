"""The organisation: its people's saves, each in one transaction, stamped later than all before, and told to whom it concerns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sandbox.systems.salesforce.calculating import FORECAST_CATEGORIES
from sandbox.systems.salesforce.changes import Transaction
from sandbox.systems.salesforce.ids import IdMaker, expand
from sandbox.systems.salesforce.saving import Saving
from sandbox.systems.salesforce.settings import OrganizationSettings
from sandbox.systems.salesforce.store import Store
from sandbox.systems.salesforce.values import moment_text

_COMPANY = Path(__file__).parent / "company.json"
_AGE = timedelta(days=1)  # of what is there at the start
_FIRST_DAY = "1990-01-01"
_RATE_UNIT = Decimal("0.000001")


class Organization:
    """What happens in one organisation; `publish` is told of every transaction, in order.

    Args:
        settings: the organisation's.
        store: where its records are.
        now: its clock.
        publish: takes what was saved.
    """

    def __init__(
        self,
        settings: OrganizationSettings,
        store: Store,
        *,
        now: Callable[[], datetime],
        publish: Callable[[Transaction], None],
    ) -> None:
        self.settings = settings
        self.store = store
        self._now: Callable[[], datetime] = lambda: now() - _AGE
        self._ids = IdMaker()
        self._last = datetime(1970, 1, 1, tzinfo=UTC)
        self._commits = 0
        self._publish: Callable[[Transaction], None] = lambda _transaction: None
        self._seed()
        self._now, self._publish = now, publish

    def create(self, name: str, records: Iterable[Mapping[str, Any]], *, client: str = "") -> list[str]:
        """Add records; their ids."""
        with self._saving(client) as saving:
            return [saving.create(name, each) for each in records]

    def update(self, name: str, changes: Mapping[str, Mapping[str, Any]], *, client: str = "") -> None:
        """Change records, by id."""
        with self._saving(client) as saving:
            for record_id, values in changes.items():
                saving.update(name, expand(record_id), values)

    def delete(self, name: str, ids: Iterable[str], *, client: str = "") -> None:
        """Put records into the recycle bin."""
        with self._saving(client) as saving:
            for each in ids:
                saving.delete(name, expand(each))

    def undelete(self, name: str, ids: Iterable[str], *, client: str = "") -> None:
        """Take records out of the recycle bin."""
        with self._saving(client) as saving:
            for each in ids:
                saving.undelete(name, expand(each))

    def purge(self, name: str, ids: Iterable[str]) -> None:
        """Forget records, as after fifteen days in the recycle bin or a request for erasure."""
        with self._saving("") as saving:
            for each in ids:
                saving.purge(name, expand(each))

    def merge_accounts(self, master: str, losers: Iterable[str]) -> None:
        """Make one account of several."""
        with self._saving("") as saving:
            for each in losers:
                saving.merge(expand(master), expand(each))

    def set_rate(self, iso_code: str, start_date: str, rate: str) -> None:
        """Set the dated rate of a currency from a day on, and let the one before end on that day."""
        with self._saving("") as saving:
            name, key = "DatedConversionRate", {"IsoCode": iso_code, "StartDate": start_date}
            found = self.store.rows(name, **key)
            if found:
                saving.update(name, str(found[0]["Id"]), {"ConversionRate": rate})
            else:
                saving.create(name, {**key, "ConversionRate": rate})
            dated = sorted(self.store.rows(name, IsoCode=iso_code), key=lambda each: str(each["StartDate"]))
            ends = [*(each["StartDate"] for each in dated[1:]), "9999-12-31"]
            for each, end in zip(dated, ends, strict=True):
                self.store.update(name, str(each["Id"]), {"NextStartDate": end})

    def empty_transaction(self) -> Transaction:
        """A commit of its own moment that changes nothing: what events are told in that are about no change."""
        with self.store.lock:
            self._commits += 1
            return Transaction(number=self._commits, moment=self._stamp(), changes=(), user_id=self._user_id())

    @contextmanager
    def _saving(self, client: str) -> Iterator[Saving]:
        """One transaction: a save that fails changes nothing."""
        with self.store.lock:
            self.store.prepare_all()
            moment = self._stamp()
            user_id = self._user_id()
            self.store.select("BEGIN")
            try:
                saving = Saving(self.store, self._ids, moment_text(moment), user_id, self.settings.corporate_currency)
                yield saving
            except BaseException:
                self.store.select("ROLLBACK")
                raise
            self.store.select("COMMIT")
            if saving.changes:
                self._commits += 1
                changes = tuple(saving.changes)
                self._publish(
                    Transaction(number=self._commits, moment=moment, changes=changes, user_id=user_id, client=client)
                )

    def _user_id(self) -> str:
        """Who saves: the first of the users."""
        users = self.store.rows("User")
        return str(users[0]["Id"]) if users else ""

    def _stamp(self) -> datetime:
        """A moment later than that of every save before, by a millisecond at least; cut to seconds where they are wanted."""
        moment = self._now().astimezone(UTC)
        moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
        self._last = max(moment, self._last + timedelta(milliseconds=1))
        return self._last.replace(microsecond=0) if self.settings.whole_seconds else self._last

    def _seed(self) -> None:
        company = json.loads(_COMPANY.read_text(encoding="utf-8"))
        currencies = {each["IsoCode"]: each for each in company["CurrencyType"]}
        corporate = Decimal(currencies[self.settings.corporate_currency]["ConversionRate"])
        for each in currencies.values():
            each["ConversionRate"] = str((Decimal(each["ConversionRate"]) / corporate).quantize(_RATE_UNIT))
            each["IsCorporate"] = each["IsoCode"] == self.settings.corporate_currency
        labels = {category: label for label, category in FORECAST_CATEGORIES.items()}
        for place, stage in enumerate(company["OpportunityStage"], 1):
            label = labels[stage["ForecastCategory"]]
            stage |= {
                "MasterLabel": stage["ApiName"],
                "SortOrder": place,
                "IsActive": True,
                "ForecastCategoryName": label,
            }
        for name, records in company.items():
            self.create(name, records)
        self.create("Organization", [{"Id": self.settings.organization_id, "Name": "Example", "IsSandbox": True}])
        for each in currencies.values():
            self.set_rate(each["IsoCode"], _FIRST_DAY, each["ConversionRate"])
