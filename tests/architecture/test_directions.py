"""Who may import whom; the contracts themselves stand in pyproject.toml."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = {
    "tieout": ROOT / "layers/tieout",
    "functions": ROOT / "functions",
    "infra": ROOT / "infra",
    "ops": ROOT / "ops",
    "sandbox": ROOT / "sandbox",
}


def imports_of(path: Path) -> set[str]:
    """The modules a module imports when it is loaded, in full; imports for annotations and inside functions left out."""
    found: set[str] = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def graph() -> dict[str, set[str]]:
    """Each module of ours with the modules of ours it imports."""
    modules = {}
    for package, folder in PACKAGES.items():
        for path in folder.rglob("*.py"):
            parts = [package, *path.relative_to(folder).with_suffix("").parts]
            modules[".".join(part for part in parts if part != "__init__")] = path
    return {name: imports_of(path) & modules.keys() for name, path in modules.items()}


def test_no_module_imports_itself_in_the_end() -> None:
    """There is no cycle between modules."""
    edges = graph()
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail[trail.index(name) :], name))
        if name not in done:
            for each in edges[name] - {name}:
                visit(each, (*trail, name))
            done.add(name)

    for name in edges:
        visit(name, ())


def test_no_package_imports_a_package_that_imports_it() -> None:
    """There is no cycle between the folders of the package either."""
    folders: dict[str, set[str]] = {}
    for name, imported in graph().items():
        folder = ".".join(name.split(".")[:2])
        folders.setdefault(folder, set()).update(".".join(each.split(".")[:2]) for each in imported)
    pairs = [(a, b) for a, others in folders.items() for b in others if a != b and a in folders.get(b, set())]
    assert pairs == []


def test_what_says_what_planning_must_hold_knows_nothing_of_the_line() -> None:
    """An oracle that imported what it judges would be wrong with it."""
    oracles = [*(ROOT / "tests/simulation").glob("oracle*.py"), *(ROOT / "tests/e2e").glob("reckoning*.py")]
    oracles.append(ROOT / "tests/e2e/closed_books.py")
    assert len(oracles) > 10
    judged = {"tieout", "functions", "infra", "ops"}
    found = {path.name: sorted(each for each in imports_of(path) if each.split(".")[0] in judged) for path in oracles}
    assert {name: imported for name, imported in found.items() if imported} == {}
