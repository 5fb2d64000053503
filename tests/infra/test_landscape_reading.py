from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra.landscape import compile_landscape, read_landscape
from infra.landscape_files import LandscapeError
from tests.support.synthesis import EXAMPLES, REPOSITORY, STAGES
from tieout.landscape import Landscape
from tieout.planning.model import PlanningModel
from tieout.retention import Retention

ORACLE, ANALYTICS = (f"landscape/stages/sandbox/{name}.toml" for name in ("oracle-epm", "sap-analytics"))
FLOWS, PLANNING, SANDBOX = "landscape/flows.toml", "landscape/planning.toml", "landscape/stages/sandbox.toml"
PERIODS = "landscape/periods.toml"


def problems(root: Path, overlay: Path | None = None) -> tuple[str, ...]:
    """What is said about a landscape that must not be deployed."""
    with pytest.raises(LandscapeError) as caught:
        read_landscape(root, "sandbox", overlay)
    return caught.value.problems


@pytest.mark.parametrize("stage", [*STAGES, *EXAMPLES])
def test_what_is_compiled_at_synth_is_what_a_function_reads(stage: str) -> None:
    """Every stage and every example of one is valid, and its compiled form reads back as the landscape that was checked."""
    landscape = read_landscape(REPOSITORY, stage)
    assert Landscape.of_plain(json.loads(compile_landscape(landscape))) == landscape
    assert landscape.stage == stage


