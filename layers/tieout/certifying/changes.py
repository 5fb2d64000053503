"""What has happened to a certified period since, in words: what came, what went, and what became otherwise; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from tieout.certifying import wording

Row = Mapping[str, Any]
Rows = Callable[[Row], Iterable[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Something that is not as it was certified.

    Attributes:
        section: of the certificate.
        what: `came`, `went` or `changed`.
        says: what it is about, with amounts.
        when: when it happened, where the ledger says; else empty.
        who: who or what did it, where the ledger says; else empty.
    """

    section: str
    what: str
    says: str
    when: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class _Section:
    """Rows of a certificate, each called by some of its values.

    Attributes:
        says: a row in words.
        when, who: the names of what tells it.
        watched: what a row has to say otherwise to count as changed; none: anything.
    """

    name: str
    rows: Rows
    names: tuple[str, ...]
    says: Callable[[Row], str]
    when: str = ""
    who: tuple[str, ...] = ()
    watched: tuple[str, ...] = ()

    def changes(self, before: Row, now: Row) -> Iterator[Changed]:
        """What of it is not as it was."""
        old, new = (self._by_name(each) for each in (before, now))
        for name in sorted(old.keys() | new.keys()):
            if name not in old:
                yield self._changed("came", new[name], self.says(new[name]))
            elif name not in new:
                yield self._changed("went", old[name], self.says(old[name]))
            elif self._watched(old[name]) != self._watched(new[name]):
                yield self._changed("changed", new[name], f"{self.says(new[name])}; it was {self.says(old[name])}")

    def _by_name(self, certificate: Row) -> dict[tuple[str, ...], Row]:
        return {tuple(str(row[each]) for each in self.names): row for row in self.rows(certificate)}

    def _watched(self, row: Row) -> object:
        return [row[each] for each in self.watched] if self.watched else row

    def _changed(self, what: str, row: Row, says: str) -> Changed:
        who = ", ".join(str(row[each]) for each in self.who if row[each])
        return Changed(section=self.name, what=what, says=says, when=str(row[self.when]) if self.when else "", who=who)


def changes(before: Row, now: Row) -> list[Changed]:
    """What has happened to a period between two certificates of it, section by section."""
    return [each for section in _SECTIONS for each in section.changes(before, now)]


def _breaks(certificate: Row) -> Iterator[Row]:
    for leg in certificate["legs"]:
        for each in (*leg["breaks"], *leg["of_no_period"]):
            yield {"reconciliation": leg["reconciliation"], **each}


def _sums(certificate: Row) -> Iterator[Row]:
    for leg in certificate["legs"]:
        for each in leg["sums"]:
            yield {**{name: leg[name] for name in ("reconciliation",)}, "stages": (leg["left"], leg["right"]), **each}


def _contributions(certificate: Row) -> Iterator[Row]:
    for place in certificate["cells"]:
        for each in place["contributions"]:
            yield {**{name: place[name] for name in ("intersection", "target", "cube", "members")}, **each}


def _under(names: Sequence[str], certificate: Row) -> Iterable[Row]:
    """The rows that stand under these names."""
    found: Any = certificate
    for name in names:
        found = found[name]
    return list(found)


def _of(*names: str) -> Rows:
    return partial(_under, names)


_LATE = ("record", "version", "kind", "into", "target", "cube", "members")
_SECTIONS = (
    _Section("books", _of("books"), ("version",), wording.books, when="at", who=("by",)),
    _Section("late", _of("late"), _LATE, wording.late, when="recorded_at", who=("delivery",)),
    _Section("restated", _of("restated"), (*_LATE, "recorded_at"), wording.late, when="recorded_at", who=("delivery",)),
    _Section(
        "adjusted", _of("adjusted"), ("record", "intersection", "measure", "of"), wording.adjusted, when="recorded_at"
    ),
    _Section("sums", _sums, ("reconciliation", "currency"), wording.sums),
    _Section(
        "breaks",
        _breaks,
        ("reconciliation", "break"),
        wording.broken,
        when="accepted_at",
        who=("explained_by", "accepted_by"),
        watched=("kind", "state", "off", "elsewhere", "reason"),
    ),
    _Section("totals", _of("totals"), ("target", "cube", "measure", "currency"), wording.total),
    _Section(
        "facts",
        _contributions,
        ("intersection", "record"),
        wording.contribution,
        when="recorded_at",
        who=("notice", "delivery"),
        watched=("source_version", "shares"),
    ),
    _Section(
        "mappings",
        _of("mappings"),
        ("connection", "table", "key", "member"),
        wording.mapping,
        when="stored_at",
        who=("stored_by",),
        watched=("stored", "origin", "stored_by", "stored_at"),
    ),
    _Section("planning", _of("planning", "unsettled"), ("target", "cell"), wording.unsettled),
    _Section("planning", _of("planning", "differences"), ("target", "cell"), wording.difference, when="since"),
)
