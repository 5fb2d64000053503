"""Carries the balances of a fiscal year into the next, as is done when it has ended, and again when it was posted to later."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.entries import CUBE, LEADING, EntryKey
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.tenant import Work

_RETAINED_EARNINGS = "33000000"
_AMOUNTS = ("AmountInCompanyCodeCurrency", "AmountInAdditionalCurrency1")
type _Balances = dict[str, tuple[Decimal, ...]]


def carry_forward(work: Work, company_code: str, fiscal_year: str) -> EntryKey:
    """Post what a year's balances are worth into period 000 of the next, its result to retained earnings.

    What was carried forward before is not carried again.

    Raises:
        ValueError: if there is nothing to carry forward.
    """
    company = Customizing(work.settings, work.store).company(company_code)
    following = str(int(fiscal_year) + 1)
    ended = _balances(work, "FiscalYear = ?", company_code, fiscal_year)
    carried = _balances(work, "FiscalYear = ? AND FiscalPeriod = '000'", company_code, following)
    items = []
    for account in sorted(ended.keys() | carried.keys()):
        functional, group = (now - before for now, before in zip(ended[account], carried[account], strict=True))
        if functional or group:
            amount = str(functional)
            items.append({"account": account, "amount": amount, "functional": amount, "group": str(group)})
    entry = {
        "company_code": company_code,
        "posting_date": f"{following}-{company.first_month:02d}-01",
        "period": "000",
        "items": items,
        "header": {"AccountingDocumentHeaderText": "Balance carried fwd"},
    }
    return Journal(work).post(entry)


def _balances(work: Work, where: str, company_code: str, fiscal_year: str) -> _Balances:
    """Balances by account, of which those with a result are one, in the currencies of the company and of the group."""
    statement = f"SELECT * FROM {CUBE} WHERE CompanyCode = ? AND Ledger = ? AND {where}"  # noqa: S608 our own names
    balances: _Balances = defaultdict(lambda: (Decimal(0), Decimal(0)))
    for row in work.store.select(statement, (company_code, LEADING, fiscal_year)):
        account = str(row["GLAccount"]) if row["IsBalanceSheetAccount"] else _RETAINED_EARNINGS
        amounts = (Decimal(str(row[name])) for name in _AMOUNTS)
        balances[account] = tuple(a + b for a, b in zip(balances[account], amounts, strict=True))
    return balances
