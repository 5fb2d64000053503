"""An S/4HANA tenant in memory: orders, billing documents and the journals of two company codes change by chance.

Its chance is its own: what changes, and when, does not depend on the ways it tells of it, nor on what goes wrong elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from tests.simulation import sap_values as values
from tests.simulation.sap_orders import Orders
from tests.simulation.sap_records import BILLING, ENTRY, Billing, Change, Document, Entry, Line
from tests.simulation.sap_values import COMPANIES, Company
from tests.simulation.sap_writing import (
    Numbering,
    currency_of,
    items_of,
    lines_of_billing,
    lines_of_collection,
    lines_of_journal,
    lines_of_supplier,
)
from tests.simulation.schedule import Schedule

Changes = list[Change]
_SIGNS = {"M": 1, "P": 1, "O": -1}  # of what is posted of a bill
# By which category and which type each is taken back: SAP's own types say it whatever category they were given.
_CANCELLED_BY = {"M": (("N", "ZS1"), ("N", "S1"), ("M", "S1")), "O": (("S", "ZS2"), ("S", "S2"), ("O", "S2"))}


class Tenant:
    """One tenant. Every change returns what would be told of it, a change for each document.

    Attributes:
        billings, entries: all there are; nothing of them is ever deleted.
    """

    def __init__(self, random: Random, schedule: Schedule) -> None:
        self._random, self._schedule = random, schedule
        self._numbers = Numbering(is_filled=random.random() < 0.5)
        self.orders = Orders(random, schedule, self._numbers)
        self.billings: list[Billing] = []
        self.entries: list[Entry] = []

    def change_something(self) -> Changes:
        """One change by chance."""
        acts, weights = zip(*self._acts().items(), strict=True)
        act: Callable[[Company], Changes] = self._random.choices(acts, weights)[0]
        return act(self._random.choice(COMPANIES))

    def post_all(self) -> Changes:
        """Post whatever is billed and in no books yet."""
        return [change for billing in self._unposted() for change in self._posted_later(billing)]

    def is_readable(self, entry: Entry) -> bool:
        """Whether each account of an entry has a class."""
        return all(line.account != values.UNCLASSED for line in entry.lines)

    def _acts(self) -> Mapping[Callable[[Company], Changes], int]:
        return {
            self.orders.take: 14,
            self.orders.edit: 8,
            self.orders.reject: 8,
            self.orders.deliver: 5,
            self.orders.delete: 9,
            self._bill: 20,
            self._bill_pro_forma: 2,
            self._post: 8,
            self._cancel: 12,
            self._collect: 10,
            self._buy: 10,
            self._journal: 16,
            self._reverse: 10,
            self._close: 6,
            self._note: 5,
        }

    # What is billed.

    def _bill(self, company: Company) -> Changes:
        """An invoice, a debit memo or a credit, in the books at once or later."""
        category, kind = self._random.choice((("M", "F2"), ("M", "F2"), ("P", "L2"), ("O", "G2")))
        billing = self._billing(company, category, kind)
        posted = self._posted(billing) if self._random.random() < 0.7 else []
        return [self._change(BILLING, "Created", billing), *posted]

    def _bill_pro_forma(self, company: Company) -> Changes:
        return [self._change(BILLING, "Created", self._billing(company, "U", "F8"))]

    def _post(self, company: Company) -> Changes:
        unposted = self._unposted()
        return self._posted_later(self._random.choice(unposted)) if unposted else self._bill(company)

    def _posted_later(self, billing: Billing) -> Changes:
        posted = self._posted(self._touched(billing))
        return [*posted, self._change(BILLING, "Changed", billing)]

    def _unposted(self) -> list[Billing]:
        return [each for each in self.billings if each.entry is None and each.category in _SIGNS]

    def _cancel(self, company: Company) -> Changes:
        """By a document of its own, in the books at once; what it cancels stays, and so does its entry."""
        found = [
            each for each in self.billings if each.entry and each.category in _CANCELLED_BY and not each.is_cancelled
        ]
        if not found:
            return self._bill(company)
        cancelled = self._touched(self._random.choice(found))
        assert cancelled.entry is not None
        cancelled.is_cancelled = True
        category, kind = self._random.choice(_CANCELLED_BY[cancelled.category])
        billing = replace(
            cancelled,
            number=self._numbers.next("billings"),
            category=category,
            kind=kind,
            created=self._schedule.now(),
            cancels=cancelled.number,
            is_cancelled=False,
            changed=None,
            before=None,
        )
        self.billings.append(billing)
        billing.entry = self._reversing(cancelled.entry)
        return [
            self._change(BILLING, "Created", billing),
            self._change(ENTRY, "Created", billing.entry, may_do_without=True),
            self._change(BILLING, "Changed", cancelled, may_do_without=True),
        ]

    def _billing(self, company: Company, category: str, kind: str) -> Billing:
        currency = self._currency(company)
        billing = Billing(
            number=self._numbers.next("billings"),
            category=category,
            kind=kind,
            company=company,
            customer=self._numbers.filled(self._random.choice(values.CUSTOMERS)),
            day=self._random.choice(values.DAYS),
            currency=currency,
            items=items_of(self._random, currency),
            created=self._schedule.now(),
        )
        self.billings.append(billing)
        return billing

    def _posted(self, billing: Billing) -> Changes:
        """Its entry, which its own reading leads to."""
        sign = _SIGNS[billing.category]
        kind = values.DEBIT_NOTE if billing.category == "P" else values.INVOICE
        lines = lines_of_billing(self._random, billing, sign)
        billing.entry = self._enter(billing.company, kind, billing.currency, lines)
        return [self._change(ENTRY, "Created", billing.entry, may_do_without=True)]

    # What is posted.

    def _collect(self, company: Company) -> Changes:
        """What is paid is cleared, of which nothing tells: it moves no amount."""
        self._leave_a_flag(company)
        customers = self._random.sample(values.CUSTOMERS, self._random.choice((1, 1, 2)))
        currency = self._currency(company)
        lines = lines_of_collection(self._random, currency, [self._numbers.filled(each) for each in customers])
        return self._entered(company, values.COLLECTION, currency, lines)

    def _buy(self, company: Company) -> Changes:
        kind, currency = self._random.choice(values.BOUGHT), self._currency(company)
        sign = -1 if kind == "KG" else 1
        return self._entered(company, kind, currency, lines_of_supplier(self._random, currency, sign))

    def _journal(self, company: Company) -> Changes:
        """Perhaps in other ledgers too, or in those alone, and perhaps to an account of no class."""
        currency = self._currency(company)
        accounts = [*values.INCOME, *values.EXPENSES]
        if self._random.random() < 0.06:
            accounts = [values.UNCLASSED]
        kind = self._random.choice((values.JOURNAL, values.JOURNAL, values.CREDIT))
        [change] = self._entered(company, kind, currency, lines_of_journal(self._random, currency, accounts))
        assert isinstance(change.document, Entry)
        both = (values.LEADING, values.OTHER_LEDGER)
        change.document.ledgers = self._random.choice((both[:1], both[:1], both, both[1:]))
        return [change]

    def _reverse(self, company: Company) -> Changes:
        """An entry is taken back in a period of its own; nothing tells of the flag that the other one gets."""
        found = [each for each in self.entries if not (each.reverses or each.reversed_by or each.category)]
        if not found:
            return self._journal(company)
        return [self._change(ENTRY, "Created", self._reversing(self._random.choice(found)))]

    def _close(self, company: Company) -> Changes:
        """What only carries the result of a year, by its type or its period."""
        lines = lines_of_journal(self._random, company.currency, values.INCOME)
        if self._random.random() < 0.5:
            return self._entered(company, values.CLOSING_TYPE, company.currency, lines)
        opening = self._enter(company, values.JOURNAL, company.currency, lines, values.OPENING)
        return [self._change(ENTRY, "Created", opening)]

    def _note(self, company: Company) -> Changes:
        """A parked entry, or a noted item: in no books."""
        changes = self._entered(
            company, values.JOURNAL, company.currency, lines_of_journal(self._random, company.currency, values.INCOME)
        )
        self.entries[-1].category = self._random.choice("VSDMWZ")
        return changes

    def _entered(self, company: Company, kind: str, currency: str, lines: tuple[Line, ...]) -> Changes:
        return [self._change(ENTRY, "Created", self._enter(company, kind, currency, lines))]

    def _enter(
        self,
        company: Company,
        kind: str,
        currency: str,
        lines: tuple[Line, ...],
        posted_to: tuple[str, str] | None = None,
    ) -> Entry:
        year, period = posted_to or self._random.choice(company.periods)
        entry = Entry(
            company=company,
            year=year,
            number=self._numbers.next(f"entries of {company.code} in {year}"),
            period=period,
            day=self._random.choice(values.DAYS),
            kind=kind,
            currency=currency,
            lines=tuple(
                each._replace(
                    supplier=self._numbers.filled(each.supplier), cost_centre=self._numbers.filled(each.cost_centre)
                )
                for each in lines
            ),
            created=self._schedule.now(),
        )
        self.entries.append(entry)
        return entry

    def _reversing(self, entry: Entry) -> Entry:
        lines = tuple(each._replace(amount=-each.amount) for each in entry.lines)
        found = self._enter(entry.company, entry.kind, entry.currency, lines)
        found.ledgers, found.category, found.reverses = entry.ledgers, entry.category, entry
        self._flag(entry)
        entry.reversed_by = found
        return found

    def _leave_a_flag(self, company: Company) -> None:
        owed = [each for each in self.entries if each.company is company and each.kind == values.INVOICE]
        if owed:
            self._flag(self._random.choice(owed))

    def _flag(self, entry: Entry) -> None:
        entry.before, entry.changed_on = entry.row(), self._schedule.now().date()

    # Of all.

    def _touched(self, billing: Billing) -> Billing:
        """A document that is about to change, and is remembered as it is."""
        billing.before, billing.changed = billing.row(), self._schedule.now()
        return billing

    def _change(self, subject: str, happening: str, document: Document, *, may_do_without: bool = False) -> Change:
        return Change(subject, happening, document, self._schedule.now(), may_do_without)

    def _currency(self, company: Company) -> str:
        return currency_of(self._random, company)
