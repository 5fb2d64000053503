"""What master data is, and by which ids of others two records of it can be told to be the same."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieout.errors import MalformedError
from tieout.external_ids import check_external_ids
from tieout.facts.families import KINDS, lines_of
from tieout.facts.master_data import DOMAIN, ENTITIES, TABLES, TAX_ID, Customer, ExternalId, MasterData, external_ids
from tieout.planning.mapping import TABLES as MAPPING_TABLES
from tieout.planning.resolving import Asked

_FIELD = re.compile("[A-Za-z_]+")
KINDS_OF_IT = sorted(TABLES, key=lambda kind: kind.__name__)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (TAX_ID, " de 123.456-789 ", "DE123456789"),
        (TAX_ID, " - ", None),
        (DOMAIN, "https://www.Acme.example/about", "acme.example"),
        (DOMAIN, " Acme.Example. ", "acme.example"),
        (DOMAIN, "acme.example:8443", "acme.example"),
        (DOMAIN, "wwwacme.example", "wwwacme.example"),
        (DOMAIN, "https://", None),
        ("erp_number", " 4711 a", "4711 a"),
        ("erp_number", "  ", None),
        ("erp_number", None, None),
    ],
)
def test_ids_that_systems_write_otherwise_compare_as_equal(name: str, text: str | None, value: str | None) -> None:
    """Two records with one tax number are told, however each system writes it."""
    found = ExternalId.of(name, text)
    assert (found.value if found else None) == value


@given(text=st.text(max_size=30), name=st.sampled_from([TAX_ID, DOMAIN, "erp_number"]))
def test_what_an_id_comes_to_comes_to_itself(text: str, name: str) -> None:
    """So it can be compared with what was kept."""
    once = ExternalId.of(name, text)
    assert once is None or ExternalId.of(name, once.value) == once


def test_external_ids_stand_in_order_and_only_where_they_say_something() -> None:
    """Whatever order a source states them in."""
    found = external_ids({TAX_ID: "de1", "erp_number": None, DOMAIN: "acme.example"})
    assert found == (
        ExternalId(name=DOMAIN, value="acme.example"),
        ExternalId(name=TAX_ID, value="DE1"),
    )


@pytest.mark.parametrize("kind", KINDS_OF_IT)
def test_nothing_is_planned_of_master_data(kind: type[MasterData]) -> None:
    """It has a mapping table that calls it as planning does, and an entity of its own."""
    assert KINDS[kind.__name__].name == "master data"
    assert list(lines_of(kind(number="1", name="One"), Asked("erp", {}, "EMEA"))) == []
    assert TABLES[kind] in MAPPING_TABLES
    assert ENTITIES[kind]


@pytest.mark.parametrize("kind", KINDS_OF_IT)
def test_every_record_may_say_as_little_as_its_number(kind: type[MasterData]) -> None:
    """What is not said is absent, so that an older schema's facts stay valid."""
    stated = kind(number="1")
    assert all(getattr(stated, each.name) == each.default for each in fields(kind) if each.name != "number")


@pytest.mark.parametrize(
    ("number", "parent", "reason"), [("", None, "number_missing"), ("1", "1", "parent_is_the_record_itself")]
)
def test_what_cannot_be_named_or_stands_below_itself_is_refused(number: str, parent: str | None, reason: str) -> None:
    """No dimension could have it."""
    with pytest.raises(MalformedError, match=rf"^{reason}$"):
        Customer(number=number, parent=parent)


@pytest.mark.parametrize(
    ("name", "field"),
    [("Tax", "Field"), ("tax id", "Field"), ("", "Field"), ("x" * 41, "Field"), ("tax_id", "Field, x")],
)
def test_what_could_not_be_asked_for_is_no_external_id(name: str, field: str) -> None:
    """A name that no mapping could say, or a field that would be more than a field in a query."""
    with pytest.raises(ValueError, match=f"customer_ids has {name!r} stand in what is no field"):
        check_external_ids("customer_ids", {"domain": "Website", name: field}, _FIELD)


def test_external_ids_of_any_name_are_declared() -> None:
    """Whatever the fields are called at the source, and however many stand in one; or there are none."""
    check_external_ids("customer_ids", {"erp_number": "ERP", "x" * 40: "ERP", "a1": "a"}, _FIELD)
    check_external_ids("customer_ids", {}, _FIELD)
