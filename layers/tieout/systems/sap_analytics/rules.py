"""What a target in SAP Analytics Cloud must say so that each cell it is given has a place in a model: asked at synth.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tieout.landscape import Feed, Target
from tieout.systems.sap_analytics.options import Options

Problem = tuple[tuple[str | int, ...], str]


def target_problems(target: Target, feeds: Sequence[Feed]) -> Iterator[Problem]:
    """Cubes and measures that the target is given and has no place for, and those it names and is not given.

    Each would be found out only when its cells are refused, one by one.
    """
    options = Options(**target.options)  # type: ignore[arg-type]  # checked with pydantic before this is asked
    measures: dict[str, list[str]] = {}
    for feed in feeds:
        named = measures.setdefault(feed.cube, [])
        named += [name for each in feed.measures for name in (each.transaction, each.reporting)]
    yield from _not_given(
        options, list(measures), list(dict.fromkeys(each.name for feed in feeds for each in feed.dimensions))
    )
    for cube, named in measures.items():
        if cube not in options.models:
            yield ("options", "models"), f"{cube!r} is without a model, and the target is given its cells"
        for measure in named:
            if measure not in options.measures.get(cube, named):
                yield ("options", "measures", cube), f"{measure!r} is without a name, and the target is given its cells"


def _not_given(options: Options, cubes: Sequence[str], dimensions: Sequence[str]) -> Iterator[Problem]:
    for field in ("models", "measures", "account_columns"):
        for cube in getattr(options, field):
            if cube not in cubes:
                yield ("options", field), f"{cube!r} is no cube that the target is given ({', '.join(cubes)})"
    for name in options.columns:
        if name not in dimensions:
            yield (
                ("options", "columns"),
                f"{name!r} is no dimension of what the target is given ({', '.join(dimensions)})",
            )