SPOILED = [
    (SANDBOX, 'time_zone = "Europe/Berlin"', 'time_zone = "Europe/Berln"',
     'connections "hubspot-emea" time_zone', "'Europe/Berln' is no IANA time zone"),
    (SANDBOX, 'legal_entity = "EMEA"', "",
     'connections "hubspot-emea" legal_entity', "field required"),
    (SANDBOX, 'legal_entity = "EMEA"', 'legal_entity = "EMEA"\nlegal_entiti = "X"',
     'connections "hubspot-emea" legal_entiti', "unexpected keyword argument"),
    (SANDBOX, 'default_currency = "EUR"', 'default_currency = "euro"',
     'connections "hubspot-emea" default_currency', "'euro' is no ISO 4217 currency code"),
    (SANDBOX, 'system = "hubspot"', 'system = "hubsport"',
     'connections "hubspot-emea" system', "'hubsport' is no folder under layers/tieout/systems"),
    (SANDBOX, 'system = "anaplan"', 'system = "../anaplan"',
     'targets "anaplan" system', "'../anaplan' is no folder under layers/tieout/systems"),
    (SANDBOX, 'system = "anaplan"', 'system = "hubspot"',
     'targets "anaplan" system',
     "'hubspot' cannot be a target that cells are written to: layers/tieout/systems/hubspot has no cells.py"),
    (SANDBOX, 'system = "hubspot"', 'system = "anaplan"',
     'connections "hubspot-emea" system',
     "'anaplan' cannot be a source that posts webhooks: layers/tieout/systems/anaplan has no door.py"),
    (SANDBOX, 'system = "hubspot"', 'system = "hubspot"\ncompletion = "payload"',
     'connections "hubspot-emea" system',
     "'hubspot' cannot be a source whose payloads state whole records: layers/tieout/systems/hubspot has no contents.py"),
    (SANDBOX, 'system = "hubspot"', 'system = "hubspot"\narrivals = ["pigeon"]',
     'connections "hubspot-emea" arrivals 0', "input should be 'webhook', 'bus', 'poll' or 'objects'"),
    (SANDBOX, 'system = "hubspot"', 'system = "hubspot"\ncompletion = "guess"',
     'connections "hubspot-emea" completion', "input should be 'read', 'payload' or 'both'"),
    (SANDBOX, 'api_base_url = "http://127.0.0.1:1"', "",
     'connections "hubspot-emea" api_base_url', "'' is no http or https URL"),
    (SANDBOX, 'name = "hubspot-emea"', 'name = "HubSpot EMEA"',
     'connections "HubSpot EMEA" name', "'HubSpot EMEA' is not lower-case words joined by hyphens, at most 40 characters long"),
    (SANDBOX, 'name = "netsuite-group"', 'name = "hubspot-emea"',
     "connections", "the name 'hubspot-emea' is declared twice"),
    (SANDBOX, 'name = "netsuite-group"', "",
     "connections", "entry 2 has no name"),
    (SANDBOX, 'api_base_url = "http://127.0.0.1:1"', 'api_base_url = "http://api.example.com/"',
     'connections "hubspot-emea" api_base_url',
     "'http://api.example.com/' is not encrypted; http is for this machine's own addresses alone"),
    (SANDBOX, 'api_base_url = "http://127.0.0.1:1"', 'api_base_url = "http://127.0.0.1:1/"',
     'connections "hubspot-emea" api_base_url', "'http://127.0.0.1:1/' ends with a slash"),
    (FLOWS, "outcomes = 400", "outcomes = 34",
     'retention "outcomes"', "34 is not between 35 and 3650 days"),
    (FLOWS, "receipts = 400", "receipts = 3651",
     'retention "receipts"', "3651 is not between 35 and 3650 days"),
    (FLOWS, "outcomes = 400", "outcomes = 400, facts = 400",
     'retention "facts"', "unexpected keyword argument"),
    (FLOWS, "max_concurrency = 5", "max_concurrency = 1",
     'flows "forecast_to_plan" max_concurrency', "1 is not between 2 and 1000"),
    (FLOWS, "max_concurrency = 5", 'max_concurrency = "5"',
     'flows "forecast_to_plan" max_concurrency', "input should be a valid integer"),
    (FLOWS, 'entities = ["opportunity", "line_item", "contract", "account"]', 'entities = ["opportunity", "invoice"]',
     'flows "record_to_report" entities', "'invoice' is also carried by flow 'forecast_to_plan'"),
    (FLOWS, 'entities = ["opportunity", "line_item", "contract", "account"]', "entities = []",
     'flows "forecast_to_plan" entities', "a flow without entities carries nothing"),
    (FLOWS, 'name = "forecast_to_plan"', 'name = "unrouted"',
     'flows "unrouted" name', "'unrouted' is the name of the catch-all flow"),
    (PLANNING, 'reporting_currency = "USD"', 'reporting_currency = "US Dollar"',
     "reporting_currency", "'US Dollar' is no ISO 4217 currency code"),
    (PLANNING, 'cube = "Pipeline"', 'cube = "Pipeline"\ntargets = ["anaplan"]',
     'feeds "pipeline" targets', "unexpected keyword argument"),
    (ORACLE, 'feeds = ["pipeline",', 'feeds = ["pipelin",',
     'targets "oracle-epm" feeds', "'pipelin' is no feed (pipeline, bookings, "),
    (ORACLE, 'feeds = ["pipeline",', 'feeds = ["pipeline", "pipeline",',
     'targets "oracle-epm" feeds', "'pipeline' is named twice"),
    (ORACLE, 'feeds = ["pipeline", "billed_revenue", "billings"]', "feeds = []",
     'targets "oracle-epm" feeds', "a target that is given nothing is never written to; without `feeds` it is given all"),
    (FLOWS, "retention =", 'unplanned = { renewels = "no cube" }\nretention =',
     'unplanned "renewels"', "'renewels' is no feed (pipeline, bookings, "),
    (FLOWS, "retention =", 'unplanned = { renewals = "no cube" }\nretention =',
     'unplanned "renewals"', "it is planned: target 'anaplan' is given it"),
    (FLOWS, "retention =", 'unplanned = { renewals = " " }\nretention =',
     'unplanned "renewals"', "no reason is given"),
    (ORACLE, "Actuals = {", "Actual = {",
     'targets "oracle-epm" options cubes', "'Actual' is no cube that the target is given (Pipeline, Actuals, Billings)"),
    (ORACLE, 'Actuals = { rows = "Entity" }', 'Actual = { rows = "Entity" }',
     'targets "oracle-epm" options loads', "'Actual' is no cube that the target is given (Pipeline, Actuals, Billings)"),
    (ORACLE, 'Actuals = { rows = "Entity" }', 'Pipeline = { rows = "Legal entity" }',
     'targets "oracle-epm" options loads Pipeline', "'Legal entity' is no dimension of its cells (Account, Version, View, "),
    (ORACLE, 'Actuals = { rows = "Entity" }', 'Pipeline = { rows = "Entity", drivers = "Month" }',
     'targets "oracle-epm" options loads Pipeline', "'Month' is no dimension of its cells (Account, Version, View, "),
    (ORACLE, '"Legal entity" =', '"Company" =',
     'targets "oracle-epm" options dimensions', "'Company' is no dimension of what the target is given (Customer, Product line, "),
    (ORACLE, "{ Partner =", "{ Partners =",
     'targets "oracle-epm" options member_prefixes', "'Partners' is no dimension of what the target is given (Customer, "),
    (ANALYTICS, 'feeds = ["bookings",', 'feeds = ["bookings", "orders",',
     'targets "sap-analytics" options models', "'Orders' is without a model, and the target is given its cells"),
    (ANALYTICS, 'feeds = ["bookings",', "feeds = [",
     'targets "sap-analytics" options measures', "'Bookings' is no cube that the target is given (Operating expenses, Cash)"),
    (ANALYTICS, ', "Collected USD" = "CollectedUSD"', "",
     'targets "sap-analytics" options measures Cash', "'Collected USD' is without a name, and the target is given its cells"),
    (ANALYTICS, '"Legal entity" =', '"Company" =',
     'targets "sap-analytics" options columns', "'Company' is no dimension of what the target is given (Customer, Product line, "),
    (PLANNING, 'facts = ["Opportunity"]', 'facts = ["Deal"]',
     'feeds "pipeline" facts',
     ("'Deal' is no canonical fact (Opportunity, Contract, Subscription, Invoice, "
     "CreditMemo, Payment, JournalEntry, Bill, Expense, PayrollPosting, SalesOrder, BillingDocument, Commitment, "
     "Customer, Product, Account, CostCentre)")),
    (PLANNING, "sign = 1", "sign = 2",
     'feeds "pipeline" sign', "input should be 1 or -1"),
    (PLANNING, 'constant = "Forecast"', 'constant = ""',
     'feeds "pipeline" dimensions Version', "the dimension 'Version' needs either an attribute or a constant"),
    (PLANNING, 'attribute = "customer"', 'attribute = "custmer"',
     'feeds "pipeline" dimensions Customer',
     "'custmer' is no attribute of opportunities (customer, product, status, forecast_category, "),
    (PLANNING, 'attribute = "product"', 'attribute = "cost_centre"',
     'feeds "pipeline" dimensions Product line',
     "'cost_centre' is no attribute of opportunities (customer, product, status, forecast_category, "),
    (PLANNING, 'table = "customer"', 'table = "client"',
     'feeds "pipeline" dimensions Customer',
     ("'client' is no mapping table (customer, product, stage, account, cost_centre, location, partner, profit_centre, "
     "segment, supplier, legal_entity, period, rate)")),
    (PLANNING, 'where = { status = ["open"] }', 'where = { state = ["open"] }',
     'feeds "pipeline" where state', "'state' is no attribute of opportunities (customer, "),
    (PLANNING, 'status = ["open"]', 'status = ["open", "opne"]',
     'feeds "pipeline" where status', "'opne' is no status (open, won, lost)"),
    (PLANNING, 'status = ["open"]', "status = []",
     'feeds "pipeline" where status', "no value is wanted, so nothing would be planned"),
    (PLANNING, 'account_class = ["income"]', 'account_class = ["revenue"]',
     'feeds "billed_revenue" where account_class', "'revenue' is no account_class (income, expense, asset, liability, equity)"),
    (PLANNING, 'account_role = ["cash"]', 'account_role = ["bank"]',
     'feeds "cash_collected" where account_role', "'bank' is no account_role (cash, receivable)"),
    (PLANNING, 'amount = "posted"', 'amount = "weighted"',
     'feeds "billed_revenue" measures 0', "'weighted' is no amount of ledger documents (posted)"),
    (PLANNING, 'amount = "weighted"', 'amount = "posted"',
     'feeds "pipeline" measures 1', "'posted' is no amount of opportunities (amount, weighted, recurring)"),
    (PLANNING, 'reporting = "Amount USD"', 'reporting = "Amount"',
     'feeds "pipeline" measures', "'Amount' is named twice: amounts of different kinds or currencies would meet in one cell"),
    (PLANNING, 'facts = ["Payment"]', 'facts = ["Payment", "Opportunity"]',
     'feeds "cash_collected" facts', "opportunities and ledger documents have different attributes and amounts: give each a feed"),
    (PLANNING, '{ name = "Legal entity", attribute = "legal_entity" },', "",
     'feeds "pipeline" dimensions', "none has the attribute 'legal_entity': different companies would meet in one cell"),
    (PLANNING, '{ name = "Currency", attribute = "currency" },', "",
     'feeds "pipeline" dimensions', "none has the attribute 'currency': different currencies would meet in one cell"),
    (PLANNING, '{ name = "Time", attribute = "period" },', "",
     'feeds "pipeline" dimensions', "none has the attribute 'period': different months would meet in one cell"),
    (PERIODS, 'versions = ["Actual"]', 'versions = ["Actuals"]',
     'closing "versions"', "'Actuals' is no plan version of any feed (Actual, Forecast)"),
    (PERIODS, 'flows = ["spend_to_plan"]', 'flows = ["spending"]',
     'closing "late" spending flows', "'spending' is no flow (forecast_to_plan, record_to_report, order_to_cash, spend_to_plan)"),
    (PERIODS, 'flows = ["record_to_report"]', "",
     'closing "late" accounting', "it is for every change, so 'spending' and what stands behind it never is"),
    (PERIODS, 'closed = "hold"', 'closed = "accept"',
     'closing "late" accounting closed', "input should be 'hold', 'next_open' or 'restate'"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "place", "problem"), SPOILED)
