"""What is planted between the books of a world at rest and a second system that tells of the same invoices, of every kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.closing import GATE_SHARDS
from tests.simulation.documents import CUSTOMERS, PERIODS, Document
from tests.simulation.oracle_of_documents import document_cells
from tests.simulation.oracle_of_stages import Sums, less, planned
from tests.simulation.oracle_of_values import MissingError
from tieout.arriving.notice import RecordKey
from tieout.closing import BooksState
from tieout.facts.documents import AccountClass, LedgerLine, PostedDocument
from tieout.facts.families import CLASSES
from tieout.facts.recalling import fact_of_text
from tieout.facts.statement import Statement
from tieout.ledger.closing import BooksLedger
from tieout.ledger.items import statement_text
from tieout.ledger.keys import fact_key
from tieout.ledger.table import Item
from tieout.money import Money
from tieout.periods import PostingPeriod

if TYPE_CHECKING:
    from tests.simulation.world import World

AS_OF = date(2026, 12, 31)
MIRROR, ERP = "mirror", "netsuite-group"
TOLERATED = 3  # minor units
_LATELY = date(2026, 12, 27)
_NOBODY = "999"
_ENTITIES = {"invoice", "credit_memo"}


@dataclass(frozen=True, slots=True)
class Twin:
    """An invoice or a credit memo of the books that the mirror tells of too.

    Attributes:
        booked: what the books come to by it, as the oracle reckons.
        reckoned: what they would come to by another document.
    """

    record: RecordKey
    document: Document
    fact: PostedDocument
    version: str
    booked: Sums
    reckoned: Callable[[Document], Sums]

    def told(self, fact: PostedDocument, behind: str = "") -> Statement:
        """What the mirror says: a fact under the same id, with something behind it."""
        key = RecordKey(MIRROR, self.record.entity, f"{self.record.record_id}{behind}")
        return Statement(key=key, source_version=self.version, fact=fact)

    def earned(self) -> list[LedgerLine]:
        """The lines of income."""
        return [each for each in self.fact.lines if each.account_class is AccountClass.INCOME]

    def with_lines(self, change: Callable[[LedgerLine], LedgerLine]) -> PostedDocument:
        """The fact with its lines of income changed."""
        lines = (change(each) if each.account_class is AccountClass.INCOME else each for each in self.fact.lines)
        return replace(self.fact, lines=tuple(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What the mirror says of a document of the books.

    Attributes:
        kind: of the break that must come of it; empty: none.
        off: what the mirror has more, in minor units of the transactions.
        extra: of what it says, what the books know nothing of.
    """

    twin: Twin
    told: tuple[Statement, ...]
    kind: str = ""
    off: Sums
    extra: Statement | None = None

    @property
    def records(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The records that the break concerns."""
        if self.extra is not None:
            return (str(self.extra.key),), ()
        return tuple(str(each.key) for each in self.told), (str(self.twin.record),)


def twins(world: World) -> list[Twin]:
    """The documents that a mirror can tell of; none where books are closed, which would hold it up."""
    books = BooksLedger(world.line.table, world.schedule.sleep, GATE_SHARDS)
    if any(each.state is not BooksState.OPEN for each in books.changes().values()):
        return []
    items = world.line.table.contents()
    erp = world.erps[ERP]
    found = []
    for document in erp.documents.values():
        record = RecordKey(ERP, document.entity, document.document_id)
        item = items.get(fact_key(record), {})
        if document.entity in _ENTITIES and _is_sound(item):
            reckoned = partial(_reckoned, rates=erp.rates, mappings=world.mappings)
            fact = fact_of_text(CLASSES[str(item["kind"])], statement_text(item))
            assert isinstance(fact, PostedDocument)
            booked = reckoned(document)
            found.append(Twin(record, document, fact, str(item["source_version"]), booked, reckoned))
    return found


def plant(known: Sequence[Twin], mappings: Mapping[tuple[str, str, str], str], random: Random) -> list[Planted]:
    """What a mirror says of each: most often the same, and of some, by chance, something of each kind that can be."""
    kinds = list(_KINDS)
    random.shuffle(kinds)
    return [_planted(each, kinds, mappings, random) for each in known]


def _planted(twin: Twin, kinds: list[str], mappings: Mapping[tuple[str, str, str], str], random: Random) -> Planted:
    if twin.booked and random.random() < 0.7:
        for kind in kinds:
            found = _KINDS[kind](twin, mappings, random)
            if found is not None:
                kinds.remove(kind)
                return found
    return Planted(twin=twin, told=(twin.told(twin.fact),), off={})


def _missing_here(twin: Twin, _mappings: object, _random: Random) -> Planted:
    return Planted(twin=twin, told=(), kind="missing_here", off=less({}, twin.booked))


def _besides(kind: str, twin: Twin, fact: PostedDocument) -> Planted:
    extra = twin.told(fact, "~")
    return Planted(twin=twin, told=(twin.told(twin.fact), extra), kind=kind, off=twin.booked, extra=extra)


def _missing_there(twin: Twin, _mappings: object, _random: Random) -> Planted:
    return _besides("missing_there", twin, replace(twin.fact, number=f"~{twin.fact.number}"))


def _timing(twin: Twin, _mappings: object, _random: Random) -> Planted:
    return _besides("timing", twin, replace(twin.fact, number=f"~{twin.fact.number}", document_date=_LATELY))


def _duplicate(twin: Twin, _mappings: object, _random: Random) -> Planted:
    return _besides("duplicate", twin, twin.fact)


def _instead(kind: str, twin: Twin, fact: PostedDocument, document: Document) -> Planted | None:
    try:
        off = less(twin.reckoned(document), twin.booked)
    except MissingError:
        return None  # the oracle knows no such period of that company
    return Planted(twin=twin, told=(twin.told(fact),), kind=kind, off=off)


def _cut_off(twin: Twin, _mappings: object, random: Random) -> Planted | None:
    document = deepcopy(twin.document)
    document.period = random.choice([each for each in PERIODS if each != document.period])
    name, first, last, is_adjustment = PERIODS[document.period]
    days = () if is_adjustment else (date.fromisoformat(first), date.fromisoformat(last))
    fact = replace(twin.fact, posting_period=PostingPeriod(document.period, name, *days))
    found = _instead("cut_off", twin, fact, document)
    is_told = (
        found is not None and found.off and _is_more_than_tolerated(twin)
    )  # an adjustment may be of the same month
    return found if is_told else None


def _amount(kind: str, least: int, most: int, twin: Twin, _mappings: object, random: Random) -> Planted | None:
    line = random.choice(twin.earned())
    delta = random.randint(least, most) * random.choice((1, -1))
    document = deepcopy(twin.document)
    document.lines[int(line.line_id)].transaction_minor += delta
    changed = replace(line, transaction=line.transaction + Money(delta, line.transaction.currency))
    fact = twin.with_lines(lambda each: changed if each is line else each)
    found = _instead(kind, twin, fact, document)
    is_told = found is not None and found.off and twin.reckoned(document).keys() == twin.booked.keys()
    return found if is_told else None


def _mapping(twin: Twin, mappings: Mapping[tuple[str, str, str], str], _random: Random) -> Planted | None:
    named = {each.customer for each in twin.earned()}
    others = [each for each in CUSTOMERS if (ERP, "customer", each) in mappings and each not in named]
    if not others or None in named or not _is_more_than_tolerated(twin):
        return None
    fact = twin.with_lines(lambda each: replace(each, customer=others[0]))
    return Planted(twin=twin, told=(twin.told(fact),), kind="mapping", off={})


def _is_more_than_tolerated(twin: Twin) -> bool:
    return all(abs(minor) > TOLERATED for minor in twin.booked.values())


def _held(twin: Twin, _mappings: object, _random: Random) -> Planted:
    fact = twin.with_lines(lambda each: replace(each, customer=_NOBODY))
    return Planted(twin=twin, told=(twin.told(fact),), kind="held", off={})


def _rate(twin: Twin, _mappings: object, random: Random) -> Planted | None:
    lines = [each for each in twin.earned() if each.group is not None and each.transaction.amount_minor]
    if not lines:
        return None
    line, more = random.choice(lines), Money(random.randint(100, 9_999), "USD")
    assert line.group is not None
    changed = replace(line, group=line.group + more)
    fact = twin.with_lines(lambda each: changed if each is line else each)
    return Planted(twin=twin, told=(twin.told(fact),), kind="rate", off={})


_KINDS: Mapping[str, Callable[[Twin, Mapping[tuple[str, str, str], str], Random], Planted | None]] = {
    "missing_here": _missing_here,
    "missing_there": _missing_there,
    "timing": _timing,
    "duplicate": _duplicate,
    "cut_off": _cut_off,
    "unexplained": partial(_amount, "unexplained", TOLERATED + 1, 9_999),
    "rounding": partial(_amount, "rounding", 1, TOLERATED),
    "mapping": _mapping,
    "held": _held,
    "rate": _rate,
}


def _is_sound(item: Item) -> bool:
    is_said = item.get("kind") in {"Invoice", "CreditMemo"}
    return is_said and "held_for" not in item and not item.get("unfinished") and item.get("late", "[]") == "[]"


def _reckoned(
    document: Document, *, rates: Mapping[tuple[str, str], str], mappings: Mapping[tuple[str, str, str], str]
) -> Sums:
    return planned(document_cells(document, ERP, rates, mappings), "Actuals", "Revenue")
