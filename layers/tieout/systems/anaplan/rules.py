"""What a target in Anaplan says of the lists of its dimensions must be of those whose members are kept: asked at synth.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tieout.landscape import Feed, Target
from tieout.systems.anaplan.options import Options

Problem = tuple[tuple[str | int, ...], str]


def target_problems(target: Target, _feeds: Sequence[Feed]) -> Iterator[Problem]:
    """Lists of dimensions whose members are not kept, and members of dimensions that have no codes."""
    options = Options(**target.options)  # type: ignore[arg-type]  # checked with pydantic before this is asked
    for name in options.lists:
        if name not in target.members:
            declared = ", ".join(target.members) or "none is declared"
            yield ("options", "lists"), f"{name!r} is no dimension whose members are kept ({declared})"
    for name in target.members:
        if name in options.dimensions_by_name:
            yield ("members", name), "its members have no codes: Time and Version are kept in the model alone"