def test_a_flaw_is_named_with_its_file_and_place(
    root: Path, file: str, good: str, bad: str, place: str, problem: str
) -> None:
    """One spoiled line is reported in one sentence that says where it stands and what is wrong with it."""
    text = (root / file).read_text()
    assert good in text
    (root / file).write_text(text.replace(good, bad, 1))
    said = f"{file}: {place}: {problem}"
    assert said in [each[: len(said)] for each in problems(root)]


def test_a_feed_that_no_target_is_given_must_be_said_to_be_unplanned(root: Path) -> None:
    """Else somebody who gives a target its feeds would leave one out unseen; what is said is known to functions as well."""
    text = (root / SANDBOX).read_text()
    named = [name for name in re.findall(r'name = "(\w+)"\nfacts', (root / PLANNING).read_text()) if name != "renewals"]
    (root / SANDBOX).write_text(text.replace('system = "anaplan"', f'system = "anaplan"\nfeeds = {json.dumps(named)}'))
    missing = "no target of stage 'sandbox' is given it: name it in the `feeds` of one, or in `unplanned`"
    assert problems(root) == (f'{PLANNING}: feeds "renewals": {missing}',)
    overlay = root / "overlay.toml"
    overlay.write_text('unplanned = { renewals = "the model has no cube for them" }\n')
    landscape = read_landscape(root, "sandbox", overlay)
    assert Landscape.of_plain(json.loads(compile_landscape(landscape))) == landscape
    assert PlanningModel.of(landscape).targets["renewals"] == ()


