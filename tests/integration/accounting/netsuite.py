"""Books the year in a simulated NetSuite account, as NetSuite's users do: the period is chosen, whatever the day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from sandbox.systems.netsuite.app import create_app
from sandbox.systems.netsuite.certificates import IntegrationKey, make_key
from sandbox.systems.netsuite.settings import AccountSettings
from tests.integration.accounting.documents import MARCH, Journal, Month, Receipt, Trade, opposite
from tests.integration.accounting.erp import Erp
from tests.support.clock import ManualClock
from tests.support.netsuite_account import Account, plain_http
from tests.support.one_server import OneServer
from tieout.systems.netsuite.listing import ENTITIES

_PARENT, _ALPHA = "1", "3"
_ACCOUNTS = {
    "bank": "1000", "receivables": "1100", "payables": "2000", "tax": "2100", "accrued": "2200", "subscriptions": "4000",
    "services": "4100", "group revenue": "4900", "group cost": "5900", "marketing": "6000", "gain": "7000",
    "rounding": "7900",
}  # fmt: skip
_PARTIES = {"Acme": "7938", "Globex": "7939", "the agency": "8100", "the parent": "7991", "Alpha": "8193"}
_DEPARTMENTS = {"sales": "7", "marketing": "8"}
# What the account needs beside what it is made with.
_MORE = {
    "every_account": (
        ("90", "4900", "Group Revenue", "Income", "AVERAGE", None, "T"),
        ("91", "5900", "Group Cost", "Expense", "AVERAGE", None, "T"),
        ("92", "7900", "Rounding Gain/Loss", "OthExpense", "AVERAGE", None, "F"),
    ),
    "entity": (("7991", "Parent as a customer", "CustJob", _PARENT), ("8193", "Alpha as a vendor", "Vendor", _ALPHA)),
}
_ADJUSTMENTS = "Adj 2026"
_MEMBERS = """
legal_entity 1 PARENT
legal_entity 3 ALPHA
partner 1 PARENT
partner 3 ALPHA
period 225 2026-12
account 1000 BANK
account 4000 SUBSCRIPTIONS
account 4100 SERVICES
account 4900 GROUP_REVENUE
account 5900 GROUP_COST
account 6000 MARKETING
account 7000 EXCHANGE_GAIN
account 7900 ROUNDING
cost_centre 7 CC_SALES
cost_centre 8 CC_MARKETING
customer 7938 ACME
customer 7939 GLOBEX
customer 7991 GROUP
supplier 8100 AD_AGENCY
supplier 8193 GROUP
"""  # 225 is the id of the period "Adj 2026"


class NetSuiteBooks:
    """See `documents.Books`."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._ids: dict[str, str] = {}
        self._month, self._rate = "", {"EUR": "1"}
        for table, rows in _MORE.items():
            for row in rows:
                account.documents._books.insert(table, list(row))

    def begin(self, month: Month) -> None:
        """Rates for the income statement, for the balance sheet and for equity, which nothing here needs."""
        self._month = month.name
        rates = {"average": month.euro_in_dollars, "current": month.at_its_end, "historical": "9"}
        for period in (month.name, _ADJUSTMENTS) if month.name.startswith("Dec") else (month.name,):
            self._account.control("POST", "rates", period=period, subsidiary=_ALPHA, to=_PARENT, rates=rates)
        self._rate = {"EUR": "1", "GBP": month.pound_in_euro}

    def invoice(self, sale: Trade) -> None:
        """An invoice."""
        self._save("invoice", sale.number, self._trade(sale, "receivables"))

    def credit(self, sale: Trade) -> None:
        """A credit memo: whatever the sign on paper, in the ledger its income is a debit."""
        self._save("creditmemo", sale.number, _negated(self._trade(sale, "receivables")))

    def cancel(self, sale: Trade, day: str) -> None:
        """A credit memo over all of it."""
        stated = {**self._trade(sale, "receivables"), "date": day}
        self._save("creditmemo", f"{sale.number} again", _negated(stated))

    def void(self, sale: Trade, _day: str) -> None:
        """Directly: the invoice stays, and every amount of it becomes zero."""
        self._account.control("POST", f"documents/{self._ids[sale.number]}/void")

    def sell_within_the_group(self, sale: Trade, cost: Trade) -> None:
        """An invoice to a customer and a bill of a vendor, each of whom stands for a subsidiary."""
        self.invoice(sale)
        bill = _negated(self._trade(cost, "payables")) | {"subsidiary": _PARENT, "exchange_rate": MARCH.euro_in_dollars}
        self._save("vendorbill", cost.number, bill)

    def journal(self, entry: Journal) -> None:
        """A journal entry."""
        self._save("journalentry", entry.number, self._journal(entry))

    def reverse(self, entry: Journal, day: str) -> None:
        """By its reversal."""
        self._account.control("POST", f"documents/{self._ids[entry.number]}/reverse", date=day, period=self._month)

    def receive(self, receipt: Receipt) -> None:
        """A customer payment, with its realized gain, and what is not applied to an invoice yet."""
        lines = [
            {"account": _ACCOUNTS["bank"], "amount": receipt.amount},
            {"account": _ACCOUNTS["receivables"], "amount": opposite(receipt.amount)},
        ]
        if receipt.gain:
            lines[0]["functional"], lines[1]["functional"] = receipt.worth, opposite(receipt.booked_at)
            lines.append({"account": _ACCOUNTS["gain"], "amount": "0", "functional": opposite(receipt.gain)})
        stated = {
            "date": receipt.posted_on,
            "entity": _PARTIES[receipt.party],
            "currency": receipt.currency,
            "lines": lines,
        }
        self._save("customerpayment", receipt.number, {**stated, "unapplied": receipt.unapplied or None})

    def bounce(self, receipt: Receipt, _day: str) -> None:
        """It is voided, which empties it in its own month."""
        self._account.control("POST", f"documents/{self._ids[receipt.number]}/void")

    def adjust(self, entry: Journal) -> None:
        """In the adjustment period, which has a day of December and is none of its months."""
        self._save("journalentry", entry.number, self._journal(entry) | {"period": _ADJUSTMENTS})

    def close_year(self, _entry: Journal) -> None:
        """Nobody has to: NetSuite computes retained earnings."""

    def reopen_for(self, bill: Trade) -> None:
        """The period is chosen again once it is open."""
        self._save("vendorbill", bill.number, _negated(self._trade(bill, "payables")))

    def _save(self, kind: str, number: str, stated: dict[str, Any]) -> None:
        usual = {"subsidiary": _ALPHA, "currency": "EUR", "period": self._month}
        usual["exchange_rate"] = self._rate[stated.get("currency", "EUR")]
        self._ids[number] = self._account.save({**usual, **stated}, type=kind)

    def _trade(self, trade: Trade, control: str) -> dict[str, Any]:
        """Header and lines of what a customer owes."""
        lines = [{"account": _ACCOUNTS[control], "amount": trade.total}]
        for line in trade.lines:
            dimension = {"department": _DEPARTMENTS[line.cost_centre]} if line.cost_centre else {}
            lines.append({"account": _ACCOUNTS[line.account], "amount": opposite(line.net), **dimension})
            lines += [{"account": _ACCOUNTS["tax"], "amount": opposite(line.tax)}] if line.tax else []
        if trade.rounding:
            lines.append({"account": _ACCOUNTS["rounding"], "amount": "0", "functional": trade.rounding})
        return {"date": trade.dated, "entity": _PARTIES[trade.party], "currency": trade.currency, "lines": lines}

    def _journal(self, entry: Journal) -> dict[str, Any]:
        lines = [
            {"account": _ACCOUNTS[account], "amount": amount, "department": _DEPARTMENTS.get(centre)}
            for account, amount, centre in entry.lines
        ]
        return {"date": entry.posted_on, "lines": lines}


def _negated(stated: dict[str, Any]) -> dict[str, Any]:
    """The same the other way round."""
    return {**stated, "lines": [_other_way(line) for line in stated["lines"]]}


def _other_way(line: dict[str, str]) -> dict[str, str]:
    return {name: opposite(value) if name in {"amount", "functional"} else value for name, value in line.items()}


@cache
def _key() -> IntegrationKey:
    return make_key(2048)


@contextmanager
def open_netsuite(server: OneServer, url: str) -> Iterator[Erp]:
    """A new account."""
    clock = ManualClock()
    app = create_app(AccountSettings(certificate_public_key=_key().public_key), now=clock.now)
    server.app = app
    with plain_http() as http:
        account = Account(url, http, clock, _key(), app.documents)
        yield Erp(
            books=NetSuiteBooks(account),
            connection=account.connection(),
            reader=account.reader,
            listing=account.listing(),
            clock=clock,
            members=_MEMBERS,
            entities=ENTITIES,
        )
