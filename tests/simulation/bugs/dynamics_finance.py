"""Slips in what Dynamics 365 Finance tells of, in what it is asked, and in what entries of its ledgers are taken for."""

from __future__ import annotations

from collections.abc import Callable

from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import FINANCE_THEME
from tests.unit.dynamics_finance import test_dynamics_client as calling
from tests.unit.dynamics_finance import test_dynamics_listing as listing_tests
from tests.unit.dynamics_finance import test_dynamics_reader as reading
from tests.unit.dynamics_finance import test_dynamics_searches as searching
from tests.unit.dynamics_finance import test_dynamics_translate as translating
from tieout.access_tokens import KeptToken
from tieout.facts import balancing
from tieout.systems.dynamics_finance import (
    accounts,
    client,
    door,
    event_grid,
    finding,
    lines,
    listing,
    one_read,
    payloads,
    queries,
    reader,
    signature,
    translate,
)

_CHANGES = 20
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "a key in the path is not compared with the secret",
        signature.verify,
        "[key_of(delivery.key)] if delivery.key else []",
        "secrets[:1]",
    ),
    ("whoever asks is told that he is welcome", door.open_door, "greet_proven=lambda", "greet=lambda"),
    ("a code is given back as a text", door.greet, "json.dumps({", "str({"),
    (
        "only the first event of a batch is taken",
        event_grid.business_events,
        "parse_items(body)]",
        "parse_items(body)[:1]]",
    ),
    (
        "what older senders say of their company is not heard",
        payloads._company,
        ' or event.get("LegalEntity")',
        "",
    ),
    ("what other companies post is wanted", payloads._key, "company not in options.companies", "not company"),
    ("a number with a stroke names something else", finding.Search.text, '.replace("/", "%2F")', ""),
    ("a quote ends the number that is asked for", queries._text, """value.replace("'", "''")""", "value"),
    ("the rows of one company alone are asked for", queries.Query.address, "?{CROSS_COMPANY}&{said}", "?{said}"),
    (
        "rows behind the first page are left out",
        client.DynamicsClient.rows,
        'address = "" if query.top else self._following(page)',
        'address, counts = "", {len(rows)}',
    ),
    (
        "a token that has ended is used for another hour",
        KeptToken.authorised,
        "if answer.status_code == _REFUSED:",
        "if answer.status_code == 403:",
    ),
    (
        "entries behind the first page of a search are not read",
        reader.DynamicsReader.list_page,
        "is_last = len(rows) < queries.PAGE_ROWS",
        "is_last = True",
    ),
    (
        "a voucher is one entry whatever its day",
        one_read._is_of,
        ' and _day(row, "AccountingDate") == entry.day',
        "",
    ),
    ("what is posted for taxes is in the books", translate.is_in_the_books, 'in {"", _LAYER}', "is not None"),
    (
        "what a supplier is paid counts as collected",
        translate._kind,
        "if not owed:",
        "if not owed and not document.is_payment:",
    ),
    ("what goods cost belongs to an invoice", translate._kind, "if not owed:", "if not owed and document.is_payment:"),
    (
        "goods that were received are no expense before they are billed",
        translate._kind,
        "return Bill if owes and not document.is_payment else JournalEntry",
        "return Bill if owes and not document.is_payment else Invoice",
    ),
    (
        "the closing of a year is a movement",
        translate._statement,
        "closing=_carries_on(header, options)",
        "closing=False",
    ),
    (
        "amounts in the reporting currency are passed over",
        lines.ledger_lines,
        "    if groups:\n        group",
        "    if False:\n        group",
    ),
    (
        "what a line says of its customer is not heard",
        lines._line,
        "({party.role: party.account} if party is not None else {}) | dict(parts)",
        "dict(parts) | ({party.role: party.account} if party is not None else {})",
    ),
    (
        "a stroke within a cost centre parts it",
        accounts._split,
        "if escaped or sign not in {delimiter, _ESCAPE}:",
        "if sign not in {delimiter, _ESCAPE}:",
    ),
    (
        "only banks hold cash",
        accounts.account_role,
        "kind == BANK or account in cash_accounts",
        "kind == BANK",
    ),
)


_PROVED: tuple[tuple[str, object, str, str, Callable[[], None]], ...] = (
    (
        "of several customers the first has paid everything",
        translate._one,
        "if len(found) == 1",
        "if found",
        translating.test_the_party_of_an_entry_is_told_where_there_is_one,
    ),
    (
        "whom documents of one voucher are with is said whatever their days",
        one_read._posted_by,
        "return own or [row for row in documents if _day(row, column) not in of_others]",
        "return documents",
        reading.test_documents_of_one_voucher_are_told_apart_by_their_days,
    ),
    (
        "nobody counts whether all rows came",
        client.DynamicsClient.rows,
        "if not query.top and counts != {len(rows)}:",
        "if False:",
        lambda: calling.test_rows_that_come_or_go_between_pages_are_read_again(2),
    ),
    (
        "vouchers beyond one address are not asked for",
        one_read.OneRead._all,
        "for chunk in chunks for row",
        "for chunk in list(chunks)[:1] for row",
        reading.test_a_batch_costs_as_few_calls_as_addresses_may_be_long,
    ),
    (
        "of several invoices of one number the first is found",
        reader.DynamicsReader._posted_by,
        "text_of(row, document.voucher))))",
        "text_of(row, document.voucher))))[:1]",
        searching.test_a_number_that_several_suppliers_use_leads_to_all_of_theirs,
    ),
    (
        "an entry that spoils an answer spoils its neighbours",
        one_read.OneRead._read_or_halve,
        "if len(keys) == 1:",
        "if keys:",
        reading.test_a_row_that_spoils_an_answer_costs_no_other_entry,
    ),
    (
        "what is not shown is taken for what is in no books",
        one_read.OneRead._state,
        "if not shown:",
        "if not shown and headers:",
        reading.test_an_entry_that_is_not_shown_is_asked_for_again,
    ),
    (
        "an entry is read before all of its lines are shown",
        one_read.OneRead._state,
        "if not all(of_each):",
        "if not any(of_each):",
        reading.test_an_entry_without_its_lines_is_refused,
    ),
    (
        "what rounding leaves of yen is lost",
        balancing.rounded,
        "if _total(numbers) == 0 else amounts",
        "if False else amounts",
        translating.test_more_decimals_than_a_currency_has_lose_no_balance,
    ),
    (
        "an entry is as old as its first posting",
        translate._statement,
        "source_version=max(",
        "source_version=min(",
        translating.test_several_entries_of_a_voucher_and_day_are_one_at_the_latest_version,
    ),
    (
        "an entry is listed as old as its last row",
        listing._together,
        "version=max(one.version, other.version)",
        "version=one.version",
        listing_tests.test_each_entry_comes_once_at_its_latest_version_and_other_layers_not_at_all,
    ),
    (
        "postings behind the first page are not listed",
        listing.DynamicsListing.page,
        "if len(rows) == queries.PAGE_ROWS",
        "if False",
        listing_tests.test_the_next_page_begins_behind_the_last_row,
    ),
    (
        "the entries of all companies are listed",
        queries.changed,
        "if options.companies:",
        "if False:",
        listing_tests.test_a_window_is_asked_for_from_its_start_to_before_its_end,
    ),
)

BUGS = (
    *(
        Bug(name, function, right, wrong, theme=FINANCE_THEME, changes=_CHANGES)
        for name, function, right, wrong in _MET
    ),
    *(Bug(name, function, right, wrong, proof=proof) for name, function, right, wrong, proof in _PROVED),
)
