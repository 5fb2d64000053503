"""Which members a target shall have: it travels with the landscape, its files with the function, and every flaw is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from infra.member_rules import compile_members
from tests.support.synthesis import REPOSITORY
from tieout.landscape import Landscape
from tieout.member_sources import MemberSource

FILE = "tests/infra/data/members.csv"


def overlay(folder: Path, members: str, target: str = "anaplan", options: str = "{}") -> Path:
    """A shipped target whose members are kept."""
    file = folder / "overlay.toml"
    file.write_text(f'[[targets]]\nname = "{target}"\nmembers = {members}\noptions = {options}\n')
    return file


def problems(stage: str, file: Path) -> list[str]:
    """What is wrong with a stage, each behind the place."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(REPOSITORY, stage, file)
    return [each.split(": ", 1)[1] for each in caught.value.problems]


def test_members_come_of_a_table_or_a_file_which_travels_with_the_function(tmp_path: Path) -> None:
    """Only the files of the target itself."""
    declared = f'{{ Customer = {{ table = "customer", parent = "ALL" }}, "Cost centre" = {{ file = "{FILE}" }} }}'
    landscape = read_landscape(REPOSITORY, "prod", overlay(tmp_path, declared))
    target = landscape.target("anaplan")
    assert target.members == {
        "Customer": MemberSource(table="customer", parent="ALL"),
        "Cost centre": MemberSource(file=FILE),
    }
    assert Landscape.of_json(compile_landscape(landscape).encode()) == landscape
    assert json.loads(compile_members(REPOSITORY, target)) == {FILE: (REPOSITORY / FILE).read_text()}
    assert compile_members(REPOSITORY, read_landscape(REPOSITORY, "prod").target("anaplan")) == "{}"


@pytest.mark.parametrize(
    ("members", "problem"),
    [
        ('{ Kunde = { table = "customer" } }', "members Kunde: 'Kunde' is no dimension that the target is given"),
        ("{ Customer = {} }", "members Customer: its members come either of a `table` or of a `file`"),
        (
            f'{{ Customer = {{ table = "customer", file = "{FILE}" }} }}',
            "members Customer: its members come either of a `table` or of a `file`",
        ),
        (
            '{ Customer = { table = "account" } }',
            "members Customer table: 'account' is no mapping table by which the dimension gets members (customer)",
        ),
        (
            '{ Currency = { table = "rate" } }',
            "members Currency table: 'rate' is no mapping table by which the dimension gets members (none does)",
        ),
        ('{ Customer = { file = "no.csv" } }', "members Customer file: no.csv: there is no such file"),
        ('{ Customer = { file = "../x.csv" } }', "members Customer file: '../x.csv' is no path inside the tree"),
        (
            '{ Customer = { file = "tests/infra/data/circling_members.csv" } }',
            "members Customer file: tests/infra/data/circling_members.csv: line 2: 'A' is below itself",
        ),
        (
            '{ Time = { file = "tests/infra/data/members.csv" } }',
            "members Time: its members have no codes: Time and Version are kept in the model alone",
        ),
    ],
)
def test_a_flaw_is_named(tmp_path: Path, members: str, problem: str) -> None:
    """With the place and, in a file, the line."""
    assert f'targets "anaplan" {problem}' in problems("prod", overlay(tmp_path, members))


@pytest.mark.parametrize(
    ("lists", "problem"),
    [
        ('{ Customer = { kind = "x" } }', "lists is with kind for Customer, not list, numbered, display, production"),
        ("{ Customer = { list = true } }", "lists is with a list for Customer that is no text"),
        ('{ Customer = { numbered = "yes" } }', "lists is with a numbered for Customer that is neither true nor false"),
        ('{ Customer = { display = "Name" } }', "lists is with a display for Customer, which is not numbered"),
        ("{ Supplier = { numbered = true } }", "'Supplier' is no dimension whose members are kept (Customer)"),
    ],
)
def test_a_flaw_of_what_anaplan_is_told_of_a_list_is_named(tmp_path: Path, lists: str, problem: str) -> None:
    """Before anything is deployed."""
    file = overlay(tmp_path, '{ Customer = { table = "customer" } }', options=f"{{ lists = {lists} }}")
    assert any(problem in each for each in problems("prod", file))


def test_a_target_whose_system_keeps_no_members_is_refused(tmp_path: Path) -> None:
    """Only those of Anaplan and Oracle EPM are kept."""
    file = overlay(tmp_path, '{ Customer = { table = "customer" } }', target="sap-analytics")
    assert any(
        "'sap_analytics' cannot be a target whose members are kept" in each for each in problems("sandbox", file)
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ('{ refresh_job = "R" }', "members Customer: metadata_jobs of the target's options names no job that imports"),
        (
            '{ refresh_job = "R", metadata_jobs = { Customer = "C", Kunde = "K" } }',
            "options metadata_jobs: 'Kunde' is no dimension whose members are kept (Customer)",
        ),
        (
            '{ metadata_jobs = { Customer = "C" } }',
            "options refresh_job: it is empty: cells would never see the members",
        ),
    ],
)
def test_a_flaw_of_the_jobs_that_keep_members_of_oracle_epm_is_named(
    tmp_path: Path, options: str, problem: str
) -> None:
    """Both jobs are defined in the application, where nobody can look from here."""
    file = overlay(tmp_path, '{ Customer = { table = "customer" } }', target="oracle-epm", options=options)
    assert any(problem in each for each in problems("sandbox", file))
