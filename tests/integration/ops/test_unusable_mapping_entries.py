"""Mapping entries nobody could use are refused whole, with a line that says which and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.mapping_tables import UnusableEntriesError
from tests.support.operated_stage import CRM, TOOL, OperatedStage

HEAD = "connection,table,key,member\n"
GOOD = f"{CRM},customer,1,ACME\n"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ((HEAD + GOOD + f"{CRM},stage,x/1,nonsense\n").encode(), r"entries.csv:3: mapping stage not canonical"),
        (
            (HEAD + GOOD + "nope,customer,1,ACME\n").encode(),
            r"csv:3: there is no connection nope; the stage has hubspot",
        ),
        ((HEAD + GOOD + f"{CRM},colour,1,RED\n").encode(), r"csv:3: mapping table unknown \(there are customer, "),
        ((HEAD + GOOD + f"{CRM},rate,average:EUR>USD@2026-03,1.1\n").encode(), r"csv:3: a rate belongs to \*"),
        ((HEAD + GOOD + "*,customer,1,ACME\n").encode(), r"csv:3: there is no connection \*"),
        ((HEAD + GOOD + f"{CRM},customer,2,Smith, Sons\n").encode(), r"csv:3: does not have one value"),
        ((HEAD + GOOD + f"{CRM},customer,2\n").encode(), r"csv:3: does not have one value"),
        (
            (HEAD + GOOD + f"{CRM},customer,2,acme\n").encode(),
            r"csv:3: acme is written ACME elsewhere; planning takes both",
        ),
        ((HEAD + GOOD).encode("utf-16"), r"no CSV file in UTF-8"),
        ((HEAD + f"{CRM},customer,1,Über\n").encode("latin-1"), r"no CSV file in UTF-8"),
        (b"connection,table,key\n", r"no column member"),
        ((HEAD + GOOD + "nope,customer,1,A\n" * 12).encode(), r"csv:12: .*; and 2 more"),
    ],
)
def test_a_file_with_a_bad_line_stores_nothing(stage: OperatedStage, tmp_path: Path, raw: bytes, said: str) -> None:
    """Every bad line is named, and the good ones wait until the file is right."""
    file = tmp_path / "entries.csv"
    file.write_bytes(raw)
    with pytest.raises(UnusableEntriesError, match=said):
        stage.tieout("mappings", "put", "--file", str(file))
    assert stage.tieout("mappings", "list") == []


def test_a_connection_that_is_misspelt_is_refused(stage: OperatedStage) -> None:
    """Else nobody would ever notice."""
    with pytest.raises(UnusableEntriesError, match="no connection nope"):
        stage.tieout("mappings", "put", "customer", "1", "ACME", "--connection", "nope")


def test_a_member_is_written_alike_in_the_entries_of_all_connections(stage: OperatedStage) -> None:
    """Planning takes `ACME` and `acme` for one member: two cells of the ledger would set one of planning by turns."""
    stage.tieout("mappings", "put", "customer", "1", "ACME", "--connection", CRM)
    for connection, number in ((TOOL, "1"), (CRM, "2")):
        with pytest.raises(UnusableEntriesError, match="acme is written ACME elsewhere"):
            stage.tieout("mappings", "put", "customer", number, "acme", "--connection", connection)
    stage.tieout("mappings", "put", "product", "1", "acme", "--connection", CRM)
    stage.tieout("mappings", "put", "customer", "1", "Acme", "--connection", CRM)
    stage.tieout("mappings", "put", "customer", "2", "Acme", "--connection", TOOL)
    assert {row["member"] for row in stage.tieout("mappings", "list", "customer")} == {"Acme"}


def test_a_table_that_is_none_is_said_to_be_none(stage: OperatedStage) -> None:
    """With the tables there are."""
    with pytest.raises(AssertionError, match="there is no table nonsense"):
        stage.tieout("mappings", "list", "nonsense")
