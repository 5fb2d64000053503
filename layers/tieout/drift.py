"""What a source's answers and deliveries are expected to hold, and what differs: counted, with its shape and without its values."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, runtime_checkable

from tieout import strict_json
from tieout.arriving.delivery import told_name, word_mark
from tieout.money import is_currency, minor_exponent

_DEEPEST, _WIDEST = 4, 80  # of a shape: more says no more to whoever looks at it
_MOST_KINDS = 50

Row = Mapping[str, Any]


class Drift(StrEnum):
    """In which way a field is not what it was."""

    UNKNOWN = "unknown"
    ABSENT = "absent"
    NULL = "null"
    RETYPED = "retyped"
    NEW_VALUE = "new_value"
    EXPONENT = "exponent"


class Field(NamedTuple):
    """What a field is expected to be.

    Attributes:
        types: by the names of JSON.
        null: it may be null.
        absent: it may be left out.
        values: those it may have, in lower case, however the source writes them; none listed: any.
        inside: the fields of the object it is, or of each object in the list it is.
        decimals_of: the field beside it that names a currency whose number of decimals this one states.
    """

    types: frozenset[str]
    null: bool = False
    absent: bool = False
    values: frozenset[str] = frozenset()
    inside: Expected | None = None
    decimals_of: str = ""


Expected = Mapping[str, Field]

OTHERS: Expected = {"*": Field(types=frozenset(), absent=True)}
"""Among the fields of an object that may come to have others at any time, without anybody being told."""


class Seen(NamedTuple):
    """Which drift it is: of which kind of answer or delivery, of which field (names above it parted by slashes), in which way."""

    answer: str
    field: str
    drift: Drift


class Noted(NamedTuple):
    """How often a drift was seen, and the shape of the first and of the last row with it."""

    times: int
    first_shape: str
    last_shape: str

    def and_then(self, later: Noted) -> Noted:
        """Both together, where `later` was seen after this."""
        return Noted(self.times + later.times, self.first_shape, later.last_shape)


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What the deliveries of a connection are expected to hold.

    Attributes:
        kinds: what is expected of each kind of part.
        parts: the parts of a delivery's outline, each with its kind; what is of no kind is passed over.
    """

    kinds: Mapping[str, Expected]
    parts: Callable[[Any], Iterable[tuple[str, object]]]

    def watch(self) -> Watch:
        """A watch for them, under kinds that no answer has."""
        return Watch({DELIVERED + kind: _marked(expected) for kind, expected in self.kinds.items()})

    def show(self, outline: object, watch: Watch) -> None:
        """Let a watch see a delivery."""
        for kind, part in self.parts(outline):
            watch.see(DELIVERED + kind, [part])


DELIVERED = "delivered:"
"""How a kind begins that is of a delivery and not of an answer."""


@runtime_checkable
class Watching(Protocol):
    """What a reader can also be: it shows what it is answered to a watch."""

    watch: Watch


class Watch:
    """Compares what is answered with what is expected, and keeps count; not for several threads.

    Args:
        expected: the kinds of answers that are declared; of others nothing is said.
    """

    def __init__(self, expected: Mapping[str, Expected]) -> None:
        self._expected = expected
        self._noted: dict[Seen, Noted] = {}

    def see(self, answer: str, rows: Iterable[object], asked: Collection[str] = ()) -> None:
        """Note what differs in rows of a kind of answer, as `differences` finds it. Raises nothing."""
        expected = self._expected.get(answer)
        if expected is None:
            return
        for row in rows:
            for field, drift in differences(expected, row, asked):
                self._note(Seen(answer, field, drift), row)

    def take(self) -> Mapping[Seen, Noted]:
        """What was noted since it was taken last."""
        noted, self._noted = self._noted, {}
        return noted

    def _note(self, seen: Seen, row: object) -> None:
        known = self._noted.get(seen)
        if known is not None or len(self._noted) < _MOST_KINDS:
            shape = shape_of(row)
            later = Noted(1, shape, shape)
            self._noted[seen] = later if known is None else known.and_then(later)


def text(*values: str, null: bool = False, absent: bool = False) -> Field:
    """A text; one of some values, whatever their case, where they are named."""
    named = frozenset(each.lower() for each in values)
    return Field(types=frozenset({"string"}), null=null, absent=absent, values=named)


