"""What a generic connection must say so that its payloads become facts: asked at synth, with the place of every flaw.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.facts.families import KINDS
from tieout.landscape import Connection
from tieout.money import Money
from tieout.systems.generic.contents import kind_of_fact
from tieout.systems.generic.expressions import check_expression
from tieout.systems.generic.options import Formula, Lines, Record, options_of
from tieout.systems.generic.shapes import FieldShape, shape_of
from tieout.systems.generic.values import MONEY_PARTS

Problem = tuple[tuple[str | int, ...], str]


def connection_problems(connection: Connection) -> Iterator[Problem]:
    """Every flaw of the records a connection declares, with the place it stands at inside the connection."""
    if connection.completion != "payload":
        yield ("completion",), "there is no API to read: say 'payload', where every event states its record whole"
    options = options_of(connection.options)
    if options.proof == "bus" and "webhook" in connection.arrivals:
        yield ("options", "proof"), "'bus' proves nothing of what is posted, and arrivals names 'webhook'"
    for position, record in enumerate(options.records):
        for place, problem in _record_problems(record):
            yield ("options", "records", position, *place), problem


def _record_problems(record: Record) -> Iterator[Problem]:
    if not record.version:
        yield ("version",), "none is named: without it nobody knows which of two payloads is the newer"
    for name in ("version", "deleted", "posted"):
        expression = getattr(record, name)
        if expression:
            yield from _expression_problems((name,), expression)
    if record.fact not in KINDS:
        yield ("fact",), f"{record.fact!r} is no canonical fact ({', '.join(KINDS)})"
        return
    yield from _shape_problems((), kind_of_fact(record.fact), record.fields, record.lines)


def _shape_problems(
    place: tuple[str, ...], kind: type, formulas: Mapping[str, Formula], lines: Lines | None
) -> Iterator[Problem]:
    """What is missing, unknown or wrong in the expressions for one class, and in those for its lines."""
    shapes = {each.name: each for each in shape_of(kind)}
    mappable = {name: each for name, each in shapes.items() if each.line is None}
    with_lines = next((each for each in shapes.values() if each.line is not None), None)
    for name in formulas.keys() - mappable.keys():
        yield (*place, "fields", name), f"{name!r} is no field of {kind.__name__} ({', '.join(mappable)})"
    for name, shape in mappable.items():
        if name in formulas:
            yield from _formula_problems((*place, "fields", name), shape, formulas[name])
        elif shape.must_be_mapped:
            yield (*place, "fields"), f"{name!r} is missing: there is no {kind.__name__} without it"
    if lines is not None and with_lines is None:
        yield (*place, "lines"), f"a {kind.__name__} has no lines"
    elif lines is not None and with_lines is not None and with_lines.line is not None:
        yield from _expression_problems((*place, "lines", "each"), lines.each)
        yield from _shape_problems((*place, "lines"), with_lines.line, lines.fields, None)
    elif with_lines is not None and with_lines.must_be_mapped:
        yield (*place, "lines"), f"none are declared: a {kind.__name__} is planned by its lines"


def _formula_problems(place: tuple[str, ...], shape: FieldShape, formula: Formula) -> Iterator[Problem]:
    if shape.parts is None and isinstance(formula, str):
        yield from _expression_problems(place, formula)
    elif shape.parts is None:
        yield place, f"{shape.name!r} is one value: write one expression"
    elif isinstance(formula, str):
        yield place, f"{shape.name!r} has parts: write {{ {', '.join(_parts_of(shape))} }}"
    else:
        yield from _part_problems(place, shape, formula)


def _part_problems(place: tuple[str, ...], shape: FieldShape, formulas: Mapping[str, str]) -> Iterator[Problem]:
    for part, expression in formulas.items():
        if part in _parts_of(shape):
            yield from _expression_problems((*place, part), expression)
        else:
            yield (*place, part), f"{part!r} is no part of {shape.name!r} ({', '.join(_parts_of(shape))})"
    if shape.parts is Money:
        if ("amount" in formulas) == ("minor" in formulas):
            yield place, "an amount of money needs either 'amount' (whole units) or 'minor' (minor units)"
        return
    assert shape.parts is not None
    for each in shape_of(shape.parts):
        if each.must_be_mapped and each.name not in formulas:
            yield place, f"{each.name!r} is missing: there is no {shape.name!r} without it"


def _parts_of(shape: FieldShape) -> tuple[str, ...]:
    assert shape.parts is not None
    return MONEY_PARTS if shape.parts is Money else tuple(each.name for each in shape_of(shape.parts))


def _expression_problems(place: tuple[str, ...], expression: str) -> Iterator[Problem]:
    try:
        check_expression(expression)
    except ValueError as error:
        yield place, str(error)
