"""Slips in what Business Central tells of, in what it is answered, and in what documents of its books are taken for."""

from __future__ import annotations

from functools import partial

from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import BOOKS_THEME
from tests.unit.business_central import test_business_central_reader as reading
from tests.unit.business_central import test_business_central_same_numbers as numbers
from tieout.systems.business_central import (
    business_events,
    companies,
    door,
    entries,
    headers,
    ids,
    lines,
    listed_entries,
    listing,
    one_read,
    payloads,
    signature,
    translate,
)

_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "who proves nothing is refused, and the subscription is deleted",
        door.open_door,
        "not_authentic=_TAKEN",
        "not_authentic=Answer(401)",
    ),
    ("a question for consent is answered as it is written", door.echo_token, "unquote_plus(value)", "value"),
    ("what is repeated is not compared with the secret", signature.verify, "if not any([", "if not list(["),
    ("a collection is passed over", payloads._notice, "elif change_type == _COLLECTION:", "elif False:"),
    (
        "entries behind the first page are not listed",
        listed_entries.next_entries,
        "len(rows) < queries.PAGE_ENTRIES",
        "True",
    ),
    (
        "the first entry of a page is left out",
        listed_entries.next_entries,
        "str(entry_number(rows[-1]))",
        "str(entry_number(rows[-1]) + 1)",
    ),
    (
        "a payment is looked for after it was told of",
        business_events._record,
        "occurred_at - _BEFORE_PAYMENT",
        "occurred_at + _BEFORE_PAYMENT",
    ),
    (
        "an entry leads to no document",
        translate.entry_statement,
        "_leading_to(key, document_of(company, row))",
        "unposted_statement(key)",
    ),
    ("a posted invoice leads to no document", translate.header_statement, "if not is_posted(row):", "if row:"),
    ("the number of a document is left as it is", ids.Document.text, "_quoted(self.number)", "self.number"),
    (
        "entries on one account are taken for repetitions",
        entries.by_document,
        "[entry_number(row)] = row",
        '[row["accountNumber"]] = row',
    ),
    (
        "a correction counts on the side where it stands",
        entries.debit_of,
        'number_of(row, "debitAmount") - number_of(row, "creditAmount")',
        'abs(number_of(row, "debitAmount")) - abs(number_of(row, "creditAmount"))',
    ),
    (
        "what is posted on a closing date is a movement",
        translate.is_closing,
        "document.posted_on.startswith(CLOSING) or ",
        "",
    ),
    (
        "a closing number is a number like any other",
        translate.is_closing,
        "or document.number.startswith(tuple(options.closing_numbers))",
        "",
    ),
    ("a draft is taken for the invoice of its number", headers.header_of, "and is_posted(row) ", ""),
    (
        "what a vendor is paid counts as collected",
        translate._kind,
        "document.kind in _PAID and is_sold",
        "document.kind in _PAID",
    ),
    (
        "a vendor's invoice is taken for one to a customer",
        translate._kind,
        "document.kind in _SOLD and is_sold",
        "document.kind in _SOLD",
    ),
    (
        "an invoice is planned in the currency of the books",
        lines._transaction,
        "if header is None or",
        "if header is not None or",
    ),
    (
        "amounts in the group's currency are passed over",
        lines._group,
        "if not options.group_currency or",
        "if options.group_currency or",
    ),
    (
        "where no amount was kept in the group's currency it was nothing",
        lines._group,
        "if not any(numbers) and any(each.amount_minor for each in functional):",
        "if False:",
    ),
    (
        "dimensions are not asked for",
        one_read.OneRead._documents,
        "query = queries.with_dimensions(query)",
        "pass",
    ),
    (
        "only the books of the first company are listed",
        listing.BusinessCentralListing.page,
        "else self._next_company(company)",
        'else ""',
    ),
    (
        "a document is not listed where its last entry is",
        listing._stands_among,
        "last in numbers",
        "last not in numbers",
    ),
)

# Whatever becomes of a document at once, it is read again for days; only its reading at that moment tells. And no day of a
# simulated environment has two documents of one number and type.
_PROVED = (
    Bug(
        "an account that is new stays unknown for an hour",
        companies.Companies.get,
        "now - read_at < _ASKED_AGAIN_AFTER",
        "now - read_at < _KEPT_FOR",
        proof=reading.test_a_new_account_is_looked_up_again_after_a_minute_at_the_earliest,
    ),
    Bug(
        "what is posted on a new account is a matter for people",
        lines._class_of,
        "if company.asked_again_in_seconds is not None:",
        "if False:",
        proof=reading.test_a_new_account_is_looked_up_again_after_a_minute_at_the_earliest,
    ),
    Bug(
        "a bill is a part of the invoice that has its number",
        entries._bought_beside,
        "if all(accounts.isdisjoint(sold) for _, accounts in postings):",
        "if True:",
        proof=partial(numbers.test_each_is_a_document_with_its_own_party_and_amounts, (numbers.buy, numbers.sell)),
    ),
    Bug(
        "an invoice is older than the bill that had its number",
        translate.document_statement,
        "version_of(posted.told_by)",
        "version_of(posted.rows)",
        proof=numbers.test_the_one_that_came_first_keeps_the_name_until_the_other_is_posted,
    ),
)

BUGS = (*(Bug(name, function, right, wrong, theme=BOOKS_THEME) for name, function, right, wrong in _MET), *_PROVED)