@pytest.mark.parametrize("days", [35, 3650])
def test_the_past_may_be_kept_from_five_weeks_to_ten_years(root: Path, days: int) -> None:
    """Both limits are allowed; a stage may say another span than all of them do, and one span without the other."""
    overlay = root / "overlay.toml"
    overlay.write_text(f"retention = {{ receipts = {days} }}\n")
    assert read_landscape(root, "sandbox", overlay).retention == Retention(outcomes=400, receipts=days)


def test_an_unknown_stage_is_a_missing_file(root: Path) -> None:
    """A stage is declared by its file; without one, the sentence says which file was looked for."""
    with pytest.raises(LandscapeError, match=r"landscape/stages/nowhere\.toml: there is no such file"):
        read_landscape(root, "nowhere")


def test_a_file_that_is_not_toml_is_named(root: Path) -> None:
    """A syntax error names the file and keeps the parser's line number."""
    (root / FLOWS).write_text("[[flows]\n")
    assert problems(root)[0].startswith("landscape/flows.toml: is not TOML: ")
    assert "line 1" in problems(root)[0]


def test_every_flaw_is_reported_at_once(root: Path) -> None:
    """An operator who made two mistakes hears of both in one synthesis."""
    text = (root / FLOWS).read_text().replace("max_concurrency = 5", "max_concurrency = 1")
    (root / FLOWS).write_text(text.replace("freshness_minutes = 15", "freshness_minutes = 0"))
    assert len(problems(root)) == 2


