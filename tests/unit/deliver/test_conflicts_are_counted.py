"""What others say of owned master data is counted when members are compared, once each, and keeps no member from being kept."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.deliver.contradicting import Contradicting
from functions.deliver.members import keep
from tests.support.members_desk import MembersDesk
from tests.support.telling_masters import tell
from tieout.errors import AccessDeniedError, TieoutError, UnavailableError
from tieout.facts.master_data import Customer
from tieout.ledger.conflicts import ConflictLedger
from tieout.ownership import Owner

ERP, CRM = "netsuite-group", "hubspot-emea"
OWNER = Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}")


class Lines(list[dict[str, Any]]):
    """The lines that were written."""

    def write(self, line: str) -> None:
        """Keep a line."""
        self.append(json.loads(line))

    def told(self) -> list[tuple[str, int]]:
        """Each connection that was told of, and how many conflicts of it were new."""
        return [(each["connection"], each["Conflicts"]) for each in self]


def contradicted_desk() -> tuple[MembersDesk, Lines]:
    """A target whose customers are the ERP's, one of which the CRM calls otherwise; and what is told of that."""
    desk, lines = MembersDesk(owners=(OWNER,)), Lines()
    tell(desk.table, ERP, Customer(number="1", name="Acme", country="DE"))
    tell(desk.table, CRM, Customer(number="77", name="ACME Inc."))
    desk.map("77", "C_1", connection=CRM)
    counting = Contradicting(
        ledger=ConflictLedger(desk.table),
        connections=(ERP, CRM),
        clock=desk.clock,
        namespace="Tieout/tested",
        write=lines.write,
    )
    desk.step = replace(desk.step, contradicted=counting.note)
    return desk, lines


def test_a_conflict_is_counted_once_of_the_connection_that_contradicts() -> None:
    """Another field of it is another conflict; what is not applied is kept, and the member is called as its owner says."""
    desk, lines = contradicted_desk()
    for _ in range(2):
        keep(desk.step, "Customer")
    assert lines.told() == [(CRM, 1)]
    tell(desk.table, CRM, Customer(number="77", name="ACME, Inc.", country="FR"), version="2")
    keep(desk.step, "Customer")
    assert lines.told() == [(CRM, 1), (CRM, 1)]
    assert {each.name for each in desk.keeper.held("Customer") if each.code == "C_1"} == {"Acme"}


def test_what_is_counted_is_a_metric_of_the_connection() -> None:
    """In the stage's namespace, with nothing of what anybody says."""
    desk, lines = contradicted_desk()
    keep(desk.step, "Customer")
    [line] = lines
    assert line.pop("_aws")["CloudWatchMetrics"] == [
        {
            "Namespace": "Tieout/tested",
            "Dimensions": [["connection"]],
            "Metrics": [{"Name": "Conflicts", "Unit": "Count"}],
        }
    ]
    assert line == {"level": "WARNING", "step": "deliver", "connection": CRM, "outcome": "contradicted", "Conflicts": 1}


def test_a_conflict_that_comes_of_the_owners_change_or_of_a_link_is_counted_too() -> None:
    """It is what both say by now that counts, whoever spoke last."""
    desk, lines = contradicted_desk()
    tell(desk.table, CRM, Customer(number="77", name="Acme"), version="2")
    keep(desk.step, "Customer")
    assert lines.told() == []
    tell(desk.table, ERP, Customer(number="1", name="Acme AG", country="DE"), version="2")
    tell(desk.table, CRM, Customer(number="78", name="Globex"))
    desk.map("78", "C_1", connection=CRM)
    keep(desk.step, "Customer")
    assert lines.told() == [(CRM, 2)]


def test_members_of_a_file_contradict_nobody() -> None:
    """Nothing of master data is read for them."""
    desk, lines = contradicted_desk()
    keep(desk.step, "Cost centre")
    assert lines.told() == []


@pytest.mark.parametrize("error", [UnavailableError("later"), AccessDeniedError("no")])
def test_members_are_kept_though_nothing_can_be_counted(error: TieoutError, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not counted is new the next time."""
    desk, lines = contradicted_desk()

    def refuse(*_: object) -> None:
        raise error

    with monkeypatch.context() as refusing:
        refusing.setattr(ConflictLedger, "news", refuse)
        keep(desk.step, "Customer")
    assert "C_1" in desk.keeper.parents("Customer")
    assert lines.told() == []
    keep(desk.step, "Customer")
    assert lines.told() == [(CRM, 1)]
