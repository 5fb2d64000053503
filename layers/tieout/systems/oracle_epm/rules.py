"""What a target in Oracle EPM Planning says of cubes and dimensions must be of those it is given: asked at synth.

`infra/landscape_rules.py` asks a system's module of this name, where it has one, after its options were found to be sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tieout.landscape import Feed, Target
from tieout.systems.oracle_epm.options import Options

Problem = tuple[tuple[str | int, ...], str]


def target_problems(target: Target, feeds: Sequence[Feed]) -> Iterator[Problem]:
    """Cubes and dimensions that the target names and is not given: misspelt, they would leave cells without their members."""
    options = Options(**target.options)  # type: ignore[arg-type]  # checked with pydantic before this is asked
    cubes = dict.fromkeys(feed.cube for feed in feeds)
    for field in ("cubes", "loads"):
        for cube in getattr(options, field):
            if cube not in cubes:
                yield ("options", field), f"{cube!r} is no cube that the target is given ({', '.join(cubes)})"
    yield from _member_problems(options, target)
    for feed in feeds:
        yield from _layout_problems(options, feed)
    dimensions = dict.fromkeys(each.name for feed in feeds for each in feed.dimensions)
    for field in ("dimensions", "member_prefixes"):
        for name in getattr(options, field):
            if name not in dimensions:
                yield (
                    ("options", field),
                    f"{name!r} is no dimension of what the target is given ({', '.join(dimensions)})",
                )


def _member_problems(options: Options, target: Target) -> Iterator[Problem]:
    """Dimensions whose members are kept without a job for it, and the other way about."""
    for name in target.members:
        if name not in options.metadata_jobs:
            yield ("members", name), "metadata_jobs of the target's options names no job that imports its members"
    for name in options.metadata_jobs:
        if name not in target.members:
            declared = ", ".join(target.members) or "none is declared"
            yield ("options", "metadata_jobs"), f"{name!r} is no dimension whose members are kept ({declared})"
    if target.members and not options.refresh_job:
        yield ("options", "refresh_job"), "it is empty: cells would never see the members that are kept"


def _layout_problems(options: Options, feed: Feed) -> Iterator[Problem]:
    """Dimensions that a load's rows or columns are to be made of, and that cells of the feed have no member of."""
    layout = options.load(feed.cube)
    if layout is None:
        return
    cube = options.cube(feed.cube)
    has = [cube.measure_dimension, *cube.fixed_members]
    for each in feed.dimensions:
        theirs = [cube.dimensions.get(each.name, each.name)]
        has += [options.year_dimension, options.period_dimension] if each.name == options.time_dimension else theirs
    for name in (layout.rows, layout.drivers):
        if name and name not in has:
            yield ("options", "loads", feed.cube), f"{name!r} is no dimension of its cells ({', '.join(has)})"
