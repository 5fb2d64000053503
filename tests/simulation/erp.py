"""An ERP in memory: its transactions change by chance, and it answers the SuiteQL of the reader from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from random import Random

from tests.simulation.documents import (
    ACCOUNTS,
    CUSTOMERS,
    DEPARTMENTS,
    ENTITIES,
    EXPENSES,
    EXPONENTS,
    GROUP_RATES,
    MANY_DEPARTMENTS,
    OWN_CURRENCY,
    PERIODS,
    VENDORS,
    ZONE,
    Document,
    Line,
    header_row,
    line_rows,
    rate_row,
)
from tests.simulation.erp_lists import is_listed, listed
from tests.simulation.schedule import Schedule
from tests.simulation.weather import Weather
from tieout.systems.netsuite.rows import Row

_SWELLING = (*(5 * (2,)), 60, 60, 120)  # lines of a hot document from one edit to the next
_IDS = re.compile(r"IN \(([0-9, ]+)\)")

Changes = list[tuple[Document, str]]  # the documents, each with what the script says happened


class Erp:
    """One NetSuite account. Every change names the records its script posts about.

    Args:
        tell_again: called with a document when a reader was served an older version.
        many_lines: how many lines a large document has; 0 for none.
    """

    def __init__(
        self,
        random: Random,
        schedule: Schedule,
        weather: Weather,
        tell_again: Callable[[Document], None],
        *,
        many_lines: int,
    ) -> None:
        self._random, self._schedule, self._weather, self._tell_again = random, schedule, weather, tell_again
        self._many_lines = many_lines
        self.is_hot = False  # then one document changes all the time, and nothing else does
        self.documents: dict[str, Document] = {}
        self.rates: dict[tuple[str, str], str] = dict(GROUP_RATES)
        self.customers: dict[str, Row] = {}  # by id; none where nobody reads them
        self._before: dict[str, Document] = {}
        self._next_id = 100  # as in the CRM: the same ids mean other records

    def change_something(self) -> Changes:
        """One change by chance: the documents it concerns, each with what the script says happened."""
        if self.is_hot and self.documents:
            return self._change(next(iter(self.documents.values())), self._random.choice((self._amounts, self._shift)))
        present = [each for each in self.documents.values() if not each.is_deleted]
        if len(present) < 2 or self._random.random() < 0.3:
            return [(self._create(), "create")]
        document = self._random.choice(present)
        changes = (self._amounts, self._shift, self._hand_over, self._void, self._reverse, self._delete, self._approve)
        return self._change(document, self._random.choices(changes, (30, 15, 10, 12, 12, 8, 8))[0])

    def shorten(self) -> Changes:
        """A change that leaves a hot document few lines."""
        return self._change(next(iter(self.documents.values())), partial(self._amounts, count=2))

    def create(self, entity: str, currency: str, period: str) -> Document:
        """A posted document of one revenue or cash line."""
        document = self._create()
        document.entity, document.currency, document.period, document.is_posted = entity, currency, period, True
        document.subsidiaries, document.named, document.is_credit = ("2",), CUSTOMERS[0], False
        document.lines = [
            Line("4000", "Income", "10", -12_345, -12_345, "2"),
            Line("1200", "AcctRec", None, 12_345, 12_345, "2"),
        ]
        return document

    def recalculate(self, random: Random) -> None:
        """The consolidated rates of a period are calculated anew: no document is touched."""
        period = random.choice(tuple(self.rates))
        self.rates[period] = random.choice(("1.0837", "1.1002", "0.9977"))

    def stamp(self, document_id: str) -> None:
        """Give a document a stamp of now, as if it was saved once more."""
        if not self.documents[document_id].is_deleted:
            self._touch(self.documents[document_id])

    def _change(self, document: Document, change: Callable[[Document], Changes]) -> Changes:
        self._before[document.document_id] = deepcopy(document)
        found = change(document)
        self._touch(document)
        return found

    def _create(self) -> Document:
        self._next_id += 1
        entity = self._random.choice(("invoice", "credit_memo") if self.is_hot else ENTITIES)
        between_companies = (("1", "2"),) if entity == "journal_entry" else ()
        currency = self._random.choice(tuple(EXPONENTS))
        subsidiaries = self._random.choice((("1",), ("2",), *between_companies))
        named = self._random.choice(VENDORS if entity == "bill" else CUSTOMERS)
        period = self._random.choice(tuple(PERIODS))
        document = Document(str(self._next_id), entity, named, currency, subsidiaries, period, [])
        document.is_credit = entity == "bill" and self._random.random() < 0.3
        document.is_posted = self._random.random() < 0.9
        self._fill(document)
        self.documents[document.document_id] = document
        self._touch(document)
        return document

    def _fill(self, document: Document, count: int | None = None) -> None:
        """Lines that balance within each company: the document's own side, and what is left on one account."""
        is_large = self._many_lines and self._random.random() < 0.3
        usual = self._many_lines if is_large else self._random.randint(1, 3)
        count = count or (self._random.choice(_SWELLING) if self.is_hot else usual)
        is_debit = document.entity == "credit_memo" or (document.entity == "bill" and not document.is_credit)
        sign = 1 if is_debit else -1
        lines = [self._line(document, sign, place, count) for place in range(count)]
        document.lines = [*lines, *(_balance(document, lines, each) for each in document.subsidiaries)]

    def _line(self, document: Document, sign: int, place: int, count: int) -> Line:
        amount = self._random.choice((1, 99, 12_345, 250_000, 1_999)) * sign
        subsidiary = document.subsidiaries[place % len(document.subsidiaries)]
        functional = amount if OWN_CURRENCY[subsidiary] == document.currency else amount * 7 // 3
        if document.entity == "payment":
            return Line("1000", "Bank", None, -amount, -functional, subsidiary)
        accounts, kind = (EXPENSES, "Expense") if document.entity == "bill" else (ACCOUNTS, "Income")
        account, department = self._random.choice(accounts), self._random.choice(DEPARTMENTS)
        if count > len(accounts):
            account, department = accounts[place % len(accounts)], MANY_DEPARTMENTS[place // len(accounts)]
        line = Line(account, kind, department, amount, functional, subsidiary)
        line.is_eliminated = document.entity == "journal_entry" and place % 2 == 0
        line.charged_to = CUSTOMERS[-1] if document.entity == "bill" and place % 2 == 0 else None
        return line

    def _amounts(self, document: Document, count: int | None = None) -> Changes:
        document.is_void = False
        self._fill(document, count)
        return [(document, "edit")]

    def _shift(self, document: Document) -> Changes:
        document.period = self._random.choice(tuple(PERIODS))
        return [(document, "xedit")]

    def _hand_over(self, document: Document) -> Changes:
        document.named = self._random.choice(VENDORS if document.entity == "bill" else CUSTOMERS)
        return [(document, "edit")]

    def _void(self, document: Document) -> Changes:
        document.is_void = document.is_posted = True
        for line in document.lines:
            line.transaction_minor = line.functional_minor = 0
        return [(document, "edit")]

    def _reverse(self, document: Document) -> Changes:
        """A journal that takes another one back in a later period; any other document is voided by such a journal."""
        self._next_id += 1
        period = self._random.choice(("104", "105", "303"))
        lines = [
            replace(
                each,
                transaction_minor=-each.transaction_minor,
                functional_minor=-each.functional_minor,
                charged_to=None,
            )
            for each in document.lines
        ]
        money = document.currency, document.subsidiaries
        new = Document(str(self._next_id), "journal_entry", document.named, *money, period, lines)
        self.documents[new.document_id] = new
        document.reversal, new.reversal = new.document_id, document.document_id
        self._touch(new)
        return [(new, "create"), (document, "edit")]

    def _delete(self, document: Document) -> Changes:
        document.is_deleted = True
        return [(document, "delete")]

    def _approve(self, document: Document) -> Changes:
        document.is_posted = document.is_void or not document.is_posted
        return [(document, "approve")]

    def _touch(self, document: Document) -> None:
        document.last_modified = self._schedule.now().astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")

    # The calls of `tieout.systems.netsuite.client.NetSuiteClient`.

    def query(self, suiteql: str, _answer: str = "") -> Sequence[Row]:
        """The rows of one of the reader's queries."""
        self._weather.io("before netsuite.read")
        lists = [match[1].split(", ") for match in _IDS.finditer(suiteql)]
        if is_listed(suiteql):
            rows: Sequence[Row] = listed(self.documents.values(), suiteql, lists[-1] if lists else ())
        elif "FROM consolidatedexchangerate" in suiteql:
            rows = [
                rate_row(*key, rate) for key, rate in self.rates.items() if key[0] in lists[0] and key[1] in lists[1]
            ]
        elif "FROM customer r" in suiteql:
            rows = [self.customers[each] for each in lists[-1] if each in self.customers]
        elif "FROM deletedrecord" in suiteql:
            # Every other one: of the rest the REST API has to tell, as where deletions were not noted yet.
            gone = [each for each in lists[-1] if each in self.documents and self.documents[each].is_deleted]
            rows = [{"id": each} for each in gone if int(each) % 2]
        elif "FROM transactionaccountingline" in suiteql:
            shown = (self._shown(each) for each in lists[-1])
            rows = [row for document in shown if document is not None for row in line_rows(document)]
        else:
            lagging = {each for each in lists[-1] if each in self._before and self._weather.chance("stale_replica")}
            for each in lagging:
                self._tell_again(self.documents[each])
            shown = (self._before[each] if each in lagging else self._shown(each) for each in lists[-1])
            rows = [header_row(document) for document in shown if document is not None]
        self._weather.io("after netsuite.read")
        return rows

    def first(self, suiteql: str, count: int) -> tuple[Sequence[Row], bool]:
        """The first rows of a query, and whether there are more."""
        rows = self.query(suiteql)
        return rows[:count], len(rows) > count

    def record(self, record_type: str, record_id: str, *, expand: bool = False) -> Mapping[str, object] | None:
        """A record by its id, None where there is none."""
        del expand
        self._weather.io("before netsuite.read")
        document = self._shown(record_id)
        self._weather.io("after netsuite.read")
        if document is None or document.record_type != record_type.lower():
            return None
        return {"id": record_id, "status": {"id": "A"}}

    def _shown(self, document_id: str) -> Document | None:
        document = self.documents.get(document_id)
        return None if document is None or document.is_deleted else document


def _balance(document: Document, lines: Sequence[Line], subsidiary: str) -> Line:
    own = [line for line in lines if line.subsidiary == subsidiary]
    account, kind = {"journal_entry": ("6000", "Expense"), "bill": ("2000", "AcctPay")}.get(
        document.entity, ("1200", "AcctRec")
    )
    left = -sum(line.transaction_minor for line in own), -sum(line.functional_minor for line in own)
    return Line(account, kind, None, *left, subsidiary)
