"""What a Business Central connection may set in the landscape beyond what every connection has.

The door is given only what every use of the options needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tieout.declared import Declared

_COMPANY = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_RESOURCE = re.compile("[A-Za-z]{1,60}", re.ASCII)
_CURRENCY = re.compile("[A-Z]{3}", re.ASCII)
_AT_THE_DOOR = ("companies",)


class Dimensions(Declared):
    """Which of the companies' own dimensions, by their codes, are dimensions of a ledger line; empty: none is.

    Attributes:
        partner: the dimension whose values are companies of the own group that a line is with.
    """

    cost_centre: str = ""
    profit_centre: str = ""
    segment: str = ""
    location: str = ""
    partner: str = ""
    product: str = ""


class Options(Declared):
    """The options of some companies of one environment.

    Attributes:
        companies: the ids of the companies that are meant, in lower case; what is told of any other is ignored.
        resources: what each company is subscribed to.
        receivable_accounts: numbers of the accounts of trade debtors: what is posted to one is with customers.
        payable_accounts: numbers of the accounts of trade creditors: what is posted to one is with suppliers.
        cash_accounts: numbers of the accounts that count as cash.
        dimensions: which dimensions of the companies are which of ours.
        group_currency: the group's reporting currency: the amounts of companies that keep their books in it, or keep them in
            it, too, as their additional reporting currency, are group amounts; empty: none are.
        accounting_periods: True to post to the companies' own accounting periods, which people enter (4-4-5) and may change;
            False: the posting date decides, by the calendar that planning has for the company.
        closing_numbers: how the document numbers begin under which a year's income statement is closed.
        documents_balance: False where general journal templates do not force documents to balance; then nobody can see that
            a part of a document is missing.
    """

    companies: Sequence[str]
    resources: Sequence[str] = ("generalLedgerEntries", "salesInvoices", "salesCreditMemos")
    receivable_accounts: Sequence[str] = ()
    payable_accounts: Sequence[str] = ()
    cash_accounts: Sequence[str] = ()
    dimensions: Dimensions = Dimensions()
    group_currency: str = ""
    accounting_periods: bool = False
    closing_numbers: Sequence[str] = ()
    documents_balance: bool = True

    def __post_init__(self) -> None:
        """Read what came as JSON, and refuse what reads nothing or closes everything: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        if isinstance(self.dimensions, Mapping):
            self.__dict__["dimensions"] = Dimensions(**self.dimensions)
        if not self.companies or not all(_COMPANY.fullmatch(each) for each in self.companies):
            raise ValueError("companies are no ids of companies in lower case")
        if len(set(self.companies)) < len(self.companies):
            raise ValueError("companies names one twice")
        if not all(_RESOURCE.fullmatch(each) for each in self.resources):
            raise ValueError("resources are no names of resources")
        if self.group_currency and not _CURRENCY.fullmatch(self.group_currency):
            raise ValueError("group_currency is no ISO 4217 code")
        if "" in self.closing_numbers:
            raise ValueError("closing_numbers holds an empty text, with which every number begins")


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name in _AT_THE_DOOR}
