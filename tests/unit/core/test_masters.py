"""What holds of a master, whatever other systems say of it, and which records may be the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tieout.arriving.notice import RecordKey
from tieout.crosswalk import evidence_of, suggestions
from tieout.facts.master_data import (
    DOMAIN,
    TABLES,
    TAX_ID,
    Customer,
    external_ids,
)
from tieout.masters import FIELDS, Conflict, MasterRecord, conflicts, masters_of, members
from tieout.members import Member
from tieout.ownership import Owner, Ownership

ERP, CRM, BILLING = "erp", "crm", "billing"
OWNER = Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}", linked_by=(TAX_ID,))
OF_DOMAINS = Owner(name="domains", connection=CRM, facts=("Customer",), fields=("external_ids",))
OWNERSHIP = Ownership((OWNER, OF_DOMAINS))


def customer(connection: str, number: str, code: str | None = "C_1", **says: object) -> MasterRecord:
    """A customer of a connection, which planning calls by a code."""
    parent, said, linked_with = (says.pop(each, None) for each in ("parent", "said", "linked_with"))
    fact = Customer(number=number, **says)  # type: ignore[arg-type]  # the fields of the test's own words
    record = RecordKey(connection, "customer", number)
    assert parent is None or isinstance(parent, str)
    named = {"said": str(said or ""), "linked_with": str(linked_with or "")}
    return MasterRecord(record=record, fact=fact, company="EMEA", code=code, parent=parent, **named)


ACME = customer(ERP, "1", name="Acme", country="DE", parent="C_0", external_ids=external_ids({TAX_ID: "DE1"}))
ACME_IN_CRM = customer(CRM, "77", name="ACME Inc.", currency="EUR", external_ids=external_ids({DOMAIN: "acme.example"}))


def test_a_field_is_what_its_owner_says() -> None:
    """Whoever else says something; what nobody but another says is not taken for it."""
    [master] = masters_of([ACME_IN_CRM, ACME])
    assert master.holds("name", OWNERSHIP) == "Acme"
    assert master.holds("parent", OWNERSHIP) == "C_0"
    assert master.holds("currency", OWNERSHIP) is None
    assert master.holds(DOMAIN, OWNERSHIP) == "acme.example"
    assert master.holds(TAX_ID, OWNERSHIP) is None  # its owner is the CRM, which has none


def test_what_others_say_is_a_conflict_where_it_is_something_else() -> None:
    """It names both, and what each says; who says nothing, or the same, contradicts nobody."""
    also = customer(BILLING, "b", name="Acme", country="FR")
    assert list(conflicts(masters_of([ACME, ACME_IN_CRM, also]), OWNERSHIP)) == [
        Conflict(
            kind="Customer", code="C_1", field="country",
            owner=ACME.record, owner_says="DE", record=also.record, says="FR",
        ),
        Conflict(
            kind="Customer", code="C_1", field="name",
            owner=ACME.record, owner_says="Acme", record=ACME_IN_CRM.record, says="ACME Inc.",
        ),
    ]  # fmt: skip


def test_codes_in_other_letters_are_of_one_master() -> None:
    """Planning does not tell them apart, so its owner is believed about all of them; it has the code of its first record."""
    [master] = masters_of([ACME, replace(ACME_IN_CRM, code="c_1")])
    assert (master.code, master.records[1], master.holds("name", OWNERSHIP)) == ("c_1", ACME, "Acme")
    assert [each.field for each in conflicts([master], OWNERSHIP)] == ["name"]


def test_two_records_of_the_owner_contradict_nobody() -> None:
    """They are one in planning because somebody wants it so."""
    twin = customer(ERP, "2", name="Acme Holding")
    assert list(conflicts(masters_of([ACME, twin]), OWNERSHIP)) == []


def test_an_owner_of_a_field_is_believed_about_nothing_else() -> None:
    """And whoever owns the kind about all other fields."""
    ownership = Ownership((OWNER, replace(OF_DOMAINS, fields=("name",))))
    [master] = masters_of([ACME, ACME_IN_CRM])
    assert master.holds("name", ownership) == "ACME Inc."
    assert master.holds("country", ownership) == "DE"
    assert master.holds(TAX_ID, ownership) == "DE1"


def test_where_nobody_owns_a_kind_all_have_to_agree() -> None:
    """Else nothing holds: which of them is right nobody has said."""
    [master] = masters_of([ACME, ACME_IN_CRM])
    assert master.holds("name", Ownership()) is None
    assert master.holds("country", Ownership()) == "DE"
    [master] = masters_of([ACME, replace(ACME_IN_CRM, fact=replace(ACME_IN_CRM.fact, name="Acme"))])
    assert master.holds("name", Ownership()) == "Acme"


def test_where_the_owner_has_no_record_nobody_is_believed_instead() -> None:
    """One that is linked with none of the owner's is called as nobody has said."""
    [master] = masters_of([ACME_IN_CRM])
    assert master.holds("name", OWNERSHIP) is None
    assert master.holds("name", Ownership()) == "ACME Inc."


def test_an_owner_of_a_company_is_believed_about_its_records() -> None:
    """Another company's are another's."""
    here = Ownership((replace(OWNER, legal_entities=("APAC",)),))
    [master] = masters_of([ACME, ACME_IN_CRM])
    assert master.owner_of("name", here) is None
    there = replace(ACME, company="APAC")
    assert masters_of([there, ACME_IN_CRM])[0].owner_of("name", here) == there


