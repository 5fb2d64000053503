"""Compares the mutants that survived with those that may, each of which is listed with why nobody can tell it from the code."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

LISTED = Path(__file__).with_name("survivors.toml")
_MANGLED = re.compile(r"^(?P<module>.+)\.x(?:_|ǁ(?P<owner>\w+)ǁ)(?P<function>\w+?)__mutmut_\d+$")


@dataclass(frozen=True, slots=True, order=True)
class Mutant:
    """One change to one function, named by what it changes: numbers would move with every line that is added.

    Attributes:
        function: with its module and class, such as `tieout.money.Money.of`.
        change: the lines taken away and put in, without their indentation.
    """

    function: str
    change: tuple[str, ...]

    @property
    def module(self) -> str:
        """The module, which a run may be limited to."""
        head = self.function.rsplit(".", 1)[0]
        return head if head.rsplit(".", 1)[-1].islower() or "." not in head else head.rsplit(".", 1)[0]

    def __str__(self) -> str:
        return "\n    ".join([self.function, *self.change])


@dataclass(frozen=True, slots=True)
class Listed:
    """The mutants that may survive.

    Attributes:
        by_name: each with why.
        anywhere: changes that no test can tell from the code, in whatever function they are made: patterns of the lines.
    """

    by_name: Mapping[Mutant, str]
    anywhere: tuple[re.Pattern[str], ...]

    def names(self, mutant: Mutant) -> bool:
        """Whether a mutant may survive."""
        return mutant in self.by_name or any(each.fullmatch("\n".join(mutant.change)) for each in self.anywhere)


@dataclass(slots=True)
class Verdict:
    """What a run found that the list does not say.

    Attributes:
        new: survivors that are not listed: a test is missing, or the list is.
        gone: listed mutants of the modules run that no longer survive, or no longer exist.
    """

    new: list[Mutant] = field(default_factory=list)
    gone: list[Mutant] = field(default_factory=list)


def function_of(name: str) -> str:
    """The function a mutant changes, by mutmut's name of the mutant (`tieout.money.xǁMoneyǁof__mutmut_3`)."""
    match = _MANGLED.fullmatch(name)
    if match is None:
        raise ValueError(name)
    return ".".join(part for part in (match["module"], match["owner"], match["function"]) if part)


def mutant_of(name: str, diff: str) -> Mutant:
    """The mutant of a name and the diff that mutmut shows of it."""
    changed = [line for line in diff.splitlines() if re.match(r"[-+](?![-+]{2} )", line)]
    return Mutant(function_of(name), tuple(f"{line[0]} {line[1:].strip()}" for line in changed))


def listed(path: Path = LISTED) -> Listed:
    """The mutants that may survive, each with why."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return Listed(
        {Mutant(each["function"], tuple(each["change"])): str(each["because"]) for each in content["survivor"]},
        tuple(re.compile(each["change"]) for each in content["anywhere"]),
    )


def compare(survived: Iterable[Mutant], may_survive: Listed, modules: Iterable[str]) -> Verdict:
    """What differs between a run over some modules and the list.

    A change that can be made at several places of a function may survive at each of them.
    """
    found = set(survived)
    ran = set(modules)
    return Verdict(
        new=sorted(mutant for mutant in found if not may_survive.names(mutant)),
        gone=sorted(mutant for mutant in may_survive.by_name if mutant.module in ran and mutant not in found),
    )