def test_an_overlay_changes_single_fields_by_name(root: Path) -> None:
    """The sandbox replaces addresses of a connection and leaves its other fields and its neighbours alone."""
    overlay = root / "overlay.toml"
    overlay.write_text(
        '[[connections]]\nname = "netsuite-group"\napi_base_url = "http://127.0.0.1:4000"\noptions = { max_concurrency = 3 }\n'
    )
    before, after = read_landscape(root, "sandbox"), read_landscape(root, "sandbox", overlay)
    changed = after.connection("netsuite-group")
    assert changed.api_base_url == "http://127.0.0.1:4000"
    assert changed.options == {**before.connection("netsuite-group").options, "max_concurrency": 3}
    assert after.connection("hubspot-emea") == before.connection("hubspot-emea")


def test_an_overlay_may_be_a_folder_of_files(root: Path) -> None:
    """A connection that is added and the addresses of all are two files, and both count."""
    overlay = root / "overlay"
    overlay.mkdir()
    (overlay / "addresses.toml").write_text('[[connections]]\nname = "new"\npublic_url = "https://127.0.0.1/new"\n')
    text = (root / "landscape/stages/sandbox/expenses-emea.toml").read_text()
    (overlay / "new.toml").write_text(text.replace('"expenses-emea"', '"new"'))
    added = read_landscape(root, "sandbox", overlay).connection("new")
    assert (added.system, added.public_url) == ("generic", "https://127.0.0.1/new")
    (overlay / "new.toml").write_text(text.replace('"expenses-emea"', '"new"').replace('"EMEA"', '"Emea"'))
    assert [each.partition(": ")[0] for each in problems(root, overlay)] == ["overlay/new.toml"]


def test_a_flaw_of_an_overlay_is_blamed_on_the_overlay(root: Path) -> None:
    """Of two files that declare a field, the one whose value counts is named."""
    overlay = root / "overlay.toml"
    overlay.write_text('[[connections]]\nname = "hubspot-emea"\ntime_zone = "Mars/Phobos"\n')
    assert problems(root, overlay) == (
        "overlay.toml: connections \"hubspot-emea\" time_zone: 'Mars/Phobos' is no IANA time zone",
    )


@pytest.mark.parametrize("system", ["hubspot", "netsuite", "anaplan"])
def test_options_are_checked_by_the_system_they_are_for(root: Path, system: str) -> None:
    """A misspelt option is found at synth, because a cold function would only fail on it in production."""
    kind = "targets" if system == "anaplan" else "connections"
    name = {"hubspot": "hubspot-emea", "netsuite": "netsuite-group", "anaplan": "anaplan"}[system]
    overlay = root / "overlay.toml"
    overlay.write_text(f'[[{kind}]]\nname = "{name}"\noptions = {{ accept_anything = true }}\n')
    assert problems(root, overlay) == (
        f'overlay.toml: {kind} "{name}" options accept_anything: unexpected keyword argument',
    )


def test_what_goes_through_a_mapping_table_does_not_tell_cells_apart(root: Path) -> None:
    """A table may give two companies, currencies or months one member, and then their amounts would be added up."""
    text = (root / PLANNING).read_text()
    text = text.replace('"legal_entity" }', '"legal_entity", table = "legal_entity" }', 1)
    spoiled = text.replace('attribute = "currency" }', 'attribute = "currency", table = "customer" }', 1)
    spoiled = spoiled.replace('attribute = "period" }', 'attribute = "period", table = "period" }', 1)
    (root / PLANNING).write_text(spoiled)
    assert [each.partition(" dimensions: ")[2] for each in problems(root)] == [
        "none has the attribute 'legal_entity': different companies would meet in one cell",
        "none has the attribute 'currency': different currencies would meet in one cell",
        "none has the attribute 'period': different months would meet in one cell",
    ]
