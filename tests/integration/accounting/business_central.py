"""Books the year in a simulated Business Central environment, as its users do; each company has its own books."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal

import httpx
import pytest

from sandbox.systems.business_central.schema import NO_DAY
from sandbox.systems.business_central.values import Stored
from tests.integration.accounting.documents import MARCH, Journal, Month, Receipt, Trade
from tests.integration.accounting.erp import Erp
from tests.support.central_environment import PORTUGAL as PARENT
from tests.support.central_environment import SPAIN as ALPHA
from tests.support.central_reading import CentralReading
from tests.support.one_server import OneServer

_ACCOUNTS = {
    "accrued": "2300", "subscriptions": "4000", "services": "4100", "group revenue": "4200", "marketing": "6000",
    "group cost": "6200",
}  # fmt: skip
_PARTIES = {"Acme": "10000", "Globex": "20000", "the agency": "30000", "the parent": "IC-PT", "Alpha": "IC-ES"}
_CENTRES = {"sales": "SALES", "marketing": "MKT"}
_TAX_PERCENT = "19"
_MEMBERS = f"""
legal_entity {ALPHA} ALPHA
legal_entity {PARENT} PARENT
partner ES ALPHA
partner PT PARENT
account 1100 BANK
account 4000 SUBSCRIPTIONS
account 4100 SERVICES
account 4200 GROUP_REVENUE
account 6000 MARKETING
account 6200 GROUP_COST
account 7000 EXCHANGE_GAIN
cost_centre SALES CC_SALES
cost_centre MKT CC_MARKETING
customer 10000 ACME
customer 20000 GLOBEX
customer IC-PT GROUP
supplier 30000 AD_AGENCY
supplier IC-ES GROUP
"""


class CentralBooks:
    """See `documents.Books`."""

    def __init__(self, central: CentralReading) -> None:
        self._central = central
        self._posted: dict[str, tuple[str, str]] = {}  # id and number
        self._paid: dict[str, str] = {}
        self._pound = ""
        self._set_up({"additionalReportingCurrency": "USD"}, ALPHA)
        self._set_up({"localCurrencyCode": "USD"}, PARENT)
        with central.environment.saving(ALPHA) as saving:
            saving.insert("currencies", {"code": "GBP", "displayName": "Pound"})

    def begin(self, month: Month) -> None:
        """The rate into the additional reporting currency, of which Business Central takes the one of the day."""
        self._pound = month.pound_in_euro
        with self._central.environment.saving(ALPHA) as saving:
            saving.update("companies", ALPHA, {"additional_rate": month.euro_in_dollars})

    def invoice(self, sale: Trade) -> None:
        """A sales invoice, drafted and posted."""
        self._post("salesInvoices", sale)

    def credit(self, sale: Trade) -> None:
        """A sales credit memo."""
        self._post("salesCreditMemos", sale)

    def cancel(self, sale: Trade, day: str) -> None:
        """By the corrective credit memo that Business Central makes."""
        self._central.bookkeeper.cancel(ALPHA, "salesInvoices", self._posted[sale.number][0], day, by="user")

    def void(self, sale: Trade, day: str) -> None:
        """Business Central cannot undo what is posted: it is cancelled in its month."""
        self.cancel(sale, day)

    def sell_within_the_group(self, sale: Trade, cost: Trade) -> None:
        """A sales invoice to a customer that is a company of the group, and a purchase invoice there."""
        self.invoice(sale)
        in_euro = {"currency": "EUR", "rate": MARCH.euro_in_dollars}
        bill = self._trade(cost) | in_euro | {"dimensions": {"INTERCOMPANY": "ES"}}
        self._central.post(bill, "purchaseInvoices", PARENT)

    def journal(self, entry: Journal) -> None:
        """A general journal."""
        self._central.journal(self._journal(entry, entry.posted_on), ALPHA)

    def reverse(self, entry: Journal, day: str) -> None:
        """By hand, under the same number: reversing would post to the day of the journal itself."""
        opposite = [{**line, "amount": f"-{line['amount']}".replace("--", "")} for line in _lines(entry)]
        self._central.journal({"date": day, "number": entry.number, "lines": opposite}, ALPHA)

    def receive(self, receipt: Receipt) -> None:
        """A payment, applied to the invoice it is for; Business Central itself posts what it gained."""
        applied = {self._posted[receipt.settles][1]: receipt.settled} if receipt.settles else {}
        foreign = {"currency": receipt.currency, "rate": self._pound} if receipt.currency != "EUR" else {}
        self._paid[receipt.number] = self._central.pay(
            party=_PARTIES[receipt.party], date=receipt.posted_on, amount=receipt.amount, apply=applied, **foreign
        )

    def bounce(self, receipt: Receipt, day: str) -> None:
        """By hand, as a payment of the other sign under the same number."""
        lines = [{"account": "1100", "amount": f"-{receipt.amount}"}, {"account": "1300", "amount": receipt.amount}]
        taken_back = {"date": day, "number": self._paid[receipt.number], "document_type": "Payment", "lines": lines}
        self._central.journal(taken_back, ALPHA)

    def adjust(self, entry: Journal) -> None:
        """On the last day of the year: there are no other periods than those of days."""
        self.journal(entry)

    def close_year(self, entry: Journal) -> None:
        """Business Central itself works out what is to be closed, on the closing date."""
        self._central.close_year("CLOSE-2026", ALPHA)
        closed = self._central.balances(documentNumber="CLOSE-2026")
        for account, amount, _ in entry.lines[:-1]:
            assert closed[_ACCOUNTS[account]] == Decimal(amount), account

    def reopen_for(self, bill: Trade) -> None:
        """Nothing is posted to February while posting is allowed from March on."""
        self._set_up({"allowPostingFrom": "2026-03-01"}, ALPHA)
        with pytest.raises(ValueError, match="allowed posting dates"):
            self._post("purchaseInvoices", bill)
        self._set_up({"allowPostingFrom": NO_DAY}, ALPHA)
        self._post("purchaseInvoices", bill)

    def _post(self, entity_set: str, trade: Trade) -> None:
        self._posted[trade.number] = self._central.post(self._trade(trade), entity_set, ALPHA)

    def _trade(self, trade: Trade) -> dict[str, object]:
        foreign = {"currency": trade.currency, "rate": self._pound} if trade.currency != "EUR" else {}
        lines = [
            {
                "account": _ACCOUNTS[line.account],
                "amount": line.net,
                "tax_percent": _TAX_PERCENT if line.tax else "0",
                "dimensions": _dimensions(line.cost_centre),
            }
            for line in trade.lines
        ]
        return {"party": _PARTIES[trade.party], "date": trade.posted_on, "lines": lines, **foreign}

    def _journal(self, entry: Journal, day: str) -> dict[str, object]:
        return {"date": day, "number": entry.number, "lines": _lines(entry)}

    def _set_up(self, changes: Mapping[str, Stored], company: str) -> None:
        setup = self._central.row("generalLedgerSetup", company)
        with self._central.environment.saving(company) as saving:
            saving.update("generalLedgerSetup", str(setup["id"]), changes)


def _lines(entry: Journal) -> list[dict[str, object]]:
    return [
        {"account": _ACCOUNTS[account], "amount": amount, "dimensions": _dimensions(centre)}
        for account, amount, centre in entry.lines
    ]


def _dimensions(centre: str) -> dict[str, str]:
    return {"DEPARTMENT": _CENTRES[centre]} if centre else {}


@contextmanager
def open_business_central(server: OneServer, url: str) -> Iterator[Erp]:
    """A new environment; the listing is of the documents in its books."""
    with httpx.Client(trust_env=False) as http:
        central = CentralReading(server, url, http)
        yield Erp(
            books=CentralBooks(central),
            connection=central.connection(group_currency="USD"),
            reader=central.reader(group_currency="USD"),
            listing=central.listing(group_currency="USD"),
            clock=central.clock,
            members=_MEMBERS,
            entities=("journal_entry",),
        )
