"""What the environment's users do: open, change, win, lose, open again and delete opportunities, and sell products in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sandbox.systems.dynamics_sales.tables import CURRENCIES, MASTERS, OPPORTUNITIES, PRODUCTS, Row, Tables

_OWNER = "0e000000-0000-4000-8000-000000000001"
_OPEN, _WON, _LOST = (0, 1), (1, 3), (2, 4)  # state and status
_FORECAST = {_OPEN: 100_000_001, _WON: 100_000_005, _LOST: 100_000_006}
_CHANGEABLE = frozenset(
    {
        "name",
        "_parentaccountid_value",
        "_customerid_value",
        "customer_table",
        "_ownerid_value",
        "estimatedvalue",
        "estimatedclosedate",
        "closeprobability",
        "stepname",
        "msdyn_forecastcategory",
        "isrevenuesystemcalculated",
    }
)


@dataclass(frozen=True, kw_only=True)
class Change:
    """One message of the environment about a row.

    Attributes:
        entity_set: of the row.
        before: the row as it was; None where it was not there.
        after: the row as it is; None where it is no more.
        depth: 1: somebody did it; more: what was done because of that.
    """

    message: str
    entity_set: str
    row_id: str
    before: Row | None
    after: Row | None
    stated: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 1


class Selling:
    """Does what users do in the tables; each function gives the messages it led to, in their order."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._given = 0

    def save(self, stated: Mapping[str, Any]) -> list[Change]:
        """Open an opportunity, or change the one that `opportunityid` names.

        Raises:
            KeyError: for a currency that is not there.
            ValueError: for a column that cannot be written.
        """
        fields = dict(stated)
        row_id = str(fields.pop("opportunityid", "")) or self._new_id("0d")
        code = fields.pop("currency", None)
        unknown = sorted(fields.keys() - _CHANGEABLE)
        if unknown:
            raise ValueError(f"no column {unknown[0]} that can be written")
        before = self._row(row_id)
        row = before or self._opened(row_id)
        if code is not None or before is None:
            fields["_transactioncurrencyid_value"] = self._tables.currency(code or "USD")["transactioncurrencyid"]
        return [self._saved(before, {**row, **fields}, fields)]

    def close(
        self, row_id: str, *, won: bool, value: str | None = None, day: str = "", by_update: bool = False
    ) -> list[Change]:
        """Win or lose an opportunity: by the message of its own, with the update it makes, or by the update alone."""
        before = self._tables.row(OPPORTUNITIES, row_id)
        state, status = _WON if won else _LOST
        fields = {
            "statecode": state,
            "statuscode": status,
            "actualvalue": value if won else None,
            "actualclosedate": day or self._tables.stamp()[:10],
            "msdyn_forecastcategory": _FORECAST[state, status],
        }
        updated = self._saved(before, {**before, **fields}, fields, depth=1 if by_update else 2)
        if by_update:
            return [updated]
        message = "Win" if won else "Lose"
        return [
            Change(message=message, entity_set=OPPORTUNITIES, row_id=row_id, before=before, after=updated.after),
            updated,
        ]

    def reopen(self, row_id: str) -> list[Change]:
        """Open a closed opportunity again."""
        before = self._tables.row(OPPORTUNITIES, row_id)
        fields = {
            "statecode": 0,
            "statuscode": 1,
            "actualvalue": None,
            "actualclosedate": None,
            "msdyn_forecastcategory": _FORECAST[_OPEN],
        }
        return [self._saved(before, {**before, **fields}, fields)]

    def delete(self, row_id: str) -> list[Change]:
        """Delete an opportunity; its products go with it, untold, as whatever the database deletes in cascade."""
        for each in self._products(row_id):
            self._tables.delete(PRODUCTS, each["opportunityproductid"])
        before = self._tables.delete(OPPORTUNITIES, row_id)
        return [Change(message="Delete", entity_set=OPPORTUNITIES, row_id=row_id, before=before, after=None)]

    def sell(self, opportunity_id: str, stated: Mapping[str, Any]) -> list[Change]:
        """Put a product into an opportunity, or change the one that `opportunityproductid` names."""
        opportunity = self._tables.row(OPPORTUNITIES, opportunity_id)
        row_id = str(stated.get("opportunityproductid") or self._new_id("0f"))
        before = next((each for each in self._products(opportunity_id) if each["opportunityproductid"] == row_id), None)
        row = before or {
            "opportunityproductid": row_id,
            "_opportunityid_value": opportunity_id,
            "_productid_value": None,
            "extendedamount": None,
        }
        fields = {name: stated[name] for name in ("_productid_value", "extendedamount") if name in stated}
        currency = opportunity["_transactioncurrencyid_value"]
        after = self._tables.save(PRODUCTS, {**row, **fields, "_transactioncurrencyid_value": currency})
        message = "Create" if before is None else "Update"
        told = Change(message=message, entity_set=PRODUCTS, row_id=row_id, before=before, after=after, stated=fields)
        return [told, *self._recalculated(opportunity_id)]

    def take_out(self, product_id: str) -> list[Change]:
        """Take a product out of its opportunity."""
        before = self._tables.delete(PRODUCTS, product_id)
        told = Change(message="Delete", entity_set=PRODUCTS, row_id=product_id, before=before, after=None)
        return [told, *self._recalculated(before["_opportunityid_value"])]

    def keep(self, entity_set: str, stated: Mapping[str, Any]) -> list[Change]:
        """Add an account or a product, or change the one whose id is stated.

        Raises:
            KeyError: for a currency that is not there.
        """
        fields, id_column = dict(stated), MASTERS[entity_set]
        row_id = str(fields.pop(id_column, "")) or self._new_id({"accounts": "0a", "products": "0c"}[entity_set])
        code = fields.pop("currency", None)
        fields |= {"_transactioncurrencyid_value": self._tables.currency(code)["transactioncurrencyid"]} if code else {}
        before = next((each for each in self._tables.rows(entity_set) if each[id_column] == row_id), None)
        row = before or dict.fromkeys(self._tables.columns(entity_set)) | {id_column: row_id, "statecode": 0}
        after = self._tables.save(entity_set, {**row, **fields})
        message = "Create" if before is None else "Update"
        return [
            Change(message=message, entity_set=entity_set, row_id=row_id, before=before, after=after, stated=fields)
        ]

    def drop(self, entity_set: str, row_id: str) -> list[Change]:
        """Delete an account or a product."""
        before = self._tables.delete(entity_set, row_id)
        return [Change(message="Delete", entity_set=entity_set, row_id=row_id, before=before, after=None)]

    def set_rate(self, code: str, rate: str) -> list[Change]:
        """Change the rate of a currency: rows keep the one they were saved by."""
        currency = self._tables.currency(code)
        self._tables.sql.execute(
            "UPDATE transactioncurrencies SET exchangerate = ? WHERE transactioncurrencyid = ?",
            [rate, currency["transactioncurrencyid"]],
        )
        return []

    def _saved(self, before: Row | None, row: Row, stated: Mapping[str, Any], depth: int = 1) -> Change:
        rate = self._tables.row(CURRENCIES, row["_transactioncurrencyid_value"])["exchangerate"]
        after = self._tables.save(OPPORTUNITIES, {**row, "exchangerate": rate})
        return Change(
            message="Create" if before is None else "Update",
            entity_set=OPPORTUNITIES,
            row_id=row["opportunityid"],
            before=before,
            after=after,
            stated=stated,
            depth=depth,
        )

    def _recalculated(self, opportunity_id: str) -> list[Change]:
        """The opportunity's worth is the sum of its products, where users have not set it to be theirs to state."""
        before = self._tables.row(OPPORTUNITIES, opportunity_id)
        if not before["isrevenuesystemcalculated"]:
            return []
        total = sum((Decimal(each["extendedamount"] or "0") for each in self._products(opportunity_id)), Decimal(0))
        fields = {"estimatedvalue": str(total)}
        return [self._saved(before, {**before, **fields}, fields, depth=2)]

    def _products(self, opportunity_id: str) -> list[Row]:
        return [each for each in self._tables.rows(PRODUCTS) if each["_opportunityid_value"] == opportunity_id]

    def _row(self, row_id: str) -> Row | None:
        try:
            return self._tables.row(OPPORTUNITIES, row_id)
        except KeyError:
            return None

    def _opened(self, row_id: str) -> Row:
        known = dict.fromkeys(_CHANGEABLE) | {"opportunityid": row_id, "_ownerid_value": _OWNER}
        state, status = _OPEN
        closing = {"statecode": state, "statuscode": status, "actualvalue": None, "actualclosedate": None}
        defaults = {"msdyn_forecastcategory": _FORECAST[_OPEN], "isrevenuesystemcalculated": 0}
        return known | closing | defaults

    def _new_id(self, kind: str) -> str:
        self._given += 1
        return f"{kind}{self._given:06x}-0000-4000-8000-0000000000d5"
