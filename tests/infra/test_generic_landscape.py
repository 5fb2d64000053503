"""What a generic connection must say, tried by spoiling the files of the sandbox's tools: each flaw with its file and place."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.door_options import MAX_DOOR_OPTIONS_BYTES, door_needs_libraries, door_options, size_of
from infra.landscape import read_landscape
from infra.landscape_files import LandscapeError
from infra.landscape_rules import problems_of
from tests.support.generic_cases import records_of
from tests.support.synthesis import REPOSITORY
from tieout.landscape import Connection, Landscape

EXPENSES = "landscape/stages/sandbox/expenses-emea.toml"
PROCUREMENT = "landscape/stages/sandbox/procurement-emea.toml"
PAYROLL = "landscape/stages/sandbox/payroll-emea.toml"
RECORD = 'connections "expenses-emea" options records expense_report'

SPOILED = [
    (EXPENSES, 'fact = "Expense"', 'fact = "Spent"', f"{RECORD} fact",
     ("'Spent' is no canonical fact (Opportunity, Contract, Subscription, Invoice, "
     "CreditMemo, Payment, JournalEntry, Bill, Expense, PayrollPosting, SalesOrder, BillingDocument, Commitment, "
     "Customer, Product, Account, CostCentre)")),
    (EXPENSES, 'number = "data.report.number"', 'numbr = "data.report.number"', f"{RECORD} fields numbr",
     ("'numbr' is no field of Expense (number, document_date, posting_period, state, reverses, closing, "
     "order, purchase_order, external_id, intercompany)")),
    (EXPENSES, 'number = "data.report.number"\n', "", f"{RECORD} fields", "'number' is missing: there is no Expense without it"),
    (EXPENSES, "\"'expense'\"", '"\'expense"', f"{RECORD} lines fields account_class",
     "\"'expense\" is no JMESPath expression: Bad jmespath expression: Unclosed ' delimiter:"),
    (EXPENSES, '"data.report.lines"', '"data.report.lines["', f"{RECORD} lines each",
     "'data.report.lines[' is no JMESPath expression: Invalid jmespath expression: Incomplete expression:"),
    (EXPENSES, 'account = "line.category"\n', "", f"{RECORD} lines fields",
     "'account' is missing: there is no LedgerLine without it"),
    (EXPENSES, 'supplier = "line.merchant"', 'vendor = "line.merchant"', f"{RECORD} lines fields vendor",
     ("'vendor' is no field of LedgerLine (line_id, account, account_class, account_role, transaction, functional, legal_entity, "
     "group, group_rate, posting_date, customer, supplier, cost_centre, profit_centre, segment, location, partner, product)")),
    (EXPENSES, '{ amount = "line.gross", currency', '{ sum = "line.gross", currency', f"{RECORD} lines fields transaction sum",
     "'sum' is no part of 'transaction' (amount, minor, currency)"),
    (EXPENSES, '{ amount = "line.gross", currency', '{ amount = "line.gross", minor = "line.cents", currency',
     f"{RECORD} lines fields transaction", "an amount of money needs either 'amount' (whole units) or 'minor' (minor units)"),
    (EXPENSES, 'transaction = { amount = "line.gross", currency = "data.report.currency" }', 'transaction = "line.gross"',
     f"{RECORD} lines fields transaction", "'transaction' has parts: write { amount, minor, currency }"),
    (EXPENSES, 'line_id = "line.id"', 'line_id = { id = "line.id" }', f"{RECORD} lines fields line_id",
     "'line_id' is one value: write one expression"),
    (EXPENSES, '"line.gross"', '"sum(line.parts)"', f"{RECORD} lines fields transaction amount",
     "'sum(line.parts)' computes with sum(): amounts are taken as they are written"),
    (EXPENSES, '"line.gross"', '"line.gross || `0.5`"', f"{RECORD} lines fields transaction amount",
     "'line.gross || `0.5`' holds a number with a fraction: write it as a text"),
    (EXPENSES, '"line.merchant"', '"upper(line.merchant)"', f"{RECORD} lines fields supplier",
     "'upper(line.merchant)' calls upper(), which JMESPath does not have"),
    (EXPENSES, 'version = "data.report.revision"\n', "", f"{RECORD} version",
     "none is named: without it nobody knows which of two payloads is the newer"),
    (EXPENSES, 'version_is = "number"', 'version_is = "text"', f"{RECORD} version_is", "input should be 'moment' or 'number'"),
    (EXPENSES, 'key = "data.report.id"', 'key = "data.report[0]"', f"{RECORD}",
     "value error, the key of expense_report: 'data.report[0]' is no path of names joined by dots"),
    (EXPENSES, 'completion = "payload"', 'api_base_url = "https://api.example.com"', 'connections "expenses-emea" system',
     "'generic' cannot be a source whose records are read: layers/tieout/systems/generic has no reader.py"),
    (EXPENSES, 'proof = "v1"', 'proof = "none"', 'connections "expenses-emea" options proof',
     "input should be 'v1', 'v1a', 'bearer', 'key_header' or 'bus'"),
    (EXPENSES, 'proof = "v1"', 'proof = "bus"', 'connections "expenses-emea" options proof',
     "'bus' proves nothing of what is posted, and arrivals names 'webhook'"),
    (EXPENSES, 'proof = "v1"\n', "", 'connections "expenses-emea" options proof', "field required"),
    (PAYROLL, 'modes = ["batched"]', 'modes = ["batched", "binary"]', 'connections "payroll-emea" options',
     "value error, modes allows binary, whose event stands in headers that v1a does not sign"),
    (PROCUREMENT, '["procurement.sandbox.example"]', '["*"]', 'connections "procurement-emea" options',
     "value error, allowed_origins: '*' is no name of a host; nobody is trusted by `*`"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "said", "spoiled", "place", "problem"), SPOILED)
def test_a_flaw_is_named_with_its_file_and_place(
    root: Path, file: str, said: str, spoiled: str, place: str, problem: str
) -> None:
    """Nothing is deployed of a mapping that could not work, and the sentence says where to mend it."""
    path = root / file
    text = path.read_text()
    assert said in text
    path.write_text(text.replace(said, spoiled, 1))
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    assert f"{file}: {place}: {problem}" in caught.value.problems


def test_a_connection_of_its_own_file_is_read_with_the_stage(root: Path) -> None:
    """Every file in the stage's folder belongs to it, and none of them to another stage."""
    names = {each.name for each in read_landscape(root, "sandbox").connections}
    assert names >= {"hubspot-emea", "expenses-emea", "procurement-emea", "payroll-emea"}
    assert "expenses-emea" not in {each.name for each in read_landscape(root, "dev").connections}


