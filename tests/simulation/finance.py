"""A Dynamics 365 Finance environment in memory: what is posted to the general ledgers of its companies, by chance.

Its chance is its own: what is posted, and when, does not depend on the ways it tells of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from random import Random

from tests.simulation import finance_values as values
from tests.simulation import finance_writing as writing
from tests.simulation.finance_records import (
    CURRENT,
    CUSTOMER_INVOICE,
    PAYMENT,
    SUPPLIER_INVOICE,
    TAX_LAYER,
    Change,
    Document,
    Entry,
    Line,
    Posting,
)
from tests.simulation.finance_values import FOREIGN, LEDGERS, Ledger, Period
from tests.simulation.schedule import Schedule

Changes = list[Change]


class Finance:
    """One environment. Every change returns what its endpoints could be told of.

    Attributes:
        is_sorted: whether somebody has said what the account is that nobody had sorted, and has given a cost centre a name
            that can be written down.
        entries: by company, day and voucher.
    """

    def __init__(self, random: Random, schedule: Schedule) -> None:
        self._random, self._schedule = random, schedule
        self.is_sorted = False
        self.entries: dict[tuple[str, str, str], Entry] = {}
        self.documents: list[Document] = []
        self._counts: Counter[tuple[str, str]] = Counter()

    def change_something(self) -> Changes:
        """One change by chance."""
        acts, weights = zip(*self._acts().items(), strict=True)
        act: Callable[[Ledger], Changes] = self._random.choices(acts, weights)[0]
        return act(FOREIGN if self._random.random() < 0.06 else self._random.choice(LEDGERS))

    def is_readable(self, entry: Entry) -> bool:
        """Whether every line of an entry can be read, and says what its account is."""
        return self.is_sorted or not any(writing.is_odd(line) for each in entry.in_the_books() for line in each.lines)

    def account_type(self, account: str) -> str:
        """What kind of account it is."""
        return "Expense" if account == values.UNSORTED and self.is_sorted else values.TYPES[account]

    def shown(self, line: Line) -> Line:
        """A line as it shows its cost centre."""
        if not self.is_sorted or line.dimensions.get(values.COST_CENTRE) != values.HALF_A_SIGN:
            return line
        return replace(line, dimensions={**line.dimensions, values.COST_CENTRE: values.MENDED})

    def sort(self) -> Changes:
        """Somebody says what the account is, and renames the cost centre: nothing is posted, and no stamp moves."""
        spoilt = [each for each in self.entries.values() if not self.is_readable(each)]
        self.is_sorted = True
        return [Change(each.ledger, self._schedule.now(), (each,), "") for each in spoilt]

    def _acts(self) -> Mapping[Callable[[Ledger], Changes], int]:
        return {
            self._sell: 24,
            self._collect: 12,
            self._buy: 14,
            self._receive_goods: 6,
            self._pay: 6,
            self._journal: 18,
            self._close: 8,
            self._reverse: 8,
            self._repair: 8,
            self._post_for_taxes: 5,
        }

    def _sell(self, ledger: Ledger) -> Changes:
        """An invoice to a customer, or a credit note; what the goods cost stands under the same voucher, or its own."""
        sign, category = self._random.choice((-1, -1, 1)), self._random.choice(("Sales", "Sales", "Cust"))
        stated = writing.against(values.RECEIVABLE, sign, values.INCOME, self._random)
        batch = self._next(ledger, "B")
        entry = self._post(ledger, self._named(ledger, "CIV"), category, batch, stated)
        number = f"I/{self._next(ledger, 'number')}'%"
        sold = self._changed(entry, batch, self._document(CUSTOMER_INVOICE, number, values.CUSTOMERS, entry))
        if category == "Cust" or self._random.random() < 0.6:
            return [sold]
        goods = [(values.GOODS_SOLD, Decimal(7)), (values.GOODS, Decimal(-7))]
        if self._random.random() < 0.5:
            self._post(ledger, (entry.day, entry.voucher), category, batch, goods, joins=True)
            return [sold]
        batch = self._next(ledger, "B")
        return [sold, self._changed(self._post(ledger, self._named(ledger, "CIV"), category, batch, goods), batch)]

    def _collect(self, ledger: Ledger) -> Changes:
        """A customer pays, or two of them do under one voucher."""
        amount, batch = writing.amount_of(self._random), self._next(ledger, "B")
        stated = [(self._random.choice((values.BANK, values.TILL)), amount), (values.RECEIVABLE, -amount)]
        entry = self._post(ledger, self._named(ledger, "PAY"), "Payment", batch, stated)
        parties = values.CUSTOMERS if self._random.random() < 0.25 else (self._random.choice(values.CUSTOMERS),)
        *_, document = [self._document(PAYMENT, entry.voucher, (each,), entry) for each in parties]
        return [self._changed(entry, batch, document)]

    def _buy(self, ledger: Ledger) -> Changes:
        """A supplier's invoice or credit; its number is the supplier's own, and perhaps another's too."""
        batch, sign = self._next(ledger, "B"), self._random.choice((1, 1, -1))
        stated = writing.against(values.PAYABLE, sign, values.EXPENSES, self._random)
        entry = self._post(ledger, self._named(ledger, "VIV"), "Purch", batch, stated)
        number = self._random.choice(("R-1", "R-1", f"R-{self._next(ledger, 'bought')}"))
        return [self._changed(entry, batch, self._document(SUPPLIER_INVOICE, number, values.VENDORS, entry))]

    def _receive_goods(self, ledger: Ledger) -> Changes:
        """What was received before it is billed is no invoice, though it has the category of one."""
        amount, batch = writing.amount_of(self._random), self._next(ledger, "B")
        stated = [(values.EXPENSES[0], amount), *writing.halved(values.ACCRUED, -amount)]
        return [self._changed(self._post(ledger, self._named(ledger, "VIV"), "Purch", batch, stated), batch)]

    def _pay(self, ledger: Ledger) -> Changes:
        """A supplier is paid, perhaps with what the bank takes for it: no cash that was collected."""
        amount, charge = writing.amount_of(self._random), self._random.choice((Decimal(0), Decimal("1.5")))
        charges = [(values.EXPENSES[1], charge)] if charge else []
        stated = [(values.PAYABLE, amount), *charges, (values.BANK, -amount - charge)]
        batch = self._next(ledger, "B")
        return [self._changed(self._post(ledger, self._named(ledger, "PAY"), "Payment", batch, stated), batch)]

    def _journal(self, ledger: Ledger) -> Changes:
        """Vouchers that are posted together, one perhaps beside what was posted under it before."""
        batch, known = self._next(ledger, "B"), self._known(ledger)
        entries = []
        for _ in range(self._random.choice((1, 1, 2, 4))):
            named = self._named(ledger, "J'")
            if known and self._random.random() < 0.2:
                again = self._random.choice(known)
                named = (again.day, again.voucher)
            entries.append(self._post(ledger, named, "GeneralJournal", batch, writing.journal_of(self._random)))
        return [Change(ledger, self._schedule.now(), tuple(dict.fromkeys(entries)), batch)]

    def _close(self, ledger: Ledger) -> Changes:
        """What a year earned goes to another account, or what an audit found is posted: in periods of their own."""
        period = self._random.choice(ledger.beside)
        amount, batch = writing.amount_of(self._random), self._next(ledger, "B")
        named, stated = self._named(ledger, "J'"), [(values.INCOME[0], amount), (values.RETAINED, -amount)]
        entry = self._post(ledger, (values.LAST_DAY, named[1]), "GeneralJournal", batch, stated, period=period)
        return [self._changed(entry, batch)]

    def _reverse(self, ledger: Ledger) -> Changes:
        """A journal is taken back on its own day or another, perhaps under its own number."""
        found = [each for each in self._known(ledger) if not self._is_documented(each)]
        if not found:
            return self._journal(ledger)
        entry, batch = self._random.choice(found), self._next(ledger, "B")
        posting, other = self._random.choice(entry.postings), self._named(ledger, "J'")
        named = (self._random.choice((entry.day, other[0])), self._random.choice((entry.voucher, other[1])))
        period = posting.period if named[0] == entry.day else None
        made = self._write(
            ledger, named, posting.category, batch, writing.mirrored(posting), layer=posting.layer, period=period
        )
        return [self._changed(made, batch)]

    def _repair(self, ledger: Ledger) -> Changes:
        """Somebody repairs the data: what was posted stands on other cost centres, at a new stamp."""
        found = self._known(ledger)
        if not found:
            return self._journal(ledger)
        entry = self._random.choice(found)
        entry.before, now = entry.postings, self._second()
        entry.postings = tuple(
            replace(each, stamp=now, lines=tuple(writing.redimensioned(self._random, line) for line in each.lines))
            for each in entry.postings
        )
        return [self._changed(entry, "")]

    def _post_for_taxes(self, ledger: Ledger) -> Changes:
        """Something is posted to a layer that is not in the books, alone or beside what is."""
        known, named = self._known(ledger), self._named(ledger, "J'")
        if known and self._random.random() < 0.6:
            beside = self._random.choice(known)
            named = (beside.day, beside.voucher)
        batch = self._next(ledger, "B")
        return [
            self._changed(
                self._post(ledger, named, "GeneralJournal", batch, writing.journal_of(self._random), layer=TAX_LAYER),
                batch,
            )
        ]

    def _known(self, ledger: Ledger) -> list[Entry]:
        """What can be read, and may change now: stamps count seconds, and nobody could tell two changes within one apart."""
        now = self._second()
        return [
            each
            for each in self.entries.values()
            if each.ledger is ledger and each.postings[-1].stamp < now and self.is_readable(each)
        ]

    def _is_documented(self, entry: Entry) -> bool:
        return any(each.entry.voucher == entry.voucher for each in self.documents)

    def _post(
        self,
        ledger: Ledger,
        named: tuple[str, str],
        category: str,
        batch: str,
        stated: Sequence[writing.Stated],
        *,
        layer: str = CURRENT,
        period: Period | None = None,
        joins: bool = False,
    ) -> Entry:
        """Post what is stated, in some currency."""
        lines = writing.lines_of(self._random, ledger, stated)
        return self._write(ledger, named, category, batch, lines, layer=layer, period=period, joins=joins)

    def _write(
        self,
        ledger: Ledger,
        named: tuple[str, str],
        category: str,
        batch: str,
        lines: Sequence[Line],
        *,
        layer: str,
        period: Period | None,
        joins: bool = False,
    ) -> Entry:
        """Write a posting; `joins`: with what was posted at this very moment under the same voucher.

        What could be read stays so: nobody could say what is planned of an entry that no longer can.
        """
        entry, now = self.entries.get((ledger.company, *named)), self._second()
        if entry is not None and entry.postings[-1].stamp >= now and not joins:
            named, entry = (named[0], self._next(ledger, "J'")), None
        if entry is None:
            entry = self.entries[ledger.company, *named] = Entry(ledger, *named)
        else:
            lines = [writing.plain(each) for each in lines]
        if not joins:
            entry.before = entry.postings
        own = entry.postings[0].period if entry.postings else period or ledger.period_of(named[0])
        posting = Posting(
            number=self._next(ledger, ledger.company.upper()),
            batch=batch,
            category=category,
            layer=layer,
            period=own,
            stamp=now,
            lines=tuple(replace(each, record_id=int(self._next(ledger, ""))) for each in lines),
        )
        entry.postings = (*entry.postings, posting)
        return entry

    def _changed(self, entry: Entry, batch: str, document: Document | None = None) -> Change:
        return Change(entry.ledger, self._schedule.now(), (entry,), batch, document)

    def _document(self, kind: str, number: str, parties: Sequence[str], entry: Entry) -> Document:
        document = Document(kind, number, self._random.choice(parties), entry)
        self.documents.append(document)
        return document

    def _named(self, ledger: Ledger, prefix: str) -> tuple[str, str]:
        """A day, and a voucher that was not used on it; numbers begin anew now and then."""
        day, company = self._a_day(), ledger.company
        used = [voucher for of, _, voucher in self.entries if of == company and voucher.startswith(prefix)]
        if used and self._random.random() < 0.2:
            again = self._random.choice(used)
            if (company, day, again) not in self.entries:
                return day, again
        return day, self._next(ledger, prefix)

    def _a_day(self) -> str:
        return self._random.choice(values.DAYS)

    def _second(self) -> datetime:
        return self._schedule.now().replace(microsecond=0)

    def _next(self, ledger: Ledger, prefix: str) -> str:
        self._counts[ledger.company, prefix] += 1
        number = 1000 + self._counts[ledger.company, prefix]
        return f"{prefix}-{number}" if prefix else str(number)
