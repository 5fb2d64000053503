"""The list of mutants that may survive is true of the code, and a run is compared with it in both directions."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.mutants.survivors import Listed, Mutant, compare, function_of, listed, mutant_of
from tests.mutants.workspace import GROUPS, LEFT_OUT, ROOT

DIFF = """# tieout.money.xǁMoneyǁof__mutmut_3: survived
--- tieout/money.py
+++ tieout/money.py
@@ -1,3 +1,3 @@
 def of(cls, number):
-    return cls(number + 1)
+    return cls(number - 1)
"""
OF = Mutant("tieout.money.Money.of", ("- return cls(number + 1)", "+ return cls(number - 1)"))


def test_a_mutant_is_named_by_what_it_changes() -> None:
    """Its number in the file would be another one after the next edit."""
    assert mutant_of("tieout.money.xǁMoneyǁof__mutmut_3", DIFF) == OF
    assert OF.module == "tieout.money"
    assert function_of("functions.record.settle.x__finishing__mutmut_12") == "functions.record.settle._finishing"
    assert Mutant("functions.record.settle._finishing", ()).module == "functions.record.settle"
    assert Mutant("functions.record.settle._Results.of", ()).module == "functions.record.settle"
    with pytest.raises(ValueError, match="strange"):
        function_of("strange")


def test_a_survivor_that_is_not_listed_is_new_and_a_listed_one_that_is_noticed_is_gone() -> None:
    """A list that is only added to would hide what tests have learnt since; a run over some modules says nothing of others."""
    other = Mutant("tieout.periods.moment_text", ("- x", "+ y"))
    nothing, both = Listed({}, ()), Listed({OF: "equal", other: "equal"}, ())
    assert compare([OF], nothing, ["tieout.money"]).new == [OF]
    assert compare([OF, OF], Listed({OF: "equal"}, ()), ["tieout.money"]) == compare([], nothing, [])
    assert compare([], both, ["tieout.money"]).gone == [OF]


@pytest.mark.parametrize(
    ("removed", "added", "is_equal"),
    [
        ('x.encode("utf-8", "replace")', 'x.encode("UTF-8", "replace")', True),
        ('x.encode("utf-8", "replace")', 'x.encode("utf-8", "REPLACE")', False),
        ("dict(zip(_NAMES, entry, strict=True))", "dict(zip(_NAMES, entry, ))", True),
        ("dict(zip(_NAMES, entry, strict=True))", "dict(zip(_NAMES, entry, strict=False))", True),
        ("dict(zip(_NAMES, entry, strict=True))", "dict(zip(_NAMES, strict=True))", False),
        ("zip(flows, codes, strict=True)", "zip(flows, codes, strict=False)", False),
        ("for few in batched(found, 8, strict=False):", "for few in batched(found, 8, ):", True),
        ("for few in batched(found, 8, strict=False):", "for few in batched(found, 8, strict=True):", False),
        ('assert day is not None, "it has one"', 'assert day is not None, "XXit has oneXX"', True),
        ('assert day is not None, "it has one"', 'assert day is None, "it has one"', False),
    ],
)
def test_some_changes_are_equal_wherever_they_are_made(removed: str, added: str, is_equal: bool) -> None:  # noqa: FBT001 a case
    """What the pattern says and nothing beside it."""
    assert listed().names(Mutant("some.function", (f"- {removed}", f"+ {added}"))) is is_equal


@pytest.mark.parametrize("mutant", sorted(listed().by_name), ids=lambda mutant: mutant.function)
def test_a_listed_mutant_is_of_a_line_there_is_and_says_why_it_may_survive(mutant: Mutant) -> None:
    """Its function exists and still holds the lines that were changed."""
    module = importlib.import_module(mutant.module)
    text = Path(str(module.__file__)).read_text()
    removed = [line[2:] for line in mutant.change if line.startswith("- ")]
    assert all(line in text for line in removed)
    assert len(listed().by_name[mutant].split()) >= 4


MUTATED = [each for group in GROUPS for each in group.mutated]


@pytest.mark.parametrize("pattern", [*MUTATED, *LEFT_OUT])
def test_what_decides_is_where_the_run_looks_for_it(pattern: str) -> None:
    """A module that moved would otherwise no longer be changed, and nobody would notice."""
    assert list((ROOT / "layers").glob(pattern)) or list(ROOT.glob(pattern))


@pytest.mark.parametrize("root", [ROOT / "layers/tieout", ROOT / "functions"], ids=lambda root: root.name)
def test_every_module_is_changed_or_left_out_for_a_reason(root: Path) -> None:
    """A module that nobody has thought of would be judged by nobody; one that is both has a reason that is not true."""
    names = [path.relative_to(root.parent) for path in root.rglob("*.py") if path.name != "__init__.py"]
    changed = {name for name in names if any(map(name.full_match, MUTATED))}
    left_out = {name for name in names if any(map(name.full_match, LEFT_OUT))}
    assert sorted(changed | left_out) == sorted(names)
    assert not changed & left_out


@pytest.mark.parametrize("judge", sorted({each for group in GROUPS for each in group.judges}))
def test_who_judges_mutants_is_there(judge: str) -> None:
    """A folder that moved would leave its modules without a judge."""
    assert (ROOT / judge).exists()