def test_two_files_of_a_stage_declare_no_name_twice(root: Path) -> None:
    """Whoever copies a file and forgets the name would overwrite the original field by field."""
    shutil.copy(root / EXPENSES, root / "landscape/stages/sandbox/travel-emea.toml")
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox")
    copied = "landscape/stages/sandbox/travel-emea.toml"
    assert caught.value.problems == (f'{copied}: connections "expenses-emea": is declared in {EXPENSES} too',)


def a_generic(options: dict[str, Any]) -> tuple[Landscape, Connection]:
    """The landscape of the sandbox with the expense tool's options changed, and that connection."""
    landscape = read_landscape(REPOSITORY, "sandbox")
    subject = landscape.connection("expenses-emea")
    changed = replace(subject, options={**subject.options, **options})
    others = tuple(each for each in landscape.connections if each.name != changed.name)
    return replace(landscape, connections=(*others, changed)), changed


def with_options_of(size: int) -> tuple[Landscape, Connection]:
    """The expense tool with so many types of event that its door's options have that size."""
    _, empty = a_generic({})
    (declared,) = records_of(empty)
    record = {**declared, "types": [""]}
    missing = size - size_of(door_options(replace(empty, options={**empty.options, "records": [record]})))
    types = ["x" * 97] * (missing // 100)  # each takes its quotes and a comma
    types.append("y" * (missing - 100 * len(types)))
    return a_generic({"records": [{**record, "types": types}]})


def test_a_doors_options_may_just_fit_its_environment() -> None:
    """2,048 bytes are taken, one more is refused before anything is deployed."""
    fits, connection = with_options_of(MAX_DOOR_OPTIONS_BYTES)
    assert size_of(door_options(connection)) == 2_048
    assert list(problems_of(fits)) == []
    too_long, connection = with_options_of(MAX_DOOR_OPTIONS_BYTES + 1)
    assert size_of(door_options(connection)) == 2_049
    assert [problem for _, problem in problems_of(too_long)] == [
        "take 2049 bytes at the door, more than the 2048 its environment has room for"
    ]


def test_a_mapping_costs_the_door_nothing() -> None:
    """However many fields are mapped, the door's options stay as they are: the record step reads them from its asset."""
    _, connection = a_generic({})
    assert "fields" in str(connection.options)
    assert "fields" not in str(door_options(connection))


def test_only_a_door_that_verifies_ed25519_or_reads_xml_has_the_libraries() -> None:
    """The others start without the dependencies layer."""
    landscape = read_landscape(REPOSITORY, "sandbox")
    assert [each.name for each in landscape.connections if door_needs_libraries(each)] == [
        "salesforce-apac",
        "payroll-emea",
    ]
