"""A calendar that would leave a date without a period, or give two calendars' days one name, is refused at synth."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tieout.calendars import EntityCalendars
from tieout.fiscal import StatedPeriod, YearEnd
from tieout.landscape import Landscape
from tieout.periods import Period

CALENDARS = "landscape/calendars.toml"
YEAR_END = 'year_end = { rule = "last", weekday = "saturday", month = 12 }'
WEEKS = f'kind = "4-4-5"\n{YEAR_END}\n'
ROWS = (
    '{ period = "FY2026-P01", first_day = 2026-01-01, last_day = 2026-01-25 }',
    '{ period = "FY2026-P02", first_day = "2026-01-26", last_day = "2026-03-01" }',
)


def table(*rows: str) -> str:
    """The declaration of a calendar that is a table of dates."""
    return f'kind = "table"\ntable = [{", ".join(rows)}]\n'


def declare(root: Path, *calendars: str, entity: str = "") -> None:
    """Add calendars `first`, `second`, ... to the landscape, and an entity."""
    named = [
        f'[[calendars]]\nname = "{name}"\n{text}\n' for name, text in zip(("first", "second"), calendars, strict=False)
    ]
    path = root / CALENDARS
    path.write_text("\n".join([path.read_text(), *named, entity]))


def problems(root: Path, overlay: Path | None = None) -> tuple[str, ...]:
    """What is said about a landscape that must not be deployed."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox", overlay)
    return caught.value.problems


FLAWS = [
    ('kind = "4-5-5"', "kind", "input should be 'months', '4-4-5', '4-5-4', '5-4-4', '13-periods' or 'table'"),
    ('kind = "months"\nfirst_month = 13', "first_month", "13 is no month (1 to 12)"),
    ('kind = "months"\nfirst_month = 0', "first_month", "0 is no month (1 to 12)"),
    ('kind = "months"\nyear_named_by = "middle"', "year_named_by", "input should be 'start' or 'end'"),
    ('kind = "months"\nyear = 1', "year", "unexpected keyword argument"),
    (f'kind = "months"\n{YEAR_END}', "year_end", "a calendar of kind 'months' has no year_end"),
    ('kind = "months"\nlabel = "UK"', "label", "a calendar of kind 'months' has no label"),
    ('kind = "months"\nextra_week_in = 3', "extra_week_in", "a calendar of kind 'months' has no extra_week_in"),
    (f'kind = "months"\ntable = [{ROWS[0]}]', "table", "a calendar of kind 'months' has no table"),
    ('kind = "4-4-5"', "year_end", "a calendar of kind '4-4-5' needs the day its years end on"),
    ('kind = "4-4-5"\nyear_end = { rule = "first", weekday = "saturday", month = 12 }', "year_end rule",
     "input should be 'last' or 'nearest'"),
    ('kind = "4-4-5"\nyear_end = { rule = "last", weekday = "Sat", month = 12 }', "year_end weekday",
     "input should be 'monday', 'tuesday',"),
    ('kind = "4-4-5"\nyear_end = { rule = "last", weekday = "saturday", month = 13 }', "year_end month",
     "13 is no month (1 to 12)"),
    ('kind = "4-4-5"\nyear_end = { rule = "last", weekday = "saturday" }', "year_end month", "field required"),
    (f"{WEEKS}extra_week_in = 13", "extra_week_in", "13 is none of the 12 periods of a 4-4-5 year"),
    (f"{WEEKS}extra_week_in = -1", "extra_week_in", "-1 is none of the 12 periods of a 4-4-5 year"),
    (f'kind = "13-periods"\n{YEAR_END}\nextra_week_in = 14', "extra_week_in",
     "14 is none of the 13 periods of a 13-periods year"),
    (f"{WEEKS}first_month = 2", "first_month", "a calendar of kind '4-4-5' has no first_month"),
    (f"{WEEKS}table = [{ROWS[0]}]", "table", "a calendar of kind '4-4-5' has no table"),
    (f'{WEEKS}label = "F"', "label", "'F' is not two capitals, as in FY2026-P03"),
    (f'{WEEKS}label = "fy"', "label", "'fy' is not two capitals, as in FY2026-P03"),
    ('kind = "table"', "table", "a table without periods has no place for any date"),
    (table(*ROWS) + 'year_named_by = "start"', "year_named_by", "a calendar of kind 'table' has no year_named_by"),
    (table(*ROWS) + YEAR_END, "year_end", "a calendar of kind 'table' has no year_end"),
    (table(ROWS[0], ROWS[1].replace("01-26", "01-27")), "table",
     "FY2026-P02: no period has the days from 2026-01-26 to 2026-01-26"),
    (table(ROWS[0], ROWS[1].replace("01-26", "01-25")), "table",
     "FY2026-P02: 2026-01-25 is also in FY2026-P01, which ends on 2026-01-25"),
    (table(ROWS[1], ROWS[0]), "table", "FY2026-P01: 2026-01-01 is also in FY2026-P02, which ends on 2026-03-01"),
    (table(ROWS[0], ROWS[1].replace("P02", "P01")), "table",
     "FY2026-P01: stands after FY2026-P01, but sorts before it or is the same"),
    (table(ROWS[0].replace("P01", "P03"), ROWS[1]), "table",
     "FY2026-P02: stands after FY2026-P03, but sorts before it or is the same"),
    (table(ROWS[0].replace("2026-01-25", "2025-12-31")), "table", "FY2026-P01: ends before it starts"),
    (table(ROWS[0].replace("2026-01-25", '"2026-02-30"')), "table", "FY2026-P01: '2026-02-30' is no date"),
    (table(ROWS[0].replace("2026-01-25", '"20260125"')), "table", "FY2026-P01: '20260125' is no date"),
    (table(ROWS[0].replace("FY2026-P01", "2026-01")), "table",
     "'2026-01' does not start with the calendar's label 'FY'"),
    (table(ROWS[0].replace("FY2026-P01", "P1")), "table", "'P1' is not written as FY2026-P03"),
    (table(ROWS[0].replace("FY2026", "RT2026")), "table", "'RT2026-P01' does not start with the calendar's label 'FY'"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "place", "problem"), FLAWS)
