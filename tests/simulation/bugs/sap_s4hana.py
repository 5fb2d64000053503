"""Slips in what S/4HANA tells of, in what it is answered, and in what its documents are taken for."""

from __future__ import annotations

from functools import partial

from tests.simulation.bugs.bug import Bug
from tests.simulation.seeds import violations_of
from tests.simulation.turns import SAP_THEME
from tests.simulation.world import Scenario, World
from tests.unit.sap_s4hana import test_sap_reader as reading
from tieout.arriving import bearer_tokens, consent
from tieout.systems.sap_s4hana import (
    ids,
    lines,
    listed_queries,
    listing,
    one_read,
    payloads,
    sales,
    translate,
)


def _nobody_tells_any_more(seed: int) -> None:
    """From noon on nobody tells what the tenant does: its own lists bring it, and say what is gone."""
    world = World(Scenario(seed=seed, theme=SAP_THEME, changes=7, fault_scale=0.0))
    world.counting.have_nothing_told(world.span // 2)
    found = violations_of(world)
    assert not found, found[0]


_listing, _deleting = (partial(_nobody_tells_any_more, seed) for seed in (0, 30))
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "a stranger's events are welcome",
        consent.consent,
        "if origin is None or origin.lower() not in {each.lower() for each in allowed_origins}:",
        "if not origin:",
    ),
    (
        "a token of any issuer will do",
        bearer_tokens.verify_claims,
        'or claims.get("iss") != expected.issuer',
        "",
    ),
    (
        "a token for anybody will do",
        bearer_tokens.verify_claims,
        'if not stated or set(expected.audience).isdisjoint(stated.removeprefix("[").removesuffix("]").split()):',
        "if not stated:",
    ),
    (
        "a batch that is called plain JSON is taken for one event",
        payloads._headers,
        "BATCHED_TYPE if is_batch else STRUCTURED_TYPE",
        "STRUCTURED_TYPE",
    ),
    ("a number without quotes is no key", payloads._text, "isinstance(value, int | str)", "isinstance(value, str)"),
    (
        "an event that is none costs its neighbours",
        payloads.split,
        "malformed.append(MalformedItem(position, error.reason))",
        "raise",
    ),
    ("zeros in front make another number", ids.bare, 'number.lstrip("0")', "number"),
    (
        "a number is asked for without its zeros alone",
        ids.spellings,
        "(number, number.zfill(_NUMBER_LENGTH))",
        "(number,)",
    ),
    (
        "what is billed or posted is gone when a list leaves it out",
        one_read.OneRead._absence,
        'if key.entity != "sales_order":\n        return hidden',
        'if key.entity != "sales_order":\n        return translate.missing_order(key)',
    ),
    (
        "an order is gone when a list leaves it out",
        one_read.OneRead._absence,
        "if self._asked(lambda: self._client.exists(address, queries.SALES_ORDERS)):",
        "if False:",
    ),
    (
        "an entry is its number, whatever its year",
        one_read.record_id_of,
        "return journal_id(company, year, document)",
        'return journal_id(company, "2026", document)',
    ),
    (
        "an entry counts in each of its ledgers",
        translate.journal_statement,
        'if required_text(row, "Ledger") == books.ledger]',
        "]",
    ),
    (
        "a parked entry is in the books",
        translate.journal_statement,
        'if text_of(rows[0], "AccountingDocumentCategory") in _UNPOSTED_CATEGORIES:',
        "if False:",
    ),
    ("what a year begins with is a movement", translate._document, "closing=is_carried or ", "closing="),
    (
        "what a type says only closes a year is a movement",
        translate._document,
        "or document_type in books.closing_document_types",
        "",
    ),
    (
        "the fiscal year of every company is the calendar's",
        translate._posting_period,
        "company not in books.calendar_year_companies or ",
        "",
    ),
    (
        "a special period is the last month of its year",
        translate._posting_period,
        "number, named = int(period),",
        "number, named = min(int(period), 12),",
    ),
    (
        "a billing document does not lead to what it was posted by",
        translate.billing_statement,
        "if document.accounting_document is not None:",
        "if False:",
    ),
    (
        "a cancellation is what its category says",
        sales.billing_sign,
        '_CANCELLATIONS.get(text_of(row, "BillingDocumentType") or "") or ',
        "",
    ),
    ("what takes back bills as well", sales._line, "sign * decimal_in", "decimal_in"),
    (
        "what is rejected will be delivered",
        sales.order_of,
        'if text_of(each, "SalesDocumentRjcnReason") is None]',
        "]",
    ),
    ("an order stays open for good", sales._order_status, "SalesStatus.DONE if", "SalesStatus.OPEN if"),
    (
        "an entry is planned in the currency of its company",
        lines.ledger_lines,
        '_amounts(rows, "TransactionCurrency", "AmountInTransactionCurrency")',
        '_amounts(rows, "CompanyCodeCurrency", "AmountInCompanyCodeCurrency")',
    ),
    ("the group's amounts are passed over", lines._group_amounts, "if not which or any(", "if which or any("),
    (
        "a line is with nobody where it names nobody itself",
        lines._line,
        'number_text(row, "Customer") or customer',
        'number_text(row, "Customer")',
    ),
    (
        "a line is with whoever is named first",
        lines._only,
        "if len(named) == 1 else None",
        "if named else None",
    ),
    (
        "a partner company has its zeros in front",
        lines._line,
        'number_text(row, "PartnerCompany")',
        'text_of(row, "PartnerCompany")',
    ),
)
_LISTED: tuple[tuple[str, object, str, str], ...] = (
    (
        "what was never changed is in no list",
        listed_queries._changed_or_created,
        'f" or (LastChangeDateTime eq null and {created})"',
        '""',
    ),
    (
        "of a company's entries none is listed behind the first page",
        listed_queries._behind,
        "({name} gt '{value}' or ({name} eq '{value}' and {_behind(names[1:], key[1:])}))",
        "{name} gt '{value}'",
    ),
    (
        "a list ends with its first page",
        listing.S4Listing.page,
        'following = "" if is_last else',
        'following = "" if True else',
    ),
    ("an entry that a page ends within is left out", listing.S4Listing.page, "taken[-1][-1]", "records[-1][-1]"),
)

BUGS = (
    *(Bug(name, function, right, wrong, theme=SAP_THEME) for name, function, right, wrong in _MET),
    *(Bug(name, function, right, wrong, proof=_listing) for name, function, right, wrong in _LISTED),
    Bug(
        "what a list does not have any more is taken for known",
        listing.S4Listing.still_known,
        "found: dict[RecordKey, Listed] = {}",
        "found = {key: Listed(key=key, version='') for key in keys}",
        proof=_deleting,
    ),
    Bug(
        "an order is gone when nothing at all is shown",
        one_read.OneRead._absence,
        "if self._shows_orders() else hidden",
        "",
        proof=reading.test_an_order_is_not_deleted_where_we_are_shown_none_at_all,
    ),
)
