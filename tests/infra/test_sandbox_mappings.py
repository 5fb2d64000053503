"""What the sandbox's mapping tables call things: each company by a name of its own, and only names that its planning has."""

from __future__ import annotations

import json
from collections import Counter

from infra.landscape import read_landscape
from ops.mapping_tables import read_file
from tests.support.generic_cases import ROOT

_ENTRIES = list(read_file(ROOT / "landscape/mappings/sandbox.csv"))
_LISTS = {
    "account": "Account",
    "cost_centre": "Cost centre",
    "customer": "Customer",
    "legal_entity": "Legal entity",
    "partner": "Partner",
    "product": "Product line",
    "supplier": "Supplier",
}


def test_no_two_companies_of_a_connection_are_one_in_planning() -> None:
    """Else what they owe each other could not be told apart, nor any of their numbers be checked against their books."""
    for table in ("legal_entity", "partner"):
        called = Counter(
            (each.key.connection, each.member)
            for each in _ENTRIES
            if each.key.table == table
            and not each.key.key.startswith("org:")  # a sales organization is its company once more
        )
        assert [each for each, count in called.items() if count > 1] == []


def test_every_company_that_is_declared_is_called_something() -> None:
    """What is posted in it would wait otherwise."""
    named = {(each.key.connection, each.key.key) for each in _ENTRIES if each.key.table == "legal_entity"}
    declared = {
        (connection.name, company)
        for connection in read_landscape(ROOT, "sandbox").connections
        for company in connection.options.get("companies", ())  # type: ignore[union-attr]
    }
    assert len(declared) == 6
    assert declared <= named


def test_planning_has_whatever_a_table_names_or_is_given_it() -> None:
    """A cell that nobody has is refused, and a fact would be planned nowhere."""
    given = read_landscape(ROOT, "sandbox").target("anaplan").members
    model = json.loads((ROOT / "sandbox/systems/anaplan/model.json").read_text())
    members = {each["name"]: {code for code, _ in each["members"]} for each in model["lists"]}
    named = [(_LISTS[each.key.table], each.member) for each in _ENTRIES if each.key.table in _LISTS]
    lacking = [each for each in named if each[1] not in members[each[0]]]
    assert [each for each in lacking if each[0] not in given] == []
    assert ("Supplier", "HOSTING_HOUSE") in lacking  # so that the sandbox shows a member that is added
