"""What is mutated and who judges it, by groups; and the tree mutmut works in, a copy below `.cache`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_WORK = ROOT / ".cache/mutants"
_SEEDS = "tests/mutants/seeds.py"


@dataclass(frozen=True, slots=True)
class Group:
    """Modules that are mutated together, and the quick tests that judge them: a mutant is shown to those that reach its function.

    Attributes:
        mutated: files as they stand in the tree, where the package is beside the functions.
        emulated: whether tests over an emulated AWS judge them too.
    """

    name: str
    mutated: tuple[str, ...]
    judges: tuple[str, ...]
    emulated: bool = False

    @property
    def tree(self) -> Path:
        """Where mutmut works on it."""
        return _WORK / self.name


LEFT_OUT: Mapping[str, str] = {
    "functions/*/handler.py": "it only wires",
    "functions/*/settings.py": "it only declares",
    "functions/intake/errors.py": "it only declares",
    "functions/receive/request.py": "what it reads are the gateway's words, which no unit test knows better",
    "tieout/aws/clients.py": "it needs a socket to be seen",
    "tieout/aws/endpoint.py": "it needs a socket to be seen",
    "tieout/aws/signature.py": "the SDK's own signatures judge it",
    "tieout/aws/without_sdk.py": "it needs a socket to be seen",
    "tieout/arrivals.py": "it only declares",
    "tieout/declared.py": "it only declares",
    "tieout/delivering.py": "it only declares",
    "tieout/discovering.py": "it only declares",
    "tieout/duties.py": "it only declares",
    "tieout/errors.py": "it only declares",
    "tieout/fiscal.py": "it only declares",
    "tieout/freshness.py": "it only declares",
    "tieout/landscape.py": "it only declares",
    "tieout/member_sources.py": "it only declares",
    "tieout/ports.py": "it only declares",
    "tieout/rate_types.py": "it only declares",
    "tieout/reconciliations.py": "it only declares",
    "tieout/retention.py": "it only declares",
    "tieout/settings.py": "it only declares",
    "tieout/sources.py": "it only wires",
    "tieout/subscribing.py": "it only declares",
    "tieout/system_clock.py": "it only asks the machine",
    "tieout/telling_differences.py": "it only tells",
    "tieout/systems/**": "the vendors' contract tests judge it",
}
"""What is not mutated, and why; everything else decides."""

GROUPS = (
    Group(
        "words",
        tuple(
            f"tieout/{name}.py"
            for name in (
                "money",
                "periods",
                "calendars",
                "maintenance",
                "objectives",
                "moments",
                "strict_json",
                "jwt",
                "access_tokens",
                "answers",
                "asking",
                "columns",
                "drift",
                "entra_tokens",
                "external_ids",
                "fields",
                "people",
            )
        ),
        (
            *("tests/unit/core", "tests/unit/calendars", "tests/unit/drift", "tests/unit/strict_json"),
            "tests/unit/dynamics_finance/test_dynamics_client.py",
        ),
    ),
    Group(
        "arriving",
        ("tieout/arriving/*.py",),
        (
            *(f"tests/unit/{name}" for name in ("arriving", "drift", "generic", "receive", "relay", "sweep")),
            "tests/unit/salesforce/test_salesforce_signature.py",
        ),
    ),
    Group(
        "aws",
        tuple(
            f"tieout/aws/{name}.py"
            for name in (
                *("changing_objects", "drops", "dynamo", "expressions", "failures", "flushing"),
                *("queues", "secrets", "store", "values"),
            )
        ),
        (
            *("tests/unit/aws", "tests/integration/aws", "tests/contract/intake", "tests/contract/journal"),
            *(f"tests/contract/ledger/test_{name}_contract.py" for name in ("table", "table_paging", "store", "queue")),
        ),
        emulated=True,
    ),
    Group(
        "steps",
        (
            *(
                f"functions/{step}/pipeline.py"
                for step in ("receive", "relay", "record", "deliver", "sweep", "journal", "census", "readback", "renew")
            ),
            "functions/readback/hurry.py",
            "tieout/reading_back.py",
            *(f"functions/census/{name}.py" for name in ("due", "silence", "telling")),
            *(
                f"functions/deliver/{name}.py"
                for name in (
                    "answering",
                    "before",
                    "carrying_out",
                    "checking",
                    "contradicting",
                    "declaring",
                    "judging",
                    "members",
                    "members_asked",
                    "owned",
                    "publishing",
                    "tasks",
                )
            ),
            "tieout/census.py",
            "tieout/silence.py",
            *(f"functions/receive/{name}.py" for name in ("keeping", "secret")),
            *(f"functions/record/{name}.py" for name in ("drifting", "listing", "payloads", "settle", "work")),
        ),
        (
            *(
                f"tests/unit/{step}"
                for step in ("record", "receive", "relay", "deliver", "sweep", "journal", "census", "readback", "renew")
            ),
            *("tests/flow", _SEEDS),
        ),
    ),
    Group(
        "files",
        (
            *("tieout/files.py", "tieout/file_runs.py"),
            *("functions/intake/check.py", "functions/intake/chunks.py", "functions/intake/finish.py"),
            *("functions/intake/kept_files.py", "functions/intake/parts.py", "functions/intake/scratch.py"),
            *("functions/intake/send.py", "functions/intake/waiting.py"),
        ),
        ("tests/unit/legacy_files", "tests/unit/intake"),
    ),
    Group(
        "lake",
        ("functions/lake/pipeline.py", "tieout/lake/*.py"),
        ("tests/unit/lake",),
    ),
    Group(
        "planning",
        (
            *(
                "tieout/crosswalk.py",
                "tieout/facts/*.py",
                "tieout/masters.py",
                "tieout/members.py",
                "tieout/ownership.py",
                "tieout/placing.py",
            ),
            "tieout/planning/*.py",
        ),
        ("tests/unit/core", "tests/unit/hubspot", "tests/unit/netsuite", "tests/flow", _SEEDS),
    ),
    Group("oplog", ("tieout/operator_log.py",), ("tests/unit/operator_log",)),
    Group(
        "reconciling",
        ("functions/reconcile/pipeline.py", "tieout/reconciling/*.py"),
        ("tests/unit/reconciling", "tests/unit/reconcile_step", "tests/flow/test_stages_of_a_value.py"),
    ),
    Group(
        "effects",
        ("tieout/governance.py", "tieout/effects/*.py"),
        (
            *(
                f"tests/flow/test_{name}.py"
                for name in ("governed_changes", "decided_proposals", "effects_of_landscapes", "what_proposals_show")
            ),
            "tests/unit/effects",
            "tests/unit/core/test_approvals_as_declared.py",
            "tests/simulation/test_governed.py",
        ),
    ),
    Group(
        "certifying",
        ("tieout/certifying/*.py",),
        (
            "tests/unit/certifying",
            "tests/flow/test_certified_periods.py",
            "tests/flow/test_since_a_period_was_certified.py",
            "tests/flow/test_what_certificates_go_by.py",
            "tests/flow/test_certificates_stay_as_they_are.py",
            "tests/simulation/test_governed.py",
        ),
    ),
    Group(
        "ledger",
        ("tieout/closing.py", "tieout/ledger/*.py"),
        (
            *(
                "tests/contract/ledger",
                "tests/unit/census",
                "tests/unit/core",
                "tests/unit/deliver",
                "tests/unit/intake",
                "tests/unit/journal",
                "tests/unit/readback",
                "tests/unit/record",
            ),
            *("tests/flow", _SEEDS),
        ),
    ),
)
_UNWANTED = shutil.ignore_patterns("__pycache__", "e2e", "bench")
_COPIED = ("functions", "tests", "landscape", "events", "contracts", "ops", "sandbox", "infra", "docs")
_SETTINGS = """
[tool.mutmut]
source_paths = ["tieout", "functions"]
only_mutate = {mutated}
also_copy = ["landscape", "events", "contracts", "ops", "sandbox", "infra", "docs"]
pytest_add_cli_args = ["-p", "tests.mutants.quick", "-p", "no:cacheprovider", "-p", "no:xdist", "--timeout=60"{more}]
pytest_add_cli_args_test_selection = {judges}
process_isolation = "forkserver"  # the tests are collected once, not for each mutant
timeout_constant = 10  # seconds
timeout_multiplier = 3  # of what its tests take, or a loop without end is waited for a quarter of an hour
use_git_change_detection = false
do_not_mutate_patterns = ['(?:raise|return) (?:{texts})\\(']
"""
# Errors whose texts are for people: decisions are never made on them. The codes of `MalformedError` are told to operators.
_TOLD_TO_PEOPLE = (
    *(
        "AccessDenied",
        "Conflict",
        "FlowBusy",
        "NotApprovable",
        "LostAnswer",
        "RefusedRequest",
        "Throttled",
        "Unavailable",
        "Value",
        "Type",
        "Assertion",
    ),
)


def renew_judges(group: Group) -> None:
    """Bring the tests as they are now into a tree that has been run."""
    shutil.copytree(ROOT / "tests", group.tree / "tests", ignore=_UNWANTED, dirs_exist_ok=True)


def make_tree(group: Group) -> None:
    """A fresh copy of what is mutated and of who judges it; what an earlier run found is forgotten."""
    shutil.rmtree(group.tree, ignore_errors=True)
    for name in _COPIED:
        shutil.copytree(ROOT / name, group.tree / name, ignore=_UNWANTED)
    shutil.copytree(ROOT / "layers/tieout", group.tree / "tieout", ignore=_UNWANTED)
    texts = "|".join(f"{each}Error" for each in _TOLD_TO_PEOPLE)
    settings = _SETTINGS.format(
        mutated=list(group.mutated), judges=list(group.judges), texts=texts, more=', "--emulated"' * group.emulated
    )
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (group.tree / "pyproject.toml").write_text(project + settings, encoding="utf-8")
