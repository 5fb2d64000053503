"""What holds of every family of facts, and what a deal's lines come to."""

from __future__ import annotations

import pkgutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from importlib import import_module
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tieout.facts
from tests.support.any_facts import deals, facts
from tieout.arriving.notice import RecordKey
from tieout.calendars import EntityCalendars
from tieout.facts import families
from tieout.facts.families import FAMILIES, KINDS, TABLES, lines_of, version_of
from tieout.facts.family import EVERY_LINE, Fact, Family, Line
from tieout.facts.master_data import Customer
from tieout.facts.opportunity import Opportunity, OpportunityLine
from tieout.facts.statement import ABSENCE_VERSION, Absence, Statement
from tieout.fiscal import FiscalCalendar, LegalEntity, StatedPeriod
from tieout.money import Money
from tieout.planning.mapping import MappingKey
from tieout.planning.resolving import Asked, MissingEntryError, Resolver

_HALVES = FiscalCalendar(
    name="halves",
    kind="table",
    label="HY",
    table=(
        StatedPeriod(period="HY2026-P01", first_day="2026-01-01", last_day="2026-06-30"),
        StatedPeriod(period="HY2026-P02", first_day="2026-07-01", last_day="2026-12-31"),
    ),
)
KINDS_OF_FACTS = [kind for family in FAMILIES for kind in family.kinds]
KIND = pytest.mark.parametrize("kind", KINDS_OF_FACTS)
WITH_LINES = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS_OF_FACTS if "lines" in {each.name for each in fields(kind)}]
)


def lookup() -> Asked:
    """Mapping tables in which everything is found."""
    return Asked("crm", {}, "OWN")


def made(fact: Fact) -> list[Line]:
    """The lines of a fact."""
    return list(lines_of(fact, lookup()))


def test_every_module_that_declares_a_family_is_one_of_the_families() -> None:
    """A family that is declared and not named is recorded by nobody."""
    modules = [import_module(f"tieout.facts.{each.name}") for each in pkgutil.iter_modules(tieout.facts.__path__)]
    declared = [module.FAMILY for module in modules if hasattr(module, "FAMILY")]
    assert sorted(family.name for family in declared) == sorted(family.name for family in FAMILIES)