def test_a_flaw_of_a_calendar_is_named_with_its_place(root: Path, text: str, place: str, problem: str) -> None:
    """One sentence says which calendar, which field, and what is wrong with it."""
    declare(root, text)
    said = f'{CALENDARS}: calendars "first" {place}: {problem}'
    assert said in [each[: len(said)] for each in problems(root)]


def test_a_calendar_without_flaws_is_what_a_function_reads(root: Path) -> None:
    """It comes back from synth as it was declared; a day may be a date of TOML or a text, and a period may have one day."""
    stock_taking = '{ period = "FY2026-P03", first_day = 2026-03-02, last_day = 2026-03-02 }'
    declare(root, f'{WEEKS}label = "WK"\nextra_week_in = 12', table(*ROWS, stock_taking))
    (root / CALENDARS).write_text(
        (root / CALENDARS).read_text().replace('calendar = "default"', 'calendar = "second"', 1)
    )
    landscape = read_landscape(root, "sandbox")
    read = Landscape.of_plain(json.loads(compile_landscape(landscape)))
    assert read == landscape
    weeks, stated = read.calendars[1:]
    assert weeks.year_end == YearEnd(rule="last", weekday="saturday", month=12)
    assert stated.table[1] == StatedPeriod(period="FY2026-P02", first_day="2026-01-26", last_day="2026-03-01")
    calendar = EntityCalendars.of_landscape(read).calendar_of("EMEA")
    assert [day.isoformat() for day in calendar.span_of(Period(2026, 1, "FY"))] == ["2026-01-01", "2026-01-25"]


