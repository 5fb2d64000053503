"""The rules of the tree that no linter knows, each held by reading the source."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

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


def modules(folders: list[str]) -> Iterator[Path]:
    """The modules below some folders."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """A file's name as people write it."""
    return str(path.relative_to(ROOT))


def every(folders: list[str]) -> pytest.MarkDecorator:
    """One test for each module below some folders."""
    return pytest.mark.parametrize("path", list(modules(folders)), ids=name_of)


@every([*PRODUCT, "tests"])
def test_a_module_is_short_enough_to_read_at_once(path: Path) -> None:
    """No module is longer than 300 lines."""
    assert len(path.read_text().splitlines()) <= MAX_MODULE_LINES


@every(PRODUCT)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """No function's body is longer than 40 lines, its docstring not counted."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            length = (node.end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert length <= MAX_FUNCTION_LINES, f"{name_of(path)}:{node.lineno} {node.name} has {length} lines"


@every(PRODUCT)
def test_a_module_is_named_for_a_thing_or_a_step(path: Path) -> None:
    """No module is called utils, helpers, common, base, manager or service."""
    assert path.stem not in FORBIDDEN_NAMES
    assert path.parent.name not in FORBIDDEN_NAMES


@every([*PRODUCT, "tests"])
def test_a_module_says_what_it_is_for(path: Path) -> None:
    """Every module opens with a docstring, tests with one in every test instead."""
    tree = ast.parse(path.read_text())
    if name_of(path).startswith("tests/"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                assert ast.get_docstring(node), f"{name_of(path)}:{node.lineno} {node.name} has no sentence"
    else:
        assert ast.get_docstring(tree)


@every(RUN_TIME)
def test_money_is_never_a_float(path: Path) -> None:
    """Run-time code makes floats of nothing but spans of time and the units a service counts."""
    lines = path.read_text().splitlines()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
            line = lines[node.lineno - 1]
            assert re.search("second|WAIT|CapacityUnits", line), (
                f"{name_of(path)}:{node.lineno} makes a float: {line.strip()}"
            )


@every(RUN_TIME)
def test_time_and_chance_come_from_ports(path: Path) -> None:
    """Outside the adapters nobody asks the machine for the time, a random number or a unique id."""
    if MAY_ASK_FOR_TIME_AND_CHANCE.match(name_of(path)):
        return
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert not imported & {"time", "random", "secrets", "uuid"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            forbidden = called in {"datetime.now", "datetime.utcnow", "date.today"}
            assert not forbidden, f"{name_of(path)}:{node.lineno} calls {called}"


@every(RUN_TIME)
def test_what_decides_does_no_input_or_output(path: Path) -> None:
    """Everything but what is there for it imports neither a client nor the file system nor the network."""
    if MAY_DO_INPUT_AND_OUTPUT.fullmatch(name_of(path)):
        return
    tree = ast.parse(path.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    impure = {
        name
        for name in imported
        if re.match(r"(httpx|boto|http|socket|os|pathlib|ssl|urllib(?!\.parse)|logging|tieout\.aws)", name)
    }
    assert not impure


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
    return "\n".join(path.read_text() for path in modules(folders))
