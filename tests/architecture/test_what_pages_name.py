"""What is written for people is true of the tree: paths, make targets, commands and runbooks that a page names are there."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import commands_of, leaves, resolved

ROOT = Path(__file__).resolve().parents[2]
LISTED = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S607
PAGES = sorted(ROOT / name for name in LISTED.split() if (ROOT / name).exists())
PATH_IN_TEXT = re.compile(
    r"`((?:functions|infra|layers|landscape|events|sandbox|ops|tests|docs|requirements)/[\w./<>-]*)`"
)
MAKE_IN_TEXT = re.compile(r"`make ([\w-]+)")
LINK_IN_TEXT = re.compile(r"\]\(([^)#:]+)\)")
PART_IN_TEXT = re.compile(r"\]\(([^):#]*)#([^)]+)\)")
CODE_IN_TEXT = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND_IN_CODE = re.compile(r"\btieout ([a-z][^\n`;|)]*)")
MOST_LINES_OF_README = 200
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


@every_page
def test_a_page_names_only_what_exists(page: Path) -> None:
    """Every path and make target named in the documentation is there, and every link leads somewhere."""
    text = page.read_text()
    missing = [name for name in PATH_IN_TEXT.findall(text) if "<" not in name and not (ROOT / name).exists()]
    assert missing == []
    makefile = (ROOT / "Makefile").read_text()
    assert [name for name in MAKE_IN_TEXT.findall(text) if f"\n{name}:" not in makefile] == []
    assert [link for link in LINK_IN_TEXT.findall(text) if not (page.parent / link).exists()] == []


@every_page
def test_a_page_names_only_commands_that_exist(page: Path) -> None:
    """Every `tieout` command named in the documentation exists, with the options it is named with."""
    assert [flaw for said in said_commands(page) if (flaw := flaw_of(said))] == []


def test_the_operators_page_names_every_command() -> None:
    """What an operator can do stands in the one table that operators read."""
    named = {" ".join(path) for said in said_commands(ROOT / "docs/operating.md") for path, _ in [resolved(said)]}
    assert {" ".join(path) for path in leaves()} - named == set()


def test_the_readme_is_read_in_one_sitting() -> None:
    """It says what the project is and where to read on; everything else has a page of its own, which it links."""
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= MOST_LINES_OF_README
    linked = {(ROOT / link).resolve() for link in LINK_IN_TEXT.findall(text)}
    assert [page.name for page in PAGES if page.parent == ROOT / "docs" and page not in linked] == []


@every_page
def test_a_link_to_a_part_of_a_page_leads_to_its_heading(page: Path) -> None:
    """A heading that is renamed takes its links along."""
    lost = [
        f"{link}#{anchor}"
        for link, anchor in PART_IN_TEXT.findall(page.read_text())
        if anchor not in headings((page.parent / link) if link else page)
    ]
    assert lost == []


def test_every_alarm_has_a_runbook() -> None:
    """Each runbook an alarm's description names is a page."""
    named = set()
    for path in (ROOT / "infra").rglob("*.py"):
        named |= set(re.findall(r"docs/runbooks/[\w-]+\.md", path.read_text()))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


def headings(page: Path) -> set[str]:
    """The headings of a page, as links name them."""
    found = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in found}


def said_commands(page: Path) -> list[str]:
    """What follows `tieout` in the code of a page."""
    return [said for code in CODE_IN_TEXT.findall(page.read_text()) for said in COMMAND_IN_CODE.findall(code)]


def flaw_of(said: str) -> str:
    """What is wrong with a command line; empty if nothing is."""
    path, command = resolved(said)
    if not path or commands_of(command):
        return f"no such command: {said}"
    known = {option for parameter in command.params for option in parameter.opts}
    unknown = set(re.findall(r"--[a-z-]+", said)) - known - {"--help"}
    return f"no such option: {', '.join(sorted(unknown))}" if unknown else ""


@pytest.mark.parametrize("name", ["README.md", "docs/deploying.md"])
def test_who_deploys_is_told_of_every_stack(name: str) -> None:
    """Each is one to deploy, to look for in the account, and to remove."""
    stacks = re.findall(r'f"Tieout-\{stage_name\}-(\w+)"', (ROOT / "infra/stacks.py").read_text())
    assert stacks
    text = (ROOT / name).read_text()
    assert [stack for stack in stacks if not re.search(rf"\b{stack}\b", text)] == []
