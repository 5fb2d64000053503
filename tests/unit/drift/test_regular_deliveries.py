"""Deliveries by the thousand, each a case of a system with other values in it, show no drift."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.support.deliveries import ODD, PUSHING, Told, delivery_of, options_of_case, taken, told
from tieout.arriving.delivery import Delivery

_EACH = 10_000
_TEXTS = ("", "x", "somebody@example.com", "2026-03-02T09:00:00Z", "-12.50", "Müller & Söhne 株式会社", "4711")
_NUMBERS = (0, 1, -7, 1772441998, 10**15, 12.5)


def test_ten_thousand_deliveries_are_regular() -> None:
    """Of every system that pushes, whatever stands in fields that are no words of its own, in lists of any length and order."""
    random = Random(7)  # noqa: S311 any values
    cases = [*_cases()]
    watches = {id(subject): subject.deliveries.watch() for subject, _ in cases}
    for number in range(_EACH):
        subject, delivery = cases[number % len(cases)]
        said = subject.door.said and subject.door.said(delivery)
        other = delivery._replace(body=json.dumps(_otherwise(said, subject.door.enumerated, random)).encode())
        shown = subject.door._replace(said=lambda given: json.loads(given.body)).outline_of(other)
        assert shown is not None
        subject.deliveries.show(shown, watches[id(subject)])
    assert [found for watch in watches.values() if (found := watch.take())] == []
    assert len(cases) >= 300


def _cases() -> Iterator[tuple[Told, Delivery]]:
    for system in PUSHING:
        subjects: dict[str, Told] = {}
        for case in taken(system):
            if (system, case) not in ODD:
                options = options_of_case(system, case)
                subject = subjects.setdefault(repr(options), told(system, options))
                yield subject, delivery_of(system, case)


def _otherwise(value: Any, enumerated: Any, random: Random) -> Any:  # noqa: ANN401 JSON values
    """A value of the same form with something else in it."""
    if isinstance(value, dict):
        return {
            name: each if name in enumerated and isinstance(each, str) else _otherwise(each, enumerated, random)
            for name, each in value.items()
        }
    if isinstance(value, list):
        items = [_otherwise(each, enumerated, random) for each in value] * random.choice((1, 1, 2))
        random.shuffle(items)
        return items
    if isinstance(value, str):
        return random.choice(_TEXTS)
    if isinstance(value, bool) or value is None:
        return value if value is None else random.random() < 0.5
    return random.choice(_NUMBERS)
