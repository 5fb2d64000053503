"""A Salesforce organisation in memory: its opportunities, their products, contracts and accounts change by chance.

Its chance is its own: what changes, and when, does not depend on the ways it tells of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

from tests.simulation.sales_fields import ACCOUNT, RUN, agreed, offered, opportunity
from tests.simulation.sales_records import Change, Record
from tests.simulation.sales_values import (
    ACCOUNTS,
    AMOUNTS,
    CURRENCIES,
    DAYS,
    PROBABILITIES,
    PRODUCTS,
    STAGES,
    record_id,
)
from tests.simulation.schedule import Schedule

Changes = list[Change]
_GARBAGE = {"Opportunity": ("Amount", "garbage"), "Contract": ("StatusCode", "Odd")}


class Sales:
    """One organisation. Every change returns what a trigger on the changed objects would see of it.

    Args:
        deletes: whether anything is ever deleted or merged.
        is_told: whether that a record was deleted was told by its id.
    """

    def __init__(self, random: Random, schedule: Schedule, is_told: Callable[[str], bool], *, deletes: bool) -> None:
        self._random, self._schedule, self._is_told, self._deletes = random, schedule, is_told, deletes
        self.records: dict[str, Record] = {}
        self._count = 0
        for account_id in ACCOUNTS:
            self._keep(Record("Account", {"Id": account_id, **ACCOUNT}))

    def live(self, kind: str) -> list[Record]:
        """The records of an object that are not deleted."""
        return [each for each in self.records.values() if each.kind == kind and not each.is_deleted]

    def products_of(self, opportunity: Record) -> list[Record]:
        """The live products of an opportunity."""
        found = self.live("OpportunityLineItem")
        return [each for each in found if each.fields["OpportunityId"] == opportunity.record_id]

    def change_something(self) -> Changes:
        """One change by chance."""
        live = self.live("Opportunity")
        if len(live) < 3 or self._random.random() < 0.12:
            return self._create()
        acts, weights = zip(*self._acts().items(), strict=True)
        act: Callable[[Record], Changes] = self._random.choices(acts, weights)[0]
        record = self._random.choice(live)
        return self._mend(record) if record.is_spoilt and act != self._delete else act(record)

    def _acts(self) -> Mapping[Callable[[Record], Changes], int]:
        gone: dict[Callable[[Record], Changes], int] = {
            self._delete: 10,
            self._undelete: 12,
            self._purge: 8,
            self._merge: 12,
            self._end_contract: 4,
        }
        return {
            self._edit: 22,
            self._edit_some: 8,
            self._hand_over: 6,
            self._offer: 28,
            self._contract: 18,
            self._spoil: 4,
            **(gone if self._deletes else {}),
        }

    def stamp(self, record_id: str) -> None:
        """Give a record a stamp of now, as if it was saved once more."""
        if record_id in self.records:
            self._touch(self.records[record_id])

    def create(self, amount: Decimal, day: str) -> Record:
        """An open opportunity of that worth, without products and an account."""
        fields = self._opportunity()
        fields |= {"Amount": amount, "CloseDate": day, "CurrencyIsoCode": "EUR", "AccountId": None, "Probability": 50}
        fields |= {"RecordType.DeveloperName": STAGES[0][0], "StageName": STAGES[0][1]}
        return self._keep(Record("Opportunity", fields))

    def delete(self, record: Record) -> Changes:
        """Put an opportunity into the recycle bin, with its products."""
        return self._delete(record)

    def mend_all(self) -> Changes:
        """Make readable what is spoilt, as somebody does sooner or later; perhaps not what never was."""
        newborn = self._random.random() < 0.5
        spoilt = [each for each in self.records.values() if each.is_spoilt and not each.is_deleted]
        return [change for each in spoilt if each.was_readable or newborn for change in self._mend(each)]

    def _create(self) -> Changes:
        record = self._keep(Record("Opportunity", self._opportunity()))
        items = [self._add(record) for _ in range(self._random.choice((0, 0, 1, 2)))]
        self._add_up(record)
        self._perhaps_spoil_newborn(record)
        return [record.change("CREATE"), *items]

    def _opportunity(self) -> dict[str, Any]:
        return {"Id": self._next_id("Opportunity"), "AccountId": self._account(), **opportunity(self._random)}

    def _edit(self, record: Record) -> Changes:
        values: Mapping[str, Sequence[Any]] = {
            "Amount": AMOUNTS,
            "CloseDate": DAYS,
            "CurrencyIsoCode": CURRENCIES,
            "Probability": PROBABILITIES,
            "StageName": STAGES,
        }
        name = self._random.choice(tuple(values))
        value = self._random.choice(values[name])
        self._remember(record)
        if name == "StageName":
            record.fields["RecordType.DeveloperName"], record.fields["StageName"] = value
        else:
            record.fields[name] = value
        self._add_up(record)
        return [self._touch(record).change("UPDATE")]

    def _edit_some(self, record: Record) -> Changes:
        """Several at once, as an import does."""
        found = {each.record_id: each for each in self._random.choices(self.live("Opportunity"), k=3)}
        chosen = [record, *(each for each in found.values() if each is not record)]
        return [change for each in chosen if not each.is_spoilt for change in self._edit(each)]

    def _hand_over(self, record: Record) -> Changes:
        self._remember(record)
        record.fields["AccountId"] = self._account()
        return [self._touch(record).change("UPDATE")]

    def _offer(self, record: Record) -> Changes:
        """Add, change or remove a product: the opportunity's own stamp need not move."""
        own = self.products_of(record)
        self._remember(record)
        if not own or self._random.random() < 0.35:
            changes = [self._add(record)]
        else:
            item = self._random.choice(own)
            self._remember(item)
            removes = self._random.random() < 0.3
            item.fields |= {"IsDeleted": True} if removes else offered(self._random)
            changes = [self._touch(item).change("DELETE" if removes else "UPDATE")]
        self._add_up(record)
        if self._random.random() < 0.4:
            self._touch(record)
            changes += [record.change("UPDATE")] * (self._random.random() < 0.5)
        return changes

    def _add(self, record: Record) -> Change:
        fields = {
            "Id": self._next_id("OpportunityLineItem"),
            "OpportunityId": record.record_id,
            **offered(self._random),
        }
        fields |= {"Product2Id": self._random.choice(PRODUCTS), "CurrencyIsoCode": record.fields["CurrencyIsoCode"]}
        return self._keep(Record("OpportunityLineItem", fields)).change("CREATE")

    def _add_up(self, record: Record) -> None:
        """An opportunity with products is worth what they are, in its own currency."""
        own = self.products_of(record)
        record.fields["HasOpportunityLineItem"] = bool(own)
        for each in own:
            each.fields["CurrencyIsoCode"] = record.fields["CurrencyIsoCode"]
        if own and not record.is_spoilt:
            record.fields["Amount"] = sum((Decimal(each.fields["TotalPrice"]) for each in own), Decimal(0))

    def _delete(self, record: Record) -> Changes:
        own = self.products_of(record)
        for each in (record, *own):
            self._remember(each)
            each.fields["IsDeleted"] = True
            self._touch(each)
        for each in own:
            each.gone_with = record.record_id
        return [record.change("DELETE")]

    def _undelete(self, other: Record) -> Changes:
        binned = self._binned("Opportunity")
        if not binned:
            return self._delete(other)
        record = self._random.choice(binned)
        own = [each for each in self.records.values() if each.gone_with == record.record_id]
        for each in (record, *own):
            self._remember(each)
            each.fields["IsDeleted"], each.gone_with = False, ""
            self._touch(each)
        self._add_up(record)
        return [record.change("UNDELETE")]

    def _purge(self, _record: Record) -> Changes:
        """The recycle bin is emptied, of which nobody is told: weeks after the deletion was."""
        binned = self._binned("Opportunity")
        if binned:
            record = self._random.choice(binned)
            if self._is_told(record.record_id):
                del self.records[record.record_id]
        return []

    def _merge(self, _record: Record) -> Changes:
        """Accounts become one; what belonged to those that lose is handed over without anybody telling."""
        accounts = self.live("Account")
        if len(accounts) < 3:
            return []
        winner, *losers = self._random.sample(accounts, self._random.choice((2, 2, 3)))
        lost = {each.record_id for each in losers}
        for each in (*self.live("Opportunity"), *self.live("Contract")):
            if each.fields["AccountId"] in lost:
                self._remember(each)
                each.fields["AccountId"] = winner.record_id
                if self._random.random() < 0.5:
                    self._touch(each)
        for each in losers:
            each.fields |= {"IsDeleted": True, "MasterRecordId": winner.record_id}
            self._touch(each)
        return [each.change("DELETE") for each in losers]

    def _contract(self, _record: Record) -> Changes:
        """A new contract, or another one edited."""
        live = self.live("Contract")
        if len(live) < 2 or self._random.random() < 0.2:
            fields = {"Id": self._next_id("Contract"), "ContractNumber": f"{self._count:08d}", "Name": None}
            fields |= {"OwnerId": None, **agreed(self._random), "AccountId": self._account() or ACCOUNTS[0]}
            record = self._keep(Record("Contract", fields))
            self._perhaps_spoil_newborn(record)
            return [record.change("CREATE")]
        record = self._random.choice(live)
        if record.is_spoilt:
            return self._mend(record)
        self._remember(record)
        new = agreed(self._random)
        names = RUN if self._random.random() < 0.3 else self._random.sample(sorted(new.keys() - RUN), 3)
        record.fields |= {name: new[name] for name in names}
        return [self._touch(record).change("UPDATE")]

    def _end_contract(self, _record: Record) -> Changes:
        live = [each for each in self.live("Contract") if not each.is_spoilt]
        return self._delete(self._random.choice(live)) if live else []

    def _spoil(self, record: Record) -> Changes:
        """Somebody makes it something that cannot be read."""
        self._remember(record)
        name, garbage = _GARBAGE[record.kind]
        record.fields[name], record.is_spoilt = garbage, True
        return [self._touch(record).change("UPDATE")]

    def _perhaps_spoil_newborn(self, record: Record) -> None:
        if self._random.random() < 0.06:
            self._spoil(record)
            record.was_readable, record.before = False, None

    def _mend(self, record: Record) -> Changes:
        self._remember(record)
        name, _ = _GARBAGE[record.kind]
        record.fields[name] = {"Amount": Decimal("4711.10"), "StatusCode": "Activated"}[name]
        record.was_readable, record.is_spoilt = True, False
        if record.kind == "Opportunity":
            self._add_up(record)
        return [self._touch(record).change("UPDATE")]

    def _binned(self, kind: str) -> list[Record]:
        return [each for each in self.records.values() if each.kind == kind and each.is_deleted]

    def _account(self) -> str | None:
        return self._random.choice((None, *(each.record_id for each in self.live("Account"))))

    def _next_id(self, kind: str) -> str:
        self._count += 1
        return record_id(kind, self._count)

    def _keep(self, record: Record) -> Record:
        record.fields["IsDeleted"] = False
        self.records[record.record_id] = self._touch(record)
        return record

    def _touch(self, record: Record) -> Record:
        """Its stamp, which counts seconds and no parts of them."""
        record.fields["SystemModstamp"] = self._schedule.now().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        return record

    def _remember(self, record: Record) -> None:
        record.before = dict(record.fields)