def test_the_examples_in_the_file_are_valid_calendars(root: Path) -> None:
    """Whoever takes the comment signs off has a landscape that can be deployed."""
    text = (root / CALENDARS).read_text()
    examples = re.findall(r"^# (\[\[calendars\]\]\n(?:# .*\n)+)", text, re.MULTILINE)
    (root / CALENDARS).write_text(text + "".join(example.replace("\n# ", "\n") for example in examples))
    kinds = [calendar.kind for calendar in read_landscape(root, "sandbox").calendars]
    assert kinds == ["months", "months", "4-5-4", "5-4-4", "table"]


def test_the_name_of_a_calendar_is_like_every_other_name(root: Path) -> None:
    """Capitals and spaces are for people's eyes, not for names that are compared."""
    declare(root, WEEKS)
    (root / CALENDARS).write_text((root / CALENDARS).read_text().replace('"first"', '"The First"'))
    said = f"{CALENDARS}: calendars \"The First\" name: 'The First' is not lower-case words joined by hyphens"
    assert [each[: len(said)] for each in problems(root)] == [said]


def test_two_calendars_that_name_different_days_alike_are_refused(root: Path) -> None:
    """`FY2026-P03` of both would be one cell, and one rate, although it is not the same time."""
    declare(root, WEEKS, WEEKS.replace("last", "nearest"))
    assert problems(root) == (
        f"{CALENDARS}: calendars \"second\" label: 'FY' is also the label of 'first', whose periods have other days",
    )


@pytest.mark.parametrize("second", [WEEKS, f'{WEEKS.replace("last", "nearest")}label = "NE"', 'kind = "months"'])
def test_calendars_whose_names_mean_the_same_days_may_share_a_label(root: Path, second: str) -> None:
    """The same calendar under two names, calendars with labels of their own, and months, which have none."""
    declare(root, WEEKS, second)
    assert len(read_landscape(root, "sandbox").calendars) == 3


def test_an_entity_with_an_unknown_calendar_is_refused(root: Path) -> None:
    """It would go by the default in silence."""
    declare(root, entity='[[legal_entities]]\nname = "APAC"\ncalendar = "retial"\n')
    assert problems(root) == (
        f"{CALENDARS}: legal_entities \"APAC\" calendar: 'retial' is no declared calendar (default)",
    )


@pytest.mark.parametrize("name", ["NORDICS ", " NORDICS", ""])
def test_an_entity_without_a_proper_name_is_refused(root: Path, name: str) -> None:
    """No record will ever name it."""
    declare(root, entity=f'[[legal_entities]]\nname = "{name}"\ncalendar = "default"\n')
    assert problems(root) == (f'{CALENDARS}: legal_entities "{name}" name: {name!r} is empty or padded',)


def test_a_stage_without_calendars_goes_by_months(root: Path) -> None:
    """The file may declare nothing; entities then need no calendar, and one that asks for it is refused."""
    (root / CALENDARS).write_text("")
    assert read_landscape(root, "sandbox").calendars == ()
    (root / CALENDARS).write_text('[[legal_entities]]\nname = "EMEA"\ncalendar = "default"\n')
    assert problems(root) == (
        f"{CALENDARS}: legal_entities \"EMEA\" calendar: 'default' is no declared calendar (there is none)",
    )


@pytest.mark.parametrize("misspelt", ["emea", "EM EA", " EMEA"])
def test_a_connection_that_misspells_its_entity_is_refused(root: Path, misspelt: str) -> None:
    """Its deals would be dated by the default calendar instead of the entity's."""
    overlay = root / "overlay.toml"
    overlay.write_text(f'[[connections]]\nname = "hubspot-emea"\nlegal_entity = "{misspelt}"\n')
    said = f"overlay.toml: connections \"hubspot-emea\" legal_entity: {misspelt!r} is declared as 'EMEA'"
    assert [each[: len(said)] for each in problems(root, overlay)] == [said]


def test_a_connection_may_have_an_entity_that_nobody_declared(root: Path) -> None:
    """It goes by the calendar named default."""
    overlay = root / "overlay.toml"
    overlay.write_text('[[connections]]\nname = "hubspot-emea"\nlegal_entity = "LATAM"\n')
    assert read_landscape(root, "sandbox", overlay).connection("hubspot-emea").legal_entity == "LATAM"
