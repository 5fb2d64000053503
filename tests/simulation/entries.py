"""The mapping entries that anybody in a simulated world may come to need."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from tests.simulation import books_values as books
from tests.simulation import dataverse_values as dataverse
from tests.simulation import finance_values as finance
from tests.simulation import sap_values as sap
from tests.simulation.billing_systems import BILLING
from tests.simulation.books_system import BOOKS
from tests.simulation.companies import COMPANY_OF, PERIODS
from tests.simulation.crm_values import COMPANIES, CURRENCIES, PRODUCTS, STAGES
from tests.simulation.dataverse_system import DATAVERSE
from tests.simulation.documents import (
    ACCOUNTS,
    CUSTOMERS,
    DEPARTMENTS,
    EXPENSES,
    MANY_DEPARTMENTS,
    OWN_CURRENCY,
    VENDORS,
)
from tests.simulation.files_system import ACCOUNTS as FILE_ACCOUNTS
from tests.simulation.files_system import CENTRES, COMPANY, FILES
from tests.simulation.files_system import PERIODS as OWN_PERIODS
from tests.simulation.finance_system import FINANCE
from tests.simulation.sales_system import SALES
from tests.simulation.sales_values import ACCOUNTS as SALES_ACCOUNTS
from tests.simulation.sales_values import PRODUCTS as SALES_PRODUCTS
from tests.simulation.sales_values import STAGES as SALES_STAGES
from tests.simulation.sap_system import SAP
from tests.simulation.spending import CATEGORIES, COST_CENTRES, MERCHANTS, ORDERING, PROCUREMENT, TOOLS
from tests.simulation.systems import CRMS, ERPS
from tieout.planning.mapping import MappingKey
from tieout.planning.validity import Term, text_of

_ODD_PERIODS = {  # those of the ERP that are no period of one company or the other, and go where a controller has said
    "103": "RT2026-P02",
    "104": "RT2026-P03",
    "105": "RT2026-P04",
    "199": "2026-03",
    "302": "2026-03",
    "303": "2026-04",
    "304": "2026-05",
}
OTHER_MEMBERS = {"stage": ("prospect", "won", "lost"), "rate": ("1.2345",), "period": ("2026-04",)}
"""What an entry of some tables is replaced with: not every text is a member there."""


@cache
def all_mappings() -> dict[MappingKey, str]:
    """Every entry anybody may come to need."""
    stages = ("prospect", "negotiation", "won", "lost", "proposal", "won")
    found: dict[MappingKey, str] = {}
    for name in CRMS:
        found |= {MappingKey(name, "customer", each): f"M-{each}" for each in COMPANIES}
        found |= {MappingKey(name, "product", each): f"P-{each}" for each in ("default", "renewals", *PRODUCTS)}
        found |= {MappingKey(name, "stage", key): stage for key, stage in zip(STAGES, stages, strict=True)}
    for name in ERPS:
        found |= {MappingKey(name, "legal_entity", each): f"E-{each}" for each in OWN_CURRENCY}
        found |= {MappingKey(name, "customer", each): f"M-{each}" for each in CUSTOMERS}
        found |= {MappingKey(name, "supplier", each): f"S-{each}" for each in VENDORS}
        found |= {MappingKey(name, "partner", each): f"E-{each}" for each in OWN_CURRENCY}
        found |= {MappingKey(name, "account", each): f"A-{each}" for each in (*ACCOUNTS, *EXPENSES, "1000")}
        departments = (*filter(None, DEPARTMENTS), *MANY_DEPARTMENTS)
        found |= {MappingKey(name, "cost_centre", each): f"C-{each}" for each in departments}
        found |= {MappingKey(name, "period", key): period for key, period in _ODD_PERIODS.items()}
    for name in TOOLS:
        found |= {MappingKey(name, "account", each): _in_two_periods(f"A-{each}") for each in CATEGORIES}
        found |= {MappingKey(name, "cost_centre", each): f"C-{each}" for each in COST_CENTRES if each}
        found |= {MappingKey(name, "supplier", each): f"S-{each}" for each in MERCHANTS if each}
    found |= _of_sales()
    found |= {MappingKey(PROCUREMENT, "legal_entity", each): company for each, company in ORDERING.items()}
    rates = {"EUR": "1.085", "JPY": "0.00671", "KWD": "3.250"}  # but for a last digit, which each period has its own of
    for currency in CURRENCIES:
        if currency != "USD":
            for place, period in enumerate(PERIODS):
                found[MappingKey.rate("average", currency, "USD", period)] = f"{rates[currency]}{place}"
    return {**found, **_of_books(), **_of_sap(), **_of_finance(), **_of_files(), **_of_dataverse(), **_of_billing()}


def _in_two_periods(member: str) -> str:
    """A member up to March, and another one in April and May, as the oracle reads it; of later ones nobody has said anything."""
    return f"..2026-03={member};2026-04..2026-05={member}-2"


def as_stored(said: str) -> str:
    """What an operator stores for what the oracle reads."""
    if "=" not in said:
        return said
    parted = (each.partition("=") for each in said.split(";"))
    bounded = ((*bounds.partition(".."), member) for bounds, _, member in parted)
    return text_of(Term(first, last, member) for first, _, last, member in bounded)


@cache
def budget_rates() -> dict[MappingKey, str]:
    """The rates that plans go by: euros directly, all else by way of the euro, of which a year was later stored as a whole."""
    found: dict[MappingKey, str] = {}
    for period in PERIODS:
        found[MappingKey.rate("budget", "EUR", "USD", period)] = "1.1207"
        found[MappingKey.rate("budget", "JPY", "EUR", period)] = "0.006131"
        found[MappingKey.rate("budget", "KWD", "EUR", period)] = "2.9017"
    for period in PERIODS[1::2]:
        found[MappingKey.rate("budget", "JPY", "USD", period)] = "0.006907"
    return found


def _of_files() -> Mapping[MappingKey, str]:
    """Those of the books that are dropped in files."""
    members = {
        "legal_entity": {COMPANY: COMPANY_OF[FILES]},
        "account": {each: f"A-{each}" for each in FILE_ACCOUNTS},
        "cost_centre": {each: f"C-{each}" for each in CENTRES if each},
        "period": OWN_PERIODS,
    }
    return {MappingKey(FILES, table, each): member for table, of in members.items() for each, member in of.items()}


def _of_books() -> Mapping[MappingKey, str]:
    """Those of the Business Central environment."""
    members = {
        "legal_entity": {each.company: f"B-{place}" for place, each in enumerate(books.LEDGERS, 1)},
        "account": {each: f"A-{each}" for each in books.CATEGORIES},
        "customer": {each: f"M-{place}" for place, each in enumerate(books.CUSTOMERS, 501)},
        "supplier": {each: f"S-{each}" for each in books.VENDORS},
        "cost_centre": {each: f"C-{each}" for each in books.DEPARTMENTS if each},
        "partner": {each: f"E-{each}" for each in books.PARTNERS if each},
    }
    return {MappingKey(BOOKS, table, each): member for table, of in members.items() for each, member in of.items()}


def _of_sap() -> Mapping[MappingKey, str]:
    """Those of the S/4HANA tenant, whose orders name a sales organisation where its books name a company code."""
    companies = {each.code: f"S-{place}" for place, each in enumerate(sap.COMPANIES, 1)}
    members = {
        "legal_entity": companies | {f"org:{code}": member for code, member in companies.items()},
        "account": {each: f"A-{each}" for each in (*sap.INCOME, *sap.EXPENSES, sap.CASH)},
        "customer": {each: f"M-{place}" for place, each in enumerate(sap.CUSTOMERS, 501)},
        "supplier": {each: f"S-{each}" for each in sap.SUPPLIERS},
        "cost_centre": {each: f"C-{each}" for each in sap.COST_CENTRES if each},
        "partner": {each: f"E-{each}" for each in sap.PARTNERS if each},
        "product": {each.lstrip("0"): f"P-{each.lstrip('0')}" for each in sap.MATERIALS if each},
        "period": {"/".join(each): period for each, period in sap.ODD_PERIODS.items()},
    }
    return {MappingKey(SAP, table, each): member for table, of in members.items() for each, member in of.items()}


def _of_finance() -> Mapping[MappingKey, str]:
    """Those of the Dynamics 365 Finance environment; what lies beside a calendar goes where a controller has said."""
    beside = [(ledger, each) for ledger in finance.LEDGERS for each in ledger.beside]
    planned = {finance.LEDGERS[0].periods: "2026-03", finance.LEDGERS[1].periods: "RT2026-P03"}
    members = {
        "legal_entity": {each.company: f"F-{place}" for place, each in enumerate(finance.LEDGERS, 1)},
        "account": {each: f"A-{each}" for each in finance.TYPES},
        "customer": {each: f"M-{place}" for place, each in enumerate(finance.CUSTOMERS, 501)},
        "supplier": {each: f"S-{each}" for each in finance.VENDORS},
        "cost_centre": {each: f"C-{each}" for each in (*finance.COST_CENTRES, finance.MENDED) if each},
        "partner": {each: f"E-{each}" for each in finance.PARTNERS if each},
        "period": {f"{ledger.company}/2026/{each.name}": planned[ledger.periods] for ledger, each in beside},
    }
    return {MappingKey(FINANCE, table, each): member for table, of in members.items() for each, member in of.items()}


def _of_dataverse() -> Mapping[MappingKey, str]:
    """Those of the Dynamics 365 Sales environment; a contact who buys is said to be one."""
    stages = ("prospect", "negotiation", "proposal")
    members = {
        "customer": {each: f"M-{place}" for place, each in enumerate(dataverse.ACCOUNTS, 500)}
        | {f"contact:{dataverse.CONTACT}": "M-503"},
        "product": {each: f"P-{place}" for place, each in enumerate(dataverse.PRODUCTS, 500)},
        "stage": {"won/-": "won", "lost/-": "lost"}
        | {f"open/{each or '-'}": stage for each, stage in zip(dataverse.STAGES, stages, strict=True)},
    }
    return {MappingKey(DATAVERSE, table, each): member for table, of in members.items() for each, member in of.items()}


def _of_billing() -> Mapping[MappingKey, str]:
    """Those of the billing systems, one after the other."""
    return {
        MappingKey(name, table, each): member
        for name, system in BILLING.items()
        for table, of in system.entries.items()
        for each, member in of.items()
    }


def _of_sales() -> Mapping[MappingKey, str]:
    """Those of the Salesforce organisation; a stage is mapped by its record type and its name."""
    members = ("prospect", "negotiation", "won", "lost", "proposal", "won", "committed")
    types = dict.fromkeys(record_type for record_type, _ in SALES_STAGES if record_type)
    found = {MappingKey(SALES, "customer", each): f"M-{place}" for place, each in enumerate(SALES_ACCOUNTS, 500)}
    found |= {MappingKey(SALES, "product", each): f"P-{each}" for each in (*types, *SALES_PRODUCTS)}
    stages = (f"{record_type or '-'}/{stage}" for record_type, stage in SALES_STAGES)
    return found | {MappingKey(SALES, "stage", key): stage for key, stage in zip(stages, members, strict=True)}
