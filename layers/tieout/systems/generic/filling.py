"""Makes a fact of an event by the expressions of its connection, or says at which path it does not fit (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tieout.errors import MalformedError, UnreadableRecordError
from tieout.money import Money
from tieout.systems.generic.expressions import ExpressionError, evaluate
from tieout.systems.generic.options import Formula, Lines, Record
from tieout.systems.generic.shapes import FieldShape, shape_of
from tieout.systems.generic.values import money_of, truth_of, version_of

_MOST_LINES = 2_000  # of one record: as many as one delivery may have notices

Event = Mapping[str, Any]


class Filling:
    """Fills facts from the events of one connection.

    Args:
        zone: IANA name of the account's own zone; moments become dates there.
        default_currency: of amounts for which no currency is declared.
    """

    def __init__(self, zone: str, default_currency: str) -> None:
        self._zone = zone
        self._default_currency = default_currency

    def version(self, record: Record, event: Event) -> str:
        """The record's version in an event; raises `UnreadableRecordError`."""
        value = _found("version", record.version, event)
        return _named("version", record.version, lambda: version_of(value, record.version_is))

    def holds(self, name: str, condition: str, event: Event) -> bool:
        """Whether a condition of the record holds in an event; raises `UnreadableRecordError`."""
        value = _found(name, condition, event)
        return _named(name, condition, lambda: truth_of(value))

    def fact(self, kind: type, record: Record, event: Event) -> Any:  # noqa: ANN401 a fact of any family
        """The fact an event states.

        Raises:
            UnreadableRecordError: naming the field, and the expression that found nothing or the wrong thing; never a value.
        """
        return self._filled(kind, record.fields, record.lines, event, "")

    def _filled(
        self, kind: type, formulas: Mapping[str, Formula], lines: Lines | None, event: Event, place: str
    ) -> Any:  # noqa: ANN401 as above
        values: dict[str, object] = {}
        for shape in shape_of(kind):
            if shape.line is not None and lines is not None:
                values[shape.name] = self._lines(shape, lines, event)
            elif shape.name in formulas:
                values[shape.name] = self._value(shape, formulas[shape.name], event, place + shape.name)
            elif shape.same_as:
                values[shape.name] = values[shape.same_as]
            elif shape.may_be_absent:
                values[shape.name] = None
        try:
            return kind(**values)
        except MalformedError as error:  # what no field alone can say, in the words of the fact
            raise UnreadableRecordError(f"{place}{error.reason}") from error

    def _lines(self, shape: FieldShape, lines: Lines, event: Event) -> tuple[object, ...]:
        assert shape.line is not None
        found = _found(shape.name, lines.each, event)
        if not isinstance(found, list) or len(found) > _MOST_LINES:
            raise _flaw(shape.name, lines.each, "not_an_array" if not isinstance(found, list) else "too_many_lines")
        return tuple(
            self._filled(shape.line, lines.fields, None, {**event, "line": line}, f"{shape.name}[{position}].")
            for position, line in enumerate(found)
        )

    def _value(self, shape: FieldShape, formula: Formula, event: Event, name: str) -> object:
        value: object
        if shape.parts is Money:
            value = self._money(formula, event, name)
        elif shape.parts is not None:
            value = self._parts(shape, formula, event, name)
        else:
            assert isinstance(formula, str)
            value = self._read(shape, formula, event, name)
        if value is None and not shape.may_be_absent:
            raise _flaw(name, formula, "missing")
        return value

    def _parts(self, shape: FieldShape, formula: Formula, event: Event, name: str) -> object:
        """The field made of its parts; None where nothing is found for any of them."""
        assert isinstance(formula, Mapping)
        assert shape.parts is not None
        found = (_found(f"{name}.{part}", expression, event) for part, expression in formula.items())
        if all(each is None for each in found):
            return None
        return self._filled(shape.parts, formula, None, event, f"{name}.")

    def _read(self, shape: FieldShape, formula: str, event: Event, name: str) -> object:
        found = _found(name, formula, event)
        read = shape.read
        if found is None or read is None:
            return None
        return _named(name, formula, lambda: read(found, self._zone))

    def _money(self, formula: Formula, event: Event, name: str) -> Money | None:
        assert isinstance(formula, Mapping)
        parts = {part: _found(f"{name}.{part}", expression, event) for part, expression in formula.items()}
        return _named(name, formula, lambda: money_of(parts, self._default_currency))


def _found(name: str, expression: str, event: Event) -> Any:  # noqa: ANN401 a value of JSON
    try:
        return evaluate(expression, event)
    except ExpressionError as error:
        raise _flaw(name, expression, f"not_of_that_form ({error})") from error


def _named[T](name: str, formula: Formula, read: Callable[[], T]) -> T:
    try:
        return read()
    except MalformedError as error:
        raise _flaw(name, formula, error.reason) from error


def _flaw(name: str, formula: Formula, reason: str) -> UnreadableRecordError:
    """What does not fit, in the words of the configuration."""
    written = formula if isinstance(formula, str) else ", ".join(formula.values())
    return UnreadableRecordError(f"{name}: {reason} at {written}")
