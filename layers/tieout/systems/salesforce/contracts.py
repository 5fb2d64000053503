"""Turns a contract of Salesforce's into the fact; pure.

https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_contract.htm
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from tieout.columns import day_of, money_of, months_of, share_of, text_of, unreadable
from tieout.facts.contract import Contract, ContractStatus
from tieout.money import Money
from tieout.periods import months_later
from tieout.systems.salesforce.fields import currency_of
from tieout.systems.salesforce.options import ContractFields
from tieout.systems.salesforce.rates import Rates

# The category of a status, which every organisation may name as it likes. A contract that ran out stays activated, and so
# it is stated: whether its end has passed is for whoever looks at a period to say, and no fact may depend on when it is read.
STATUS = {
    "Draft": ContractStatus.DRAFT,
    "InApproval": ContractStatus.DRAFT,
    "Activated": ContractStatus.ACTIVE,
    "Terminated": ContractStatus.ENDED,
    "Expired": ContractStatus.ENDED,
}
_DAY = timedelta(days=1)


def contract_of(row: Mapping[str, Any], default_currency: str, fields: ContractFields, rates: Rates | None) -> Contract:
    """The contract, converted by the organisation's rate of its renewal date.

    Args:
        row: as Salesforce answers it.
        default_currency: for organisations with one currency, whose rows name none.
        fields: the account's own fields of contracts.
        rates: None where the organisation's own rates are not wanted, or there are none.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
        MalformedError: for a contract nobody could have signed.
    """
    currency = currency_of(row, default_currency)
    start, end = _run(row)
    renewal_date = renewal_date_of(row, fields)
    return Contract(
        number=text_of(row, "ContractNumber") or f"#{row['Id']}",
        name=text_of(row, "Name") if "Name" in row else None,
        customer=text_of(row, "AccountId"),
        status=_status(row),
        value=_own_money(row, fields.value, currency),
        start_date=start,
        end_date=end,
        renewal_date=renewal_date,
        renewal_amount=_own_money(row, fields.renewal_amount, currency),
        probability=share_of(row, fields.probability) if fields.probability else None,
        product=text_of(row, fields.product) if fields.product else None,
        owner=text_of(row, "OwnerId"),
        rate=rates.rate(currency, renewal_date) if rates else None,
    )


def renewal_date_of(row: Mapping[str, Any], fields: ContractFields) -> date | None:
    """The day a contract's renewal counts from; raises as `contract_of`."""
    return (day_of(row, fields.renewal_date) if fields.renewal_date else None) or _day_after(_run(row)[1])


def renewal_of(row: Mapping[str, Any], default_currency: str, fields: ContractFields) -> Money | None:
    """What a contract's renewal is to be worth, as `Contract.renewal` says it; raises as `contract_of`."""
    currency = currency_of(row, default_currency)
    return _own_money(row, fields.renewal_amount, currency) or _own_money(row, fields.value, currency)


def _own_money(row: Mapping[str, Any], name: str, currency: str) -> Money | None:
    """An amount in a field of the account's own; None where it has no such field."""
    return money_of(row, name, currency) if name else None


def _status(row: Mapping[str, Any]) -> ContractStatus:
    status = STATUS.get(text_of(row, "StatusCode") or "")
    if status is None:
        raise unreadable("StatusCode", "not_known")
    return status


def _run(row: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """Its first and its last day; Salesforce works the last one out of the term, unless the organisation enters it."""
    start, end, term = day_of(row, "StartDate"), day_of(row, "EndDate"), months_of(row, "ContractTerm")
    if end is None and start is not None and term is not None:
        following = months_later(start, term)
        end = following - _DAY if following else None
    return start, end


def _day_after(day: date | None) -> date | None:
    return day + _DAY if day is not None and day < date.max else None
