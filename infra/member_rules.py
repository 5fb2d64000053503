"""What a target must say of the members it shall have, so that each is one the line can make; and the files that name them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from infra.landscape_files import Problem
from tieout import strict_json
from tieout.facts.families import TABLES as FAMILY_TABLES
from tieout.landscape import Landscape, Target
from tieout.member_sources import MemberSource
from tieout.members import flaws_of
from tieout.ownership import TABLES_BY_KIND


def member_problems(root: Path, landscape: Landscape) -> Iterator[Problem]:
    """Every flaw of the members that targets declare, those in the files they name included."""
    for position, target in enumerate(landscape.targets):
        for dimension, source in target.members.items():
            place = ("targets", position, "members", dimension)
            tables = _tables_of(target, dimension, landscape)
            if tables is None:
                yield place, f"{dimension!r} is no dimension that the target is given"
            elif bool(source.table) == bool(source.file):
                yield place, "its members come either of a `table` or of a `file`"
            elif source.table and source.table not in tables:
                yield (*place, "table"), _no_table(source.table, tables)
            elif source.file:
                yield from (((*place, "file"), problem) for problem in _file_problems(root, source))


def compile_members(root: Path, target: Target) -> str:
    """The files that a target declares, name to text, as its deliver function reads them."""
    names = dict.fromkeys(source.file for source in target.members.values() if source.file)
    return strict_json.dump({name: (root / name).read_text(encoding="utf-8") for name in names})


def follows_owners(target: Target, landscape: Landscape) -> bool:
    """Whether owners of master data may say what members of a target are called, and where they stand."""
    owned = {TABLES_BY_KIND.get(kind) for owner in landscape.owners for kind in owner.facts}
    return any(source.table in owned for source in target.members.values() if source.table)


def _tables_of(target: Target, dimension: str, landscape: Landscape) -> set[str] | None:
    """The mapping tables by which a dimension gets members; None where the target is given no such dimension."""
    given = [each for feed in landscape.feeds if target.is_given(feed.name) for each in feed.dimensions]
    found = [each for each in given if each.name == dimension]
    return {each.table for each in found if each.table and not FAMILY_TABLES.get(each.table)} if found else None


def _no_table(table: str, tables: set[str]) -> str:
    known = ", ".join(sorted(tables)) or "none does"
    return f"{table!r} is no mapping table by which the dimension gets members ({known})"


def _file_problems(root: Path, source: MemberSource) -> Iterator[str]:
    path = root / source.file
    if Path(source.file).is_absolute() or ".." in Path(source.file).parts:
        yield f"{source.file!r} is no path inside the tree"
        return
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        yield f"{source.file}: there is no such file"
    except UnicodeDecodeError as error:
        yield f"{source.file}: is no text in UTF-8: {error}"
    else:
        yield from (f"{source.file}: {flaw}" for flaw in flaws_of(text))
