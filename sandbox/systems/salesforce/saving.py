"""One save of the organisation: changes records within one transaction, and remembers what is to be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.systems.salesforce.calculating import contract_values, line_values, opportunity_values
from sandbox.systems.salesforce.changes import CREATE, DELETE, UNDELETE, UPDATE, Change, Row
from sandbox.systems.salesforce.ids import IdMaker, expand
from sandbox.systems.salesforce.schema import ObjectType
from sandbox.systems.salesforce.store import DELETED_WITH, Store
from sandbox.systems.salesforce.values import Stored, stored

# What goes to the recycle bin with a record, without a change of its own being told.
_CHILDREN = {
    "Account": (("Opportunity", "AccountId"), ("Contract", "AccountId")),
    "Opportunity": (("OpportunityLineItem", "OpportunityId"),),
}
_PARENT_OF_A_LINE = "OpportunityId"


class Saving:
    """One transaction; every record it changes has the same stamp.

    Args:
        store: where the records are.
        ids: names new ones.
        moment: the stamp, as it is stored.
        user_id: who saves, and owns new records that are given to nobody else.
        currency: of new records for which none is stated.
    """

    def __init__(self, store: Store, ids: IdMaker, moment: str, user_id: str, currency: str) -> None:
        self._store = store
        self._ids = ids
        self._stamp = {"LastModifiedDate": moment, "LastModifiedById": user_id, "SystemModstamp": moment}
        self._defaults: dict[str, Stored] = {"OwnerId": user_id, "CurrencyIsoCode": currency}
        self.moment = moment
        self.changes: list[Change] = []

    def create(self, name: str, values: Mapping[str, Any]) -> str:
        """Add a record; its id, which `Id` may ask for.

        Raises:
            ValueError: for values that are none of its fields, or not of their kind.
        """
        object_type = self._store.prepare(name)
        record_id = expand(str(values["Id"])) if values.get("Id") else self._free_id(object_type)
        wanted = _wanted(object_type, {field: value for field, value in values.items() if field != "Id"})
        new: dict[str, Stored] = {
            field: value for field, value in self._defaults.items() if field in object_type.fields
        }
        if name == "OpportunityLineItem":
            new["CurrencyIsoCode"] = self._live("Opportunity", wanted.get(_PARENT_OF_A_LINE)).get("CurrencyIsoCode")
        new |= {field: 0 for field, each in object_type.fields.items() if each.kind == "boolean"}
        after = self._completed(name, {}, new | wanted)
        after |= {"Id": record_id, "CreatedDate": self.moment, "CreatedById": self._stamp["LastModifiedById"]}
        if name == "Contract":
            after["ContractNumber"] = f"{len(self._store.rows(name)) + 100:08d}"
        self._store.insert(name, after | self._stamp)
        self._tell(name, record_id, CREATE, {})
        self._roll_up(name, after)
        return record_id

    def update(self, name: str, record_id: str, values: Mapping[str, Any]) -> None:
        """Save a record with other values; the save is stamped and told even where they are what they were.

        Raises:
            KeyError: if there is no such record outside the recycle bin.
            ValueError: as for `create`.
        """
        before = self._live(name, record_id)
        wanted = _wanted(self._store.prepare(name), values)
        if wanted.get(_PARENT_OF_A_LINE, before.get(_PARENT_OF_A_LINE)) != before.get(_PARENT_OF_A_LINE):
            raise ValueError("a line stays with its opportunity")
        self._put(name, before, self._completed(name, before, wanted))
        self._roll_up(name, before)

    def delete(self, name: str, record_id: str) -> None:
        """Put a record and what belongs to it into the recycle bin; only the record's own deletion is told."""
        before = self._live(name, record_id)
        self._bin(name, before, because_of=record_id)
        self._tell(name, record_id, DELETE, before)
        self._roll_up(name, before)

    def undelete(self, name: str, record_id: str) -> None:
        """Take a record, and what was deleted with it, out of the recycle bin."""
        before = self._store.row(name, record_id)
        if not before["IsDeleted"] or before.get("MasterRecordId"):
            raise KeyError(record_id)
        self._unbin(name, record_id, because_of=record_id)
        self._tell(name, record_id, UNDELETE, before)
        self._roll_up(name, before)

    def purge(self, name: str, record_id: str) -> None:
        """Forget a record and what belongs to it; only one that was not in the recycle bin is told of, as deleted."""
        if not self._store.row(name, record_id)["IsDeleted"]:
            self.delete(name, record_id)
        for child, reference in _CHILDREN.get(name, ()):
            for each in self._store.rows(child, **{reference: record_id}):
                self.purge(child, str(each["Id"]))
        self._store.remove(name, record_id)

    def merge(self, master_id: str, loser_id: str) -> None:
        """Make one account of two: the loser is deleted, and its opportunities and contracts change hands untold.

        "Child records that are reparented as part of the merge operation do not fire triggers" (Apex Developer Guide): their
        `SystemModstamp` rises here, their `LastModifiedDate` does not.
        """
        master, loser = self._live("Account", master_id), self._live("Account", loser_id)
        for child, reference in _CHILDREN["Account"]:
            for each in self._store.rows(child, **{reference: loser_id}):
                self._store.update(child, str(each["Id"]), {reference: master_id, "SystemModstamp": self.moment})
        self._store.update("Account", loser_id, {"IsDeleted": 1, "MasterRecordId": master_id, **self._stamp})
        self._tell("Account", loser_id, DELETE, loser)
        self._put("Account", master, master)

    def _live(self, name: str, record_id: Stored) -> dict[str, Stored]:
        row = self._store.row(name, str(record_id))
        if row.get("IsDeleted"):
            raise KeyError(record_id)
        return row

    def _put(self, name: str, before: Row, after: Row) -> None:
        record_id = str(before["Id"])
        self._store.update(name, record_id, {**after, **self._stamp})
        self._tell(name, record_id, UPDATE, before)

    def _bin(self, name: str, row: Row, because_of: str) -> None:
        self._store.update(name, str(row["Id"]), {"IsDeleted": 1, DELETED_WITH: because_of, **self._stamp})
        for child, reference in _CHILDREN.get(name, ()):
            for each in self._store.rows(child, **{reference: row["Id"], "IsDeleted": 0}):
                self._bin(child, each, because_of)

    def _unbin(self, name: str, record_id: str, because_of: str) -> None:
        self._store.update(name, record_id, {"IsDeleted": 0, DELETED_WITH: None, **self._stamp})
        for child, reference in _CHILDREN.get(name, ()):
            for each in self._store.rows(child, **{reference: record_id, DELETED_WITH: because_of}):
                self._unbin(child, str(each["Id"]), because_of)

    def _roll_up(self, name: str, line: Row) -> None:
        """Save the opportunity of a line with its new sum, where that changes anything of it."""
        if name != "OpportunityLineItem":
            return
        before = self._store.row("Opportunity", str(line[_PARENT_OF_A_LINE]))
        after = self._completed("Opportunity", before, {})
        if after != before:
            self._put("Opportunity", before, after)

    def _completed(self, name: str, before: Row, wanted: Mapping[str, Stored]) -> dict[str, Stored]:
        if name == "Opportunity":
            lines = self._store.rows("OpportunityLineItem", OpportunityId=before.get("Id", ""), IsDeleted=0)
            stages = {str(each["ApiName"]): each for each in self._store.rows("OpportunityStage")}
            return opportunity_values(before, wanted, stages, lines)
        if name == "OpportunityLineItem":
            product, currency = ({**before, **wanted}.get(each) for each in ("Product2Id", "CurrencyIsoCode"))
            return line_values(before, wanted, self._entry(product, currency), self._live("Product2", product))
        return contract_values(before, wanted, self.moment) if name == "Contract" else {**before, **wanted}

    def _entry(self, product_id: Stored, currency: Stored) -> Row:
        """The standard price of a product in a currency, made without a price where there was none."""
        found = self._store.rows("PricebookEntry", Product2Id=product_id, CurrencyIsoCode=currency, IsDeleted=0)
        if not found:
            book = self._store.rows("Pricebook2", IsStandard=1)[0]["Id"]
            values = {"Pricebook2Id": book, "Product2Id": product_id, "UnitPrice": "0", "IsActive": True}
            self.create("PricebookEntry", {**values, "CurrencyIsoCode": currency})
            found = self._store.rows("PricebookEntry", Product2Id=product_id, CurrencyIsoCode=currency, IsDeleted=0)
        return found[0]

    def _free_id(self, object_type: ObjectType) -> str:
        record_id = self._ids.new(object_type.prefix)
        while self._store.rows(object_type.name, Id=record_id):
            record_id = self._ids.new(object_type.prefix)
        return record_id

    def _tell(self, name: str, record_id: str, operation: str, before: Row) -> None:
        after = self._store.row(name, record_id)
        told = [field for field in self._store.prepare(name).fields if field != "SystemModstamp"]
        changed = tuple(field for field in told if before.get(field) != after[field]) if operation == UPDATE else ()
        self.changes.append(
            Change(object=name, record_id=record_id, operation=operation, changed=changed, before=before, after=after)
        )


def _wanted(object_type: ObjectType, values: Mapping[str, Any]) -> dict[str, Stored]:
    unknown = [name for name in values if name not in object_type.fields or not object_type.fields[name].settable]
    if unknown:
        raise ValueError(f"{object_type.name} has no {', '.join(unknown)} to be set")
    return {name: stored(object_type.fields[name], value) for name, value in values.items()}
