"""Books the year in a simulated S/4HANA tenant, as SAP's users do: sales bills, accounting posts what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.integration.accounting.documents import Journal, Month, Receipt, Trade
from tests.integration.accounting.erp import Erp
from tests.support.one_server import OneServer
from tests.support.sap_reading import TenantRead, plain_http
from tieout.systems.sap_s4hana.listing import open_listing
from tieout.systems.sap_s4hana.reader import open_reader

_ALPHA, _PARENT = "1010", "1710"
_ACCOUNTS = {
    "accrued": "21200000", "earnings": "33000000", "subscriptions": "41000000", "services": "41001000",
    "group revenue": "41900000", "marketing": "61003000", "group cost": "65900000",
}  # fmt: skip
_PARTIES = {
    "Acme": "17100001", "Globex": "17100002", "the agency": "17300001", "the parent": "17101710", "Alpha": "17301010",
}  # fmt: skip
_MATERIALS = {"subscriptions": "TG11", "services": "SV20", "group revenue": "SV20"}
_CENTRES = {"sales": "10101101", "marketing": "10101201"}
_LOCAL_CLOSING = "YC"  # the type of document, of its own, by which this company closes its year for its own authorities
_MEMBERS = """
legal_entity 1010 ALPHA
legal_entity 1710 PARENT
partner 1010 ALPHA
partner 1710 PARENT
period 1010/2026/013 2026-12
period 1010/2026/016 2026-12
period 1010/2027/000 2027-01
account 11001000 BANK
account 41000000 SUBSCRIPTIONS
account 41001000 SERVICES
account 41900000 GROUP_REVENUE
account 61003000 MARKETING
account 65900000 GROUP_COST
account 71100000 EXCHANGE_GAIN
account 72050000 ROUNDING
cost_centre 10101101 CC_SALES
cost_centre 10101201 CC_MARKETING
customer 17100001 ACME
customer 17100002 GLOBEX
customer 17101710 GROUP
supplier 17300001 AD_AGENCY
supplier 17301010 GROUP
product TG11 SUBSCRIPTION
product SV20 SERVICE
"""


class SapBooks:
    """See `documents.Books`."""

    def __init__(self, tenant: TenantRead) -> None:
        self._tenant = tenant
        self._bills: dict[str, Any] = {}  # billing documents and journal entries, as the tenant shows them

    def begin(self, month: Month) -> None:
        """The table of rates, of which S/4HANA takes the one of the day for each currency by itself."""
        for currency, dollars in (("EUR", month.euro_in_dollars), ("GBP", month.pound_in_dollars)):
            self._tenant.control("POST", "rates", currency=currency, usd=dollars)

    def invoice(self, sale: Trade) -> None:
        """A billing document, which accounting posts at once."""
        self._bill("F2", sale)

    def credit(self, sale: Trade) -> None:
        """A credit memo: its amounts are positive, and its kind says what it does."""
        self._bill("G2", sale)

    def cancel(self, sale: Trade, day: str) -> None:
        """By a document that cancels it; what that posts is the posting of the invoice the other way round."""
        number = self._bills[sale.number]["BillingDocument"]
        self._tenant.control("POST", f"billing_documents/{number}/cancel", date=day)

    def void(self, sale: Trade, day: str) -> None:
        """S/4HANA cannot undo what is posted: it is cancelled in its month."""
        self.cancel(sale, day)

    def sell_within_the_group(self, sale: Trade, cost: Trade) -> None:
        """Both documents say which company is at the other side."""
        self._bill("F2", sale, PartnerCompany=_PARENT)
        self._buy(cost, company_code=_PARENT, currency="EUR", header={"PartnerCompany": _ALPHA})

    def journal(self, entry: Journal) -> None:
        """A journal entry."""
        self._post(entry)

    def reverse(self, entry: Journal, day: str) -> None:
        """By the program for accruals."""
        self._take_back(entry.number, day, reason="05")

    def receive(self, receipt: Receipt) -> None:
        """A payment that clears the invoice it is for; S/4HANA itself posts what it gained."""
        clears = []
        if receipt.settles:
            clears = [{"fiscal_year": "2026", "document": self._bills[receipt.settles]["AccountingDocument"]}]
        self._bills[receipt.number] = self._tenant.control(
            "POST", "payments", company_code=_ALPHA, posting_date=receipt.posted_on, amount=receipt.amount,
            currency=receipt.currency, Customer=_PARTIES[receipt.party], clears=clears,
        )  # fmt: skip

    def bounce(self, receipt: Receipt, day: str) -> None:
        """Its entry is reversed, by a document of another type."""
        self._take_back(receipt.number, day, reason="01")

    def adjust(self, entry: Journal) -> None:
        """In special period 13."""
        self._post(entry, period="013")

    def close_year(self, entry: Journal) -> None:
        """Carry the balances forward; and, where the law asks for an entry, post one in the last special period."""
        self._post(entry, period="016", type=_LOCAL_CLOSING)
        self._tenant.control("POST", "carry_forward", company_code=_ALPHA, fiscal_year="2026")

    def reopen_for(self, bill: Trade) -> None:
        """Nothing is posted to February while it is closed."""
        month = {"company_code": _ALPHA, "fiscal_year": "2026", "period": "002"}
        self._tenant.control("POST", "periods", **month, is_open=False)
        refused = self._tenant.http.post(f"{self._tenant.url}/_control/supplier_invoices", json=self._bought(bill))
        assert refused.status_code == 400
        self._tenant.control("POST", "periods", **month, is_open=True)
        self._buy(bill)

    def _take_back(self, number: str, day: str, reason: str) -> None:
        path = f"journal_entries/{_ALPHA}/2026/{self._bills[number]['AccountingDocument']}/reverse"
        self._tenant.control("POST", path, posting_date=day, reason=reason)

    def _bill(self, kind: str, sale: Trade, **more: str) -> None:
        items = [
            {
                "NetAmount": line.net,
                "TaxAmount": line.tax or "0",
                "account": _ACCOUNTS[line.account],
                "Material": _MATERIALS[line.account],
                "CostCenter": _CENTRES.get(line.cost_centre, ""),
            }
            for line in sale.lines
        ]
        self._bills[sale.number] = self._tenant.control(
            "POST", "billing_documents", type=kind, CompanyCode=_ALPHA, SoldToParty=_PARTIES[sale.party],
            BillingDocumentDate=sale.posted_on, TransactionCurrency=sale.currency, items=items, **more,
        )  # fmt: skip

    def _buy(self, bill: Trade, **more: Any) -> None:  # noqa: ANN401 JSON
        self._tenant.control("POST", "supplier_invoices", **{**self._bought(bill), **more})

    def _bought(self, bill: Trade) -> dict[str, Any]:
        items = [
            {"account": _ACCOUNTS[line.account], "amount": line.net, "CostCenter": _CENTRES.get(line.cost_centre, "")}
            for line in bill.lines
        ]
        supplier = {"Supplier": _PARTIES[bill.party], "items": items}
        return {"company_code": _ALPHA, "posting_date": bill.posted_on, "document_date": bill.dated, **supplier}

    def _post(self, entry: Journal, **more: str) -> None:
        items = [
            {"account": _ACCOUNTS[account], "amount": amount, "CostCenter": _CENTRES.get(centre, "")}
            for account, amount, centre in entry.lines
        ]
        stated = {"company_code": _ALPHA, "posting_date": entry.posted_on, "items": items}
        self._bills[entry.number] = self._tenant.control("POST", "journal_entries", **stated, **more)


@contextmanager
def open_sap(server: OneServer, url: str) -> Iterator[Erp]:
    """A new tenant."""
    with plain_http() as http:
        tenant = TenantRead(server, url, http)
        connection = tenant.connection(closing_document_types=[_LOCAL_CLOSING])
        yield Erp(
            books=SapBooks(tenant),
            connection=connection,
            reader=open_reader(connection, tenant.credentials, http, tenant.clock),
            listing=open_listing(connection, tenant.credentials, http, tenant.clock),
            clock=tenant.clock,
            members=_MEMBERS,
            entities=("billing_document", "journal_entry"),
        )