def number(*values: int, null: bool = False, absent: bool = False) -> Field:
    """A number, whole or not; one of some values, where they are named."""
    return Field(types=frozenset({"number"}), null=null, absent=absent, values=frozenset(map(str, values)))


def truth(*, null: bool = False, absent: bool = False) -> Field:
    """A true or false."""
    return Field(types=frozenset({"boolean"}), null=null, absent=absent)


def nested(inside: Expected, *, null: bool = False, absent: bool = False) -> Field:
    """An object, or a list of objects, with these fields."""
    return Field(types=frozenset({"object", "array"}), null=null, absent=absent, inside=inside)


def _marked(expected: Expected) -> Expected:
    """The same of an outline, in which words are marks."""
    return {
        name: field._replace(
            values=frozenset(map(word_mark, field.values)),
            inside=None if field.inside is None else _marked(field.inside),
        )
        for name, field in expected.items()
    }


def in_events(outline: object) -> Iterator[tuple[str, object]]:
    """A delivery's parts where it is one event, or a list of them."""
    return (("event", each) for each in listed(outline))


def inside(value: object, *names: str) -> object:
    """What stands at the end of a path of names; None where nothing does."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def with_field(expected: Expected, path: Sequence[str], field: Field, beside: Expected) -> Expected:
    """The same with a field at the end of a path of names; an object above it may be null or left out, and holds `beside`, too."""
    name, *further = path
    if not further:
        return {**expected, name: field}
    held = expected[name].inside if name in expected else None
    return {**expected, name: nested(with_field(held or beside, further, field, beside), null=True, absent=True)}


def left_out(expected: Expected) -> Expected:
    """The same where any field may be left out."""
    return {name: field._replace(absent=True) for name, field in expected.items()}


def listed(value: object) -> list[Any]:
    """The items of a list; what is none is its only item."""
    return value if isinstance(value, list) else [value]


def differences(expected: Expected, row: object, asked: Collection[str] = ()) -> Iterator[tuple[str, Drift]]:
    """Each field of a row that is not as expected, by its name, and in which way.

    Fields that were `asked` for by name are known, and of those declared no others have to be there; none: all of them have to.
    """
    if not isinstance(row, Mapping):
        yield "", Drift.RETYPED
        return
    is_open = OTHERS.keys() <= expected.keys()
    for name, value in row.items():
        if name in expected:
            yield from _of_field(name, value, expected[name], row)
        elif not is_open and name not in asked and "@" not in name:  # OData says things of fields and answers so
            yield told_name(name), Drift.UNKNOWN
    for name, field in expected.items():
        if not field.absent and name not in row and (not asked or name in asked):
            yield name, Drift.ABSENT


def _of_field(name: str, value: object, field: Field, row: Row) -> Iterator[tuple[str, Drift]]:
    if value is None:
        if not field.null:
            yield name, Drift.NULL
    elif type_of(value) not in field.types:
        yield name, Drift.RETYPED
    elif field.values and str(value).lower() not in field.values:
        yield name, Drift.NEW_VALUE
    elif field.decimals_of and _is_other_exponent(value, row.get(field.decimals_of)):
        yield name, Drift.EXPONENT
    elif field.inside is not None:
        for each in listed(value):
            yield from (
                (f"{name}/{inner}" if inner else name, drift) for inner, drift in differences(field.inside, each)
            )


def _is_other_exponent(value: object, currency: object) -> bool:
    """Whether a number of decimals is not that of a currency; never of what is no currency."""
    return isinstance(currency, str) and is_currency(currency) and str(value) != str(minor_exponent(currency))


def type_of(value: object) -> str:
    """What JSON calls a value."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    if isinstance(value, str):
        return "string"
    if isinstance(value, Mapping):
        return "object"
    return "null" if value is None else "array"


def shape_of(row: object) -> str:
    """The names and types of a row, as JSON; what tells of its content, a name that may be a value too, is left out."""
    return strict_json.dump(_shape(row, 0))


def _shape(value: object, depth: int) -> Any:  # noqa: ANN401 JSON values
    if isinstance(value, Mapping) and depth < _DEEPEST:
        names = sorted(value)[:_WIDEST]
        return {told_name(name): _shape(value[name], depth + 1) for name in names}
    if isinstance(value, list) and depth < _DEEPEST:
        return [_shape(each, depth + 1) for each in value[:1]]
    return type_of(value)