def test_every_kind_belongs_to_one_family_and_is_an_immutable_dataclass() -> None:
    """A feed names kinds, so a name means one."""
    assert len({kind.__name__ for kind in KINDS_OF_FACTS}) == len(KINDS_OF_FACTS) == len(KINDS)
    assert all(is_dataclass(kind) and kind.__dataclass_params__.frozen for kind in KINDS_OF_FACTS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_no_family_declares_what_every_line_has(family: Family[Any]) -> None:
    """Company, period and currency mean the same everywhere."""
    assert set(EVERY_LINE).isdisjoint(family.attributes)
    assert len(set(family.addressable())) == len(family.addressable())


def test_families_that_share_a_mapping_table_agree_on_its_members() -> None:
    """Otherwise an entry would be right for one and wrong for the other."""
    for one, other in combinations(FAMILIES, 2):
        for name in one.tables.keys() & other.tables.keys():
            assert one.tables[name] == other.tables[name] == TABLES[name]


@KIND
@given(data=st.data())
def test_a_line_has_what_its_family_declares_and_nothing_else(kind: type[Fact], data: st.DataObject) -> None:
    """A name a feed may use is never missing, and what a line has a feed can name; values that are ours are among those listed."""
    family = KINDS[kind.__name__]
    for line in made(data.draw(facts(kind))):
        assert tuple(line.attributes) == tuple(family.attributes)
        assert tuple(line.amounts) == family.amounts
        for name, values in family.attributes.items():
            assert not values or line.attributes[name] is None or line.attributes[name] in values
        assert {money.currency for money in line.amounts.values() if money} <= {line.currency}
        assert line.legal_entity
        assert [line.attribute(name) for name in EVERY_LINE] == [line.legal_entity, line.period, line.currency]


@KIND
@given(data=st.data())
def test_a_family_looks_up_only_in_tables_it_declares(kind: type[Fact], data: st.DataObject) -> None:
    """The tables that every family may use are those of legal entities and posting periods."""
    asked = lookup()
    list(lines_of(data.draw(facts(kind)), asked))
    assert {key.table for key in asked.keys} <= {*KINDS[kind.__name__].tables, "legal_entity", "period"}


@WITH_LINES
@given(data=st.data())
def test_the_order_of_a_facts_lines_decides_nothing(kind: type[Fact], data: st.DataObject) -> None:
    """A source may answer the same lines in any order; the same is planned of them."""
    fact = data.draw(facts(kind))
    shuffled = replace(fact, lines=tuple(data.draw(st.permutations(fact.lines))))
    assert Counter(map(repr, made(fact))) == Counter(map(repr, made(shuffled)))


def total_minor(amounts: Iterable[Money | None]) -> int:
    """The sum of amounts of one currency, in minor units; zero where there is none."""
    return sum(each.amount_minor for each in amounts if each is not None)


@given(deal=deals(one_currency=True))
def test_a_deals_lines_add_up_to_its_amount(deal: Opportunity) -> None:
    """With lines or without, whatever somebody set by hand: planning shows what the CRM shows."""
    lines = made(deal)
    whole = deal.amount or Money(total_minor(line.amount for line in deal.lines), "EUR")
    assert total_minor(line.amounts["amount"] for line in lines) == whole.amount_minor
    if deal.probability is not None:
        assert total_minor(line.amounts["weighted"] for line in lines) == int(
            (whole.amount_minor * deal.probability).to_integral_value(ROUND_HALF_UP)
        )


@given(deal=deals())
def test_each_line_is_planned_as_the_crm_has_it(deal: Opportunity) -> None:
    """By its own product and amount; what the deal's amount has beyond them is one line more, under the deal's product."""
    lines = made(deal)
    own, rest = lines[: len(deal.lines)], lines[len(deal.lines) :]
    assert [(line.attributes["product"], line.amounts["amount"]) for line in own] == [
        (line.product, line.amount) for line in deal.lines
    ]
    assert [line.attributes["product"] for line in rest] in ([], [deal.product])
    assert len(lines) >= 1


PLAIN = Opportunity(
    name=None, amount=None, stage="s", probability=Decimal("0.5"), close_date=None, customer=None, product="deal"
)
OF_ONE_CENT = OpportunityLine(line_id="1", product="a", amount=Money(1, "EUR"))
OF_THREE = replace(OF_ONE_CENT, amount=Money(3, "EUR"))


def test_a_deals_parts_are_its_lines_and_what_they_leave() -> None:
    """Nothing is left where they explain all of its amount, and a deal without lines is one part of its own."""
    amount = Money(5, "EUR")
    assert replace(PLAIN, amount=amount).parts() == (OpportunityLine(line_id="", product="deal", amount=amount),)
    lined = replace(PLAIN, amount=amount, lines=(OF_ONE_CENT, OF_THREE))
    assert lined.parts() == (*lined.lines, OpportunityLine(line_id="", product="deal", amount=Money(1, "EUR")))
    assert replace(lined, amount=Money(4, "EUR")).parts() == lined.lines


def test_two_lines_of_one_id_are_weighed_alike_in_either_order() -> None:
    """Half a cent and one and a half are two together: the one left over goes to the same line each time."""
    orders = [(OF_ONE_CENT, OF_THREE), (OF_THREE, OF_ONE_CENT)]
    weighed = [
        {line.amounts["amount"]: line.amounts["weighted"] for line in made(replace(PLAIN, lines=each))}
        for each in orders
    ]
    assert weighed[0] == weighed[1]
    assert total_minor(weighed[0].values()) == 2


@pytest.mark.parametrize(
    ("recurring", "months", "a_month"),
    [(Money(100, "EUR"), 12, Money(8, "EUR")), (Money(100, "EUR"), None, None), (None, 12, None), (None, None, None)],
)
def test_what_recurs_is_planned_by_the_month_where_its_months_are_known(
    recurring: Money | None, months: int | None, a_month: Money | None
) -> None:
    """An amount of no stated span says nothing of a month."""
    line = replace(OF_ONE_CENT, recurring=recurring, recurring_months=months)
    assert [each.amounts["recurring"] for each in made(replace(PLAIN, lines=(line,)))] == [a_month]


@given(deal=deals())
def test_weighing_a_line_moves_it_by_less_than_a_minor_unit(deal: Opportunity) -> None:
    """What rounding leaves over is shared out, never heaped on one line."""
    for line in made(deal):
        amount, weighted = line.amounts["amount"], line.amounts["weighted"]
        if amount is not None and weighted is not None and deal.probability is not None:
            assert abs(weighted.amount_minor - amount.amount_minor * deal.probability) < 1


def test_what_a_record_says_of_its_company_goes_before_what_the_connection_says() -> None:
    """And is called as the mapping table calls it."""
    found = {MappingKey("erp", "legal_entity", "3"): "EMEA"}
    resolve = Asked("erp", found, "GROUP")
    assert (resolve.legal_entity("3"), resolve.legal_entity(None)) == ("EMEA", "GROUP")


def test_a_days_period_is_that_of_the_lines_company() -> None:
    """Two companies may have different calendars."""
    calendars = EntityCalendars((_HALVES,), (LegalEntity(name="OTHER", calendar="halves"),))
    asked = Asked("crm", {}, "OWN", calendars)
    assert asked.period_of("OTHER", date(2026, 3, 1)) == "HY2026-P01"
    assert asked.period_of("OWN", date(2026, 3, 1)) == "2026-03"
    assert asked.period_of_span("OTHER", date(2026, 1, 1), date(2026, 6, 30)) == "HY2026-P01"
    assert asked.period_of_span("OWN", date(2026, 1, 1), date(2026, 6, 30)) is None


def test_a_day_beyond_a_companys_calendar_waits_for_somebody_to_say_where_it_goes() -> None:
    """The table `period` is asked under the day itself; nothing is guessed, and no other record fails for it."""
    calendars = EntityCalendars((_HALVES,), (LegalEntity(name="OTHER", calendar="halves"),))
    beyond = date(2031, 1, 5)
    entry = MappingKey("crm", "period", "2031-01-05")
    with pytest.raises(MissingEntryError) as missing:
        Resolver("crm", {}, "OWN", calendars).period_of("OTHER", beyond)
    assert missing.value.key == entry
    assert Resolver("crm", {entry: "HY2026-P02"}, "OWN", calendars).period_of("OTHER", beyond) == "HY2026-P02"


def test_a_fact_is_of_its_familys_version_and_an_absence_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is raised by itself."""
    raised = replace(KINDS["Customer"], version=7)
    monkeypatch.setattr(families, "KINDS", {**KINDS, "Customer": raised})
    key = RecordKey("erp", "customer", "1")
    assert version_of(Statement(key=key, source_version="1", fact=Customer(number="1"))) == raised.version
    gone = Statement(key=key, source_version="1", fact=None, absence=Absence.DELETED)
    assert version_of(gone) == ABSENCE_VERSION
