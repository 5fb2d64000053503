"""The rules of the tree that no linter knows, each held by reading the source."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ["layers/tieout", "functions", "infra", "ops", "sandbox"]
RUN_TIME = ["layers/tieout", "functions"]
MAX_MODULE_LINES = 300
MAX_FUNCTION_LINES = 40
FORBIDDEN_NAMES = {"utils", "helpers", "common", "base", "manager", "service", "util", "helper", "misc"}
# The adapters behind the ports Clock and Entropy, and the command line, which is outside the line.
MAY_ASK_FOR_TIME_AND_CHANCE = re.compile(r"layers/tieout/(system_clock|aws/\w+)\.py|sandbox/|ops/|infra/")
# What speaks to AWS, to a vendor, or to the machine it runs on.
MAY_DO_INPUT_AND_OUTPUT = re.compile(
    r"layers/tieout/(system_clock|aws/\w+|systems/\w+/(access|answers|cells|client|discovery|listing|rate_changes|reader|subscription|tokens))\.py"
    r"|functions/\w+/handler\.py|functions/intake/scratch\.py|layers/tieout/(sources|entra_tokens)\.py"
)

_RULED = (ast.Import, ast.FunctionDef, ast.AsyncFunctionDef, ast.Call)


class Module:
    """A module as it is written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text()

    @cached_property
    def tree(self) -> ast.Module:
        """What it says to Python."""
        return ast.parse(self.text)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """Everything in it that most rules are about, wherever it stands."""
        return tuple(each for each in ast.walk(self.tree) if isinstance(each, _RULED))

    @property
    def name(self) -> str:
        """Its file's name as people write it."""
        return name_of(self.path)

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.splitlines()

    def imported(self) -> set[str]:
        """The names of the modules that it imports as a whole."""
        return {alias.name for node in self.nodes if isinstance(node, ast.Import) for alias in node.names}

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """The functions it has, wherever they stand in it."""
        for node in self.nodes:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    def calls(self) -> Iterator[ast.Call]:
        """The calls it makes."""
        for node in self.nodes:
            if isinstance(node, ast.Call):
                yield node


_module = cache(Module)  # every rule reads all of them


def modules(*folders: str) -> Iterator[Module]:
    """The modules below some folders."""
    for folder in folders:
        paths = sorted((ROOT / folder).rglob("*.py"))
        assert paths, f"{folder} has no modules"
        yield from map(_module, paths)


def name_of(path: Path) -> str:
    """A file's name as people write it."""
    return str(path.relative_to(ROOT))


def test_a_module_is_short_enough_to_read_at_once() -> None:
    """No module is longer than 300 lines."""
    assert [each.name for each in modules(*PRODUCT, "tests") if len(each.lines) > MAX_MODULE_LINES] == []


def test_a_function_fits_on_a_screen() -> None:
    """No function's body is longer than 40 lines, its docstring not counted."""
    too_long = [
        f"{each.name}:{node.lineno} {node.name}"
        for each in modules(*PRODUCT)
        for node in each.functions()
        if lines_of_body(node) > MAX_FUNCTION_LINES
    ]
    assert too_long == []


def lines_of_body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How long a function is below its docstring."""
    body = node.body[1:] if ast.get_docstring(node) else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_a_module_is_named_for_a_thing_or_a_step() -> None:
    """No module is called utils, helpers, common, base, manager or service."""
    named = [each.name for each in modules(*PRODUCT) if {each.path.stem, each.path.parent.name} & FORBIDDEN_NAMES]
    assert named == []


def test_a_module_says_what_it_is_for() -> None:
    """Every module opens with a docstring."""
    assert [each.name for each in modules(*PRODUCT) if not ast.get_docstring(each.tree)] == []


def test_a_test_says_what_it_proves() -> None:
    """Every test opens with a docstring."""
    silent = [
        f"{each.name}:{node.lineno} {node.name}"
        for each in modules("tests")
        for node in each.functions()
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def test_money_is_never_a_float() -> None:
    """Run-time code makes floats of nothing but spans of time and the units a service counts."""
    floats = [
        f"{each.name}:{node.lineno} {line.strip()}"
        for each in modules(*RUN_TIME)
        for node in each.calls()
        if isinstance(node.func, ast.Name) and node.func.id == "float"
        for line in [each.lines[node.lineno - 1]]
        if not re.search("second|WAIT|CapacityUnits", line)
    ]
    assert floats == []


def test_time_and_chance_come_from_ports() -> None:
    """Outside the adapters nobody asks the machine for the time, a random number or a unique id."""
    asking = [each for each in modules(*RUN_TIME) if not MAY_ASK_FOR_TIME_AND_CHANCE.match(each.name)]
    assert [each.name for each in asking if each.imported() & {"time", "random", "secrets", "uuid"}] == []
    clocks = [
        f"{each.name}:{node.lineno} {ast.unparse(node.func)}"
        for each in asking
        for node in each.calls()
        if isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func) in {"datetime.now", "datetime.utcnow", "date.today"}
    ]
    assert clocks == []


def test_what_decides_does_no_input_or_output() -> None:
    """Everything but what is there for it imports neither a client nor the file system nor the network."""
    impure = [
        f"{each.name} imports {name}"
        for each in modules(*RUN_TIME)
        if not MAY_DO_INPUT_AND_OUTPUT.fullmatch(each.name)
        for name in each.imported()
        | {node.module or "" for node in ast.walk(each.tree) if isinstance(node, ast.ImportFrom)}
        if re.match(r"(httpx|boto|http|socket|os|pathlib|ssl|urllib(?!\.parse)|logging|tieout\.aws)", name)
    ]
    assert impure == []


def test_no_file_names_a_machine_a_registry_or_a_credential() -> None:
    """Nothing committed holds a path of somebody's machine, a package registry's address or a key that looks real."""
    suspicious = re.compile(
        r"/work/|/root/|/home/\w+/|AKIA(?!FAKE)[0-9A-Z]{16}|--index-url|--extra-index-url|\"resolved\":"
    )
    found = []
    for path in committed():
        if (
            path.suffix in {".py", ".md", ".toml", ".json", ".txt", ".in", ".csv", ".js", ".yml", ""}
            and path.name != "LICENSE"
        ):
            text = path.read_text(errors="replace")
            if path != Path(__file__) and suspicious.search(text):
                found.append(name_of(path))
    assert not found


def committed() -> Iterator[Path]:
    """The files git knows."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S607
    yield from (ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def test_the_types_of_every_part_of_the_cdk_in_use_are_read() -> None:
    """What the check of types does not read is of any type: no mistake in how it is called would be seen."""
    read = {
        module
        for override in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["overrides"]
        if override.get("follow_imports") == "normal"
        for module in override["module"]
    }
    used = set(re.findall(r"^from aws_cdk import (aws_\w+)", _text_of(["infra", "tests"]), re.MULTILINE))
    assert {module.removeprefix("aws_cdk.") for module in read} == used | {"aws_cdk"}


def _text_of(folders: list[str]) -> str:
    return "\n".join(each.text for each in modules(*folders))