def test_that_a_record_is_not_active_any_more_is_said() -> None:
    """That it is goes without saying: not every system knows."""
    gone = customer(CRM, "77", is_active=False)
    assert (ACME.says().get("is_active"), gone.says()["is_active"]) == (None, "no")


def test_blanks_and_line_breaks_make_no_other_name() -> None:
    """Planning keeps neither: a member would be renamed for ever, and a conflict be none."""
    broken = customer(CRM, "77", name=" Acme\u00a0\r\n")
    assert list(conflicts(masters_of([ACME, broken]), OWNERSHIP)) == []
    [member] = members(masters_of([customer(ERP, "1", name="Acme \n  GmbH\t")]), OWNERSHIP)
    assert member.name == "Acme GmbH"
    assert "name" not in customer(ERP, "1", name=" \n").says()


def test_members_have_the_name_and_parent_that_hold() -> None:
    """In order of their codes, each placed by its owner where that has a record; what planning has no name for is none."""
    other = customer(CRM, "8", code="C_0")
    nameless = customer(CRM, "6", code=None)
    found = members(masters_of([ACME_IN_CRM, nameless, ACME, other]), OWNERSHIP)
    assert found == [Member("C_0", "", ""), Member("C_1", "Acme", "C_0", is_owned=True)]
    of_names = Ownership((replace(OWNER, fields=("name",), codes="", linked_by=()),))
    assert [each.is_owned for each in members(masters_of([ACME]), of_names)] == [False]


def test_two_records_of_one_name_in_planning_are_not_below_each_other() -> None:
    """Somebody has made a company and its group one member: it is not below itself."""
    group = customer(ERP, "2", code="c_1", name="Group")
    [found] = members(masters_of([replace(ACME, parent="c_1"), group]), OWNERSHIP)
    assert (found.code, found.parent, found.is_owned) == ("C_1", "", True)


TAXED = external_ids({TAX_ID: "de 1"})


def test_records_that_share_a_declared_id_may_be_the_same() -> None:
    """The evidence says by what; the name alone is none."""
    there = customer(CRM, "8", code=None, name="acme ", external_ids=TAXED)
    [found] = suggestions([there, ACME], OWNERSHIP)
    assert (found.record, found.owner, found.others) == (there, ACME, 0)
    assert found.evidence == ("tax_id=DE1", "the same name")
    assert suggestions([replace(there, fact=Customer(number="8", name="Acme")), ACME], OWNERSHIP) == []


def test_a_record_that_names_the_owners_number_may_be_the_same() -> None:
    """As where sellers keep the number of the ERP beside their account."""
    there = customer(CRM, "8", code=None, name="Other", external_ids=external_ids({ERP: "1"}))
    [found] = suggestions([there, ACME], OWNERSHIP)
    assert found.evidence == ("erp=1",)


@pytest.mark.parametrize(
    "there",
    [
        customer(CRM, "8", code="C_9", external_ids=TAXED),  # somebody has said already
        customer(ERP, "8", code=None, external_ids=TAXED),  # the owner's own
        customer(CRM, "8", code=None, external_ids=external_ids({DOMAIN: "acme.example"})),  # not declared
    ],
)
def test_nothing_else_is_suggested(there: MasterRecord) -> None:
    """Nor what planning has no name for yet."""
    owned = customer(ERP, "1", external_ids=external_ids({TAX_ID: "DE1", DOMAIN: "acme.example"}))
    assert suggestions([there, owned], OWNERSHIP) == []
    unnamed = replace(owned, code=None)
    assert suggestions([customer(CRM, "8", code=None, external_ids=TAXED), unnamed], OWNERSHIP) == []


def test_what_is_linked_with_what_is_called_otherwise_by_now_may_be_the_same() -> None:
    """It has another's name. While both are called alike nothing is suggested, whoever else it may be."""
    linked = customer(CRM, "8", code="C_1", said="C_1", linked_with="erp/customer/1", external_ids=TAXED)
    owned = replace(ACME, said="C_1")
    twin = customer(ERP, "2", code="C_2", said="C_2", external_ids=TAXED)
    assert suggestions([linked, owned, twin], OWNERSHIP) == []
    renamed = replace(owned, code="ACME", said="ACME")
    assert [each.owner for each in suggestions([linked, renamed], OWNERSHIP)] == [renamed]
    assert [each.owner for each in suggestions([linked, twin], OWNERSHIP)] == [twin]  # the one it was is gone


def test_what_a_link_rests_on_is_what_both_have_now() -> None:
    """Ids of one name and value, the owner's number, and the name."""
    there = customer(CRM, "8", name="acme", external_ids=external_ids({TAX_ID: "DE1", DOMAIN: "a.example", ERP: "1"}))
    assert evidence_of(there, ACME) == ("erp=1", "tax_id=DE1", "the same name")
    assert evidence_of(there, customer(ERP, "2", external_ids=external_ids({TAX_ID: "DE2"}))) == ()


def test_several_that_it_may_be_are_all_told() -> None:
    """Somebody has to choose."""
    there = customer(CRM, "8", code=None, external_ids=TAXED)
    twin = customer(ERP, "2", code="C_2", external_ids=TAXED)
    assert [(each.owner, each.others) for each in suggestions([there, twin, ACME], OWNERSHIP)] == [(ACME, 1), (twin, 1)]


def test_every_field_that_a_record_can_say_is_one_that_can_be_owned() -> None:
    """All that master data has beside its identity and its external ids."""
    identity = {"number", "legal_entity", "external_ids"}
    stated = {name for kind in TABLES for name in kind.__dataclass_fields__}
    assert set(FIELDS) == stated - identity
