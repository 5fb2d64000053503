"""Books the year in a simulated environment of Dynamics 365 Finance, as its users do: every posting is a voucher."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.accounting.documents import MARCH, Journal, Month, Receipt, Trade, opposite
from tests.integration.accounting.erp import Erp
from tests.support.dynamics_environment import LiveEnvironment
from tests.support.one_server import OneServer

_ALPHA, _PARENT = "eumf", "usmf"
_ACCOUNTS = {
    "bank": "110110", "receivables": "130100", "payables": "200100", "tax": "202100", "accrued": "210100",
    "earnings": "300100", "subscriptions": "401100", "services": "401200", "group revenue": "401900",
    "marketing": "600100", "group cost": "600900", "gain": "801300", "rounding": "801900",
}  # fmt: skip
_PARTIES = {"Acme": "US-001", "Globex": "US-002", "the agency": "V-001", "the parent": "IC-USMF", "Alpha": "IC-EUMF"}
_CENTRES = {"sales": "023", "marketing": "024"}
# What the environment needs beside what it is made with: a company with its books in euro, and an account.
_MORE = {
    "company": (_ALPHA, "Example Europe", "EUR", "USD"),
    "main_account": ("801900", "Penny differences", "Expense", "LedgerJournal"),
}
_MEMBERS = """
legal_entity eumf ALPHA
legal_entity usmf PARENT
partner EUMF ALPHA
partner USMF PARENT
period eumf/2026/Closing 2026-12
account 110110 BANK
account 401100 SUBSCRIPTIONS
account 401200 SERVICES
account 401900 GROUP_REVENUE
account 600100 MARKETING
account 600900 GROUP_COST
account 801300 EXCHANGE_GAIN
account 801900 ROUNDING
cost_centre 023 CC_SALES
cost_centre 024 CC_MARKETING
customer US-001 ACME
customer US-002 GLOBEX
customer IC-USMF GROUP
supplier V-001 AD_AGENCY
supplier IC-EUMF GROUP
"""


class DynamicsBooks:
    """See `documents.Books`."""

    def __init__(self, live: LiveEnvironment) -> None:
        self._live = live
        self._rates: dict[str, str] = {}
        self._onwards = ""
        self._vouchers: dict[str, str] = {}
        for table, row in _MORE.items():
            live.posting._books.insert(table, row)

    def begin(self, month: Month) -> None:
        """Rates into the accounting currency, and from there into the reporting currency."""
        self._rates = {"EUR": "1", "GBP": month.pound_in_euro}
        self._onwards = month.euro_in_dollars

    def invoice(self, sale: Trade) -> None:
        """A sales invoice."""
        self._post("sales_invoice", sale.number, **self._trade(sale, "receivables"))

    def credit(self, sale: Trade) -> None:
        """An invoice with negative amounts, to Dynamics."""
        self._post("credit_note", sale.number, **_negated(self._trade(sale, "receivables")))

    def cancel(self, sale: Trade, day: str) -> None:
        """A credit note over all of it."""
        self._post("credit_note", f"{sale.number} again", **_negated(self._trade(sale, "receivables")) | {"date": day})

    def void(self, sale: Trade, day: str) -> None:
        """Dynamics cannot undo what is posted: it is credited in its month."""
        self.cancel(sale, day)

    def sell_within_the_group(self, sale: Trade, cost: Trade) -> None:
        """The companies are a dimension of each line."""
        self._post("sales_invoice", sale.number, **self._trade(sale, "receivables", partner="USMF"))
        bill = _negated(self._trade(cost, "payables", partner="EUMF"))
        rates = {"exchange_rate": MARCH.euro_in_dollars, "reporting_rate": "1"}
        self._post("supplier_invoice", cost.number, **bill, company=_PARENT, **rates)

    def journal(self, entry: Journal) -> None:
        """A general journal."""
        self._post("journal", entry.number, **self._journal(entry))

    def reverse(self, entry: Journal, day: str) -> None:
        """By the voucher's own reversal."""
        self._take_back(entry.number, day)

    def receive(self, receipt: Receipt) -> None:
        """A payment; and what settling it gained, as an adjustment by a voucher of its own, in both currencies of the books."""
        lines = [
            {"account": _ACCOUNTS["bank"], "amount": receipt.amount},
            {"account": _ACCOUNTS["receivables"], "amount": opposite(receipt.amount)},
        ]
        stated = {"date": receipt.posted_on, "currency": receipt.currency}
        self._post("customer_payment", receipt.number, **stated, party=_PARTIES[receipt.party], lines=lines)
        if receipt.gain:
            own, dollars = receipt.gain, receipt.gain_in_dollars
            gained = [
                {"account": _ACCOUNTS["receivables"], "amount": "0", "accounting": own, "reporting": dollars},
                {
                    "account": _ACCOUNTS["gain"], "amount": "0", "accounting": opposite(own),
                    "reporting": opposite(dollars),
                },
            ]  # fmt: skip
            self._post("exchange_adjustment", f"{receipt.number} gain", **stated, lines=gained)

    def bounce(self, receipt: Receipt, day: str) -> None:
        """By the reversal of the customer's transaction."""
        self._take_back(receipt.number, day)

    def adjust(self, entry: Journal) -> None:
        """In the closing period, which is there for what auditors find."""
        self._post("journal", entry.number, **self._journal(entry), period="Closing")

    def close_year(self, entry: Journal) -> None:
        """The year-end close posts to the closing period by itself."""
        self._post("closing", entry.number, **self._journal(entry))

    def reopen_for(self, bill: Trade) -> None:
        """Whoever may post to a period on hold does, without a word of it in the entry."""
        self._post("supplier_invoice", bill.number, **_negated(self._trade(bill, "payables")))

    def _take_back(self, number: str, day: str) -> None:
        self._live.control("POST", f"documents/{_ALPHA}/{self._vouchers[number]}/reverse", date=day)

    def _post(self, kind: str, number: str, **stated: Any) -> None:  # noqa: ANN401 JSON
        usual = {"company": _ALPHA, "currency": "EUR", "reporting_rate": self._onwards}
        usual["exchange_rate"] = self._rates[stated.get("currency", "EUR")]
        posted = self._live.control("POST", "documents", **{**usual, **stated, "kind": kind})
        self._vouchers[number] = posted["voucher"]

    def _trade(self, trade: Trade, control: str, partner: str = "") -> dict[str, Any]:
        """Header and lines of what a customer owes."""
        lines = [{"account": _ACCOUNTS[control], "amount": trade.total, "partner": partner}]
        for line in trade.lines:
            parts = {"cost_centre": _CENTRES.get(line.cost_centre, ""), "partner": partner}
            lines.append({"account": _ACCOUNTS[line.account], "amount": opposite(line.net), **parts})
            lines += [{"account": _ACCOUNTS["tax"], "amount": opposite(line.tax)}] if line.tax else []
        if trade.rounding:
            lines.append({"account": _ACCOUNTS["rounding"], "amount": "0", "accounting": trade.rounding})
        return {
            "date": trade.posted_on, "document_date": trade.dated, "party": _PARTIES[trade.party],
            "currency": trade.currency, "lines": lines,
        }  # fmt: skip

    def _journal(self, entry: Journal) -> dict[str, Any]:
        lines = [
            {"account": _ACCOUNTS[account], "amount": amount, "cost_centre": _CENTRES.get(centre, "")}
            for account, amount, centre in entry.lines
        ]
        return {"date": entry.posted_on, "lines": lines}


def _negated(stated: dict[str, Any]) -> dict[str, Any]:
    """The same the other way round."""
    return {**stated, "lines": [{**line, "amount": opposite(line["amount"])} for line in stated["lines"]]}


@contextmanager
def open_dynamics(server: OneServer, url: str) -> Iterator[Erp]:
    """A new environment."""
    live = LiveEnvironment(server, url)
    with live.http:
        yield Erp(
            books=DynamicsBooks(live),
            connection=live.connection(),
            reader=live.reader,
            listing=live.listing,
            clock=live.clock,
            members=_MEMBERS,
            entities=("journal_entry",),
        )
