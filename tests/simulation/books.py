"""A Business Central environment in memory: the books of two companies, and the documents behind them, change by chance.

Its chance is its own: what changes, and when, does not depend on the ways it tells of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random

from tests.simulation import books_values as values
from tests.simulation.books_records import (
    BILLS,
    CREDIT_MEMOS,
    CREDITS,
    INVOICES,
    KINDS,
    NO_KIND,
    SOLD,
    Change,
    Document,
    Entry,
    Header,
)
from tests.simulation.books_values import LEDGERS, Ledger
from tests.simulation.books_writing import amount_of, dimensions, doubled, lines_of
from tests.simulation.schedule import Schedule

Changes = list[Change]
Posting = tuple[str, Decimal, Decimal]  # an account, what is debited there, and that in the currency of the document
_DEBITED = frozenset({CREDIT_MEMOS, BILLS})  # documents whose lines are debits, and their claim a credit


class Books:
    """One environment. Every change returns what its subscribers would be told of, a change for each transaction.

    Attributes:
        lacks: resources that this version of it does not have.
        categories: the accounts, each with its category; both companies have the same.
    """

    def __init__(self, random: Random, schedule: Schedule, lacks: frozenset[str]) -> None:
        self._random, self._schedule, self.lacks = random, schedule, lacks
        self.categories = dict(values.CATEGORIES)
        self.headers: dict[str, list[Header]] = {each.company: [] for each in LEDGERS}
        self.documents: dict[str, dict[tuple[str, str, str], Document]] = {each.company: {} for each in LEDGERS}
        self._counts: Counter[tuple[str, str]] = Counter()

    def change_something(self) -> Changes:
        """One change by chance."""
        acts, weights = zip(*self._acts().items(), strict=True)
        act: Callable[[Ledger], Changes] = self._random.choices(acts, weights)[0]
        return act(self._random.choice(LEDGERS))

    def is_readable(self, document: Document) -> bool:
        """Whether each account of a document has a category."""
        return all(self.categories[each.account] != NO_KIND for each in document.entries)

    def sort(self) -> Changes:
        """Somebody gives the account its category that has none, and corrects what was posted to it."""
        spoilt = [each for of in self.documents.values() for each in of.values() if not self.is_readable(each)]
        self.categories[values.UNSORTED] = "Expense"
        return [self._corrected(each) for each in spoilt]

    def _acts(self) -> Mapping[Callable[[Ledger], Changes], int]:
        return {
            self._draft: 10,
            self._edit: 6,
            self._discard: 8,
            self._sell: 24,
            self._cancel: 10,
            self._collect: 12,
            self._buy: 14,
            self._pay: 5,
            self._journal: 16,
            self._close: 4,
            self._reverse: 10,
            self._correct: 10,
        }

    # What is in no books.

    def _draft(self, ledger: Ledger) -> Changes:
        resource = self._random.choice((INVOICES, INVOICES, CREDIT_MEMOS))
        header = self._header(ledger, resource, self._random.choice(("Draft", "In_x0020_Review")))
        header.number = str(1001 + self._counts[ledger.company, "sold"])  # as what is posted next, whichever that is
        return [self._change(ledger, "created", header=header)]

    def _edit(self, ledger: Ledger) -> Changes:
        header = self._a_draft(ledger)
        if header is None:
            return self._draft(ledger)
        header.before = header.row()
        header.lines = lines_of(self._random, header.resource, header.currency or ledger.currency)
        header.named, header.day = self._random.choice(values.CUSTOMERS), self._random.choice(values.DAYS)
        return [self._change(ledger, "updated", header=header)]

    def _discard(self, ledger: Ledger) -> Changes:
        header = self._a_draft(ledger)
        if header is None:
            return self._draft(ledger)
        self.headers[ledger.company].remove(header)
        return [self._change(ledger, "deleted", header=header)]

    def _a_draft(self, ledger: Ledger) -> Header | None:
        drafts = [each for each in self.headers[ledger.company] if each.is_draft]
        return self._random.choice(drafts) if drafts else None

    # What is posted.

    def _sell(self, ledger: Ledger) -> Changes:
        """Post a draft, which gets the number it has in the books then, or a document that was none."""
        header, operation = self._a_draft(ledger), "updated"
        if header is None or self._random.random() < 0.4:
            resource = self._random.choice((INVOICES, INVOICES, INVOICES, CREDIT_MEMOS))
            header, operation = self._header(ledger, resource, "Open"), "created"
        else:
            header.before = header.row()
        header.status, header.number = "Open", self._next(ledger, "sold")
        return [self._posted(ledger, operation, header)]

    def _cancel(self, ledger: Ledger) -> Changes:
        """An invoice is taken back by a credit memo of its own, and counts as paid by it."""
        invoice = self._an_invoice(ledger)
        if invoice is None:
            return self._sell(ledger)
        memo = self._header(ledger, CREDIT_MEMOS, "Corrective")
        memo.number, memo.named, memo.currency = self._next(ledger, "sold"), invoice.named, invoice.currency
        memo.lines = invoice.lines
        invoice.status = "Canceled"
        return [self._posted(ledger, "created", memo), self._change(ledger, "updated", header=invoice)]

    def _collect(self, ledger: Ledger) -> Changes:
        """A customer pays an invoice, perhaps entered under its number."""
        invoice = self._an_invoice(ledger)
        if invoice is None:
            return self._sell(ledger)
        invoice.status = "Paid"
        paid = invoice.total * (ledger.rates[invoice.currency] if invoice.currency else 1)
        number = invoice.number if self._random.random() < 0.5 else f"P{self._next(ledger, 'paid')}"
        day = invoice.day if self._random.random() < 0.3 else self._random.choice(values.DAYS)
        payment = self._book(ledger, (day, "Payment", number), doubled(values.CASH, paid, values.RECEIVABLE))
        return [payment, self._change(ledger, "updated", header=invoice)]

    def _an_invoice(self, ledger: Ledger) -> Header | None:
        found = [each for each in self.headers[ledger.company] if (each.resource, each.status) == (INVOICES, "Open")]
        return self._random.choice(found) if found else None

    def _buy(self, ledger: Ledger) -> Changes:
        header = self._header(ledger, self._random.choice((BILLS, BILLS, CREDITS)), "Open")
        header.number = f"B{self._next(ledger, 'bought')}"
        return [self._posted(ledger, "created", header)._replace(header=None)]

    def _pay(self, ledger: Ledger) -> Changes:
        """A vendor is paid, perhaps with what the bank takes for it: no cash that was collected."""
        paid = doubled(values.PAYABLE, amount_of(self._random, ledger.currency), values.CASH)
        charges = doubled(values.EXPENSES[0], Decimal("1.5"), values.CASH) if self._random.random() < 0.5 else []
        day, number = self._random.choice(values.DAYS), f"P{self._next(ledger, 'paid')}"
        return [self._book(ledger, (day, "Payment", number), [*paid, *charges])]

    def _journal(self, ledger: Ledger) -> Changes:
        """Entries of no type, perhaps under a number that was used before."""
        known = [each for each in self._journals(ledger) if self.is_readable(each)]
        day, number = self._random.choice(values.DAYS), f"J'{self._next(ledger, 'journal')}/ä"
        accounts = [*values.INCOME, *values.EXPENSES]
        if known and self._random.random() < 0.15:
            again = self._random.choice(known)
            day, number = again.day, again.number
        elif self._random.random() < 0.06:
            accounts.append(values.UNSORTED)
        count = self._random.choice((1, 1, 2, 4))
        postings = [
            posting
            for account in self._random.choices(accounts, k=count)
            for posting in doubled(
                account, self._random.choice((1, -1)) * amount_of(self._random, ledger.currency), values.CASH
            )
        ]
        return [self._book(ledger, (day, NO_KIND, number), postings)]

    def _close(self, ledger: Ledger) -> Changes:
        """What a year earned goes to another account, on a closing date or under a number that says so."""
        number = self._next(ledger, "closed")
        day = values.CLOSING_DAY
        if self._random.random() < 0.5:
            day, number = self._random.choice(values.DAYS), f"{values.CLOSING_NUMBER}{number}"
        postings = doubled(values.INCOME[0], amount_of(self._random, ledger.currency), values.RETAINED)
        return [self._book(ledger, (day, NO_KIND, number), postings)]

    def _reverse(self, ledger: Ledger) -> Changes:
        """A journal is taken back under its own number and date; in books of two currencies there is no such thing."""
        found = [each for each in self._journals(ledger) if not (each.is_reversed or ledger.additional)]
        if not found:
            return self._journal(ledger)
        document = self._random.choice(found)
        document.is_reversed, is_correction = True, self._random.random() < 0.5
        return [
            self._added(
                document,
                [
                    replace(each, amount=-each.amount, stated=-each.stated, is_correction=is_correction)
                    for each in document.entries
                ],
            )
        ]

    def _correct(self, ledger: Ledger) -> Changes:
        """Somebody corrects the dimensions of what is posted."""
        documents = list(self.documents[ledger.company].values())
        return [self._corrected(self._random.choice(documents))] if documents else self._journal(ledger)

    def _corrected(self, document: Document) -> Change:
        document.before, now = document.entries, self._schedule.now()
        document.entries = tuple(
            replace(each, dimensions=dimensions(self._random, each.account), stamp=now) for each in document.entries
        )
        ids = tuple(each.record_id for each in document.entries)
        return Change(document.ledger.company, "updated", now, document, ids)

    def _journals(self, ledger: Ledger) -> list[Document]:
        return [each for each in self.documents[ledger.company].values() if each.kind == NO_KIND]

    def _posted(self, ledger: Ledger, operation: str, header: Header) -> Change:
        """Post a document: its lines on their side, what is claimed or owed on the other, both in the company's currency."""
        rate = ledger.rates[header.currency] if header.currency else Decimal(1)
        sign = 1 if header.resource in _DEBITED else -1
        claim = values.RECEIVABLE if header.resource in SOLD else values.PAYABLE
        stated = [*((account, sign * each) for account, each in header.lines), (claim, -sign * header.total)]
        postings = [(account, each * rate, each) for account, each in stated]
        if header.resource in SOLD and not header.currency and self._random.random() < 0.2:
            postings += doubled(values.GOODS_SOLD, amount_of(self._random, ledger.currency), values.GOODS)
        return self._book(ledger, (header.day, KINDS[header.resource], header.number), postings, operation, header)

    def _book(
        self,
        ledger: Ledger,
        named: tuple[str, str, str],
        postings: Sequence[Posting],
        operation: str = "created",
        header: Header | None = None,
    ) -> Change:
        document = self.documents[ledger.company].setdefault(named, Document(ledger, *named, header))
        rate = self._additional_rate(document)
        entries = [
            Entry(
                account=account,
                amount=amount,
                stated=stated,
                additional=(amount * rate).quantize(Decimal("0.01")),
                dimensions=dimensions(self._random, account),
            )
            for account, amount, stated in postings
        ]
        return self._added(document, entries)._replace(operation=operation, header=header)

    def _additional_rate(self, document: Document) -> int:
        """By which its amounts are kept in the additional currency, too; 0 where it was posted before there was one."""
        if document.entries:
            return 3 * any(each.additional for each in document.entries)
        return 3 if document.ledger.additional and self._random.random() < 0.85 else 0

    def _added(self, document: Document, entries: Sequence[Entry]) -> Change:
        """Add entries to a document, each with a number and a stamp of its own."""
        now, ledger = self._schedule.now(), document.ledger
        new = []
        for each in entries:
            number = int(self._next(ledger, "entry"))
            new.append(replace(each, number=number, record_id=f"{number:08x}-1000-4000-8000-000000000000", stamp=now))
        document.before, document.entries = document.entries, (*document.entries, *new)
        return Change(ledger.company, "created", now, document, tuple(each.record_id for each in new))

    def _header(self, ledger: Ledger, resource: str, status: str) -> Header:
        currency = self._random.choice(("", "", *ledger.rates))
        header = Header(
            resource=resource,
            record_id=f"{int(self._next(ledger, 'header')):08x}-2000-4000-8000-000000000000",
            number="",
            day=self._random.choice(values.DAYS),
            status=status,
            named=self._random.choice(values.CUSTOMERS if resource in SOLD else values.VENDORS),
            currency=currency,
            lines=lines_of(self._random, resource, currency or ledger.currency),
        )
        self.headers[ledger.company].append(header)
        return header

    def _change(self, ledger: Ledger, operation: str, header: Header) -> Change:
        return Change(ledger.company, operation, self._schedule.now(), header=header)

    def _next(self, ledger: Ledger, what: str) -> str:
        self._counts[ledger.company, what] += 1
        return str(1000 + self._counts[ledger.company, what])
