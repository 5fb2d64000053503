"""Members of a dimension whose master data has an owner: called, placed and named as the owner says, and never removed."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from functions.deliver.members import keep, keep_when_due
from tests.support.members_desk import MembersDesk
from tests.support.telling_masters import tell
from tieout.errors import AccessDeniedError
from tieout.facts.master_data import Customer, MasterData, Product
from tieout.ledger.masters import MasterLedger
from tieout.masters import MasterRecord
from tieout.ownership import Owner

if TYPE_CHECKING:
    import pytest

ERP, CRM = "netsuite-group", "hubspot-emea"
OWNER = Owner(name="customers", connection=ERP, facts=("Customer",), codes="C_{number}")


def owned_desk() -> MembersDesk:
    """A target whose customers are kept, and are the ERP's."""
    desk = MembersDesk(owners=(OWNER,))
    keep(desk.step, "Customer")
    desk.keeper.calls.clear()
    return desk


def keep_now(desk: MembersDesk) -> list[tuple[str, str, tuple[str, ...]]]:
    """Keep the customers; the calls that it took."""
    desk.keeper.calls.clear()
    keep(desk.step, "Customer")
    return desk.keeper.calls


def test_owned_customers_are_added_below_their_parents() -> None:
    """Parents first, by the names the owner gives; one whose parent is not here yet stands where nobody has said."""
    desk = owned_desk()
    for number, parent in (("2", "1"), ("1", None), ("3", "99")):
        tell(desk.table, ERP, Customer(number=number, name=f"Customer {number}", parent=parent))
    assert keep_now(desk) == [("Customer", "add", ("C_1", "C_3")), ("Customer", "add", ("C_2",))]
    assert {code: desk.keeper.parents("Customer")[code] for code in ("C_1", "C_2", "C_3")} == {
        "C_1": "top", "C_2": "c_1", "C_3": "top",
    }  # fmt: skip
    assert [each.name for each in desk.keeper.held("Customer") if each.code == "C_2"] == ["Customer 2"]
    assert keep_now(desk) == []


def test_a_customer_is_renamed_and_moved_when_its_owner_says_so() -> None:
    """And by nobody else, whatever is linked with it."""
    desk = owned_desk()
    for number in ("1", "2"):
        tell(desk.table, ERP, Customer(number=number, name=f"Customer {number}"))
    desk.map("77", "C_2")
    tell(desk.table, CRM, Customer(number="77", name="Another name", parent="78"))
    keep_now(desk)
    tell(desk.table, ERP, Customer(number="2", name="New name", parent="1"), version="2")
    assert keep_now(desk) == [("Customer", "change", ("C_2",))]
    [member] = [each for each in desk.keeper.held("Customer") if each.code == "C_2"]
    assert (member.name, desk.keeper.parents("Customer")["C_2"]) == ("New name", "c_1")


def test_all_records_are_read_once_where_a_cell_names_a_member_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whether it is declared, and what else is to be added with it, is found in one reading."""
    desk, read = owned_desk(), list[type[MasterData]]()
    tell(desk.table, ERP, Customer(number="1", name="One"))
    records = MasterLedger.records

    def counted(ledger: MasterLedger, kind: type[MasterData]) -> list[MasterRecord]:
        read.append(kind)
        return records(ledger, kind)

    monkeypatch.setattr(MasterLedger, "records", counted)
    assert desk.sure(("Customer", "C_1")) == {}
    assert "C_1" in desk.keeper.parents("Customer")
    assert read == [Customer]


def test_master_data_that_may_not_be_read_holds_up_no_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told when members are compared; planning refuses the cells of whom it does not have, and takes all others."""
    desk = owned_desk()

    def refuse(*_: object) -> None:
        raise AccessDeniedError("no index")

    monkeypatch.setattr(MasterLedger, "records", refuse)
    assert desk.sure(("Customer", "C_1")) == {}
    [finding] = keep(desk.step, "Customer").findings
    assert (finding.code, "no index" in finding.says) == ("members_denied", True)


def test_a_cell_of_a_customer_that_nobody_has_told_of_says_so() -> None:
    """Its number implies what it is called before its record comes; once it has, it is added and named by no reason any more."""
    desk = owned_desk()
    tell(desk.table, ERP, Customer(number="1", name="One"))
    reasons = desk.sure(("Customer", "C_1"), ("Customer", "C_2"))
    assert reasons == {("Customer", "C_2"): "member_unknown: nobody has told of a record that is called so"}
    assert "C_1" in desk.keeper.parents("Customer")
    assert desk.sure(("Customer", "C_2")) == reasons
    tell(desk.table, ERP, Customer(number="2", name="Two"))
    assert desk.sure(("Customer", "C_2")) == {}
    assert "C_2" in desk.keeper.parents("Customer")


def test_members_are_compared_as_soon_as_the_landscape_names_another_owner() -> None:
    """They are called as it says, and by its codes; what was there before stays."""
    desk = owned_desk()
    tell(desk.table, ERP, Customer(number="1", name="Of the ERP"))
    keep_when_due(desk.step)
    tell(desk.table, CRM, Customer(number="77", name="Of the CRM"))
    desk.map("77", "C_1", connection=CRM)
    desk.clock.advance(60)
    desk.step = desk.of_a_cold_function()
    keep_when_due(desk.step)
    desk.owners = (replace(OWNER, connection=CRM, codes="K_{number}"),)
    desk.step = desk.of_a_cold_function()
    keep_when_due(desk.step)
    names = {each.code: each.name for each in desk.keeper.held("Customer")}
    assert (names["C_1"], "K_77" in names) == (
        "Of the CRM",
        False,
    )  # a stored entry stands before what a number implies


def test_a_deleted_customer_stays_a_member() -> None:
    """Cells of years may name it."""
    desk = owned_desk()
    tell(desk.table, ERP, Customer(number="1", name="One"))
    keep_now(desk)
    tell(desk.table, ERP, Customer(number="1"), version="2", deleted=True)
    assert keep_now(desk) == []
    assert "C_1" in desk.keeper.parents("Customer")


def test_where_nobody_owns_parents_a_customer_stands_below_whom_all_name() -> None:
    """Once that is a member; until then where nobody has said, since its amounts are worth more than its place."""
    desk = owned_desk()
    desk.owners = (replace(OWNER, fields=("name",)),)
    desk.step = desk.of_a_cold_function()
    for number, parent in (("1", None), ("2", "1"), ("3", "99")):
        tell(desk.table, ERP, Customer(number=number, name=f"Customer {number}", parent=parent))
    keep_now(desk)
    parents = desk.keeper.parents("Customer")
    assert {code: parents[code] for code in ("C_1", "C_2", "C_3")} == {"C_1": "top", "C_2": "c_1", "C_3": "top"}
    tell(desk.table, ERP, Customer(number="99", name="Customer 99"))
    keep_now(desk)
    assert desk.keeper.parents("Customer")["C_3"] == "c_99"


def test_a_customer_that_mapping_tables_write_in_other_letters_is_one_member() -> None:
    """Planning does not tell them apart, and it is called and placed as its owner says, whoever else tells of it."""
    desk = owned_desk()
    desk.map("77", "c_1")
    tell(desk.table, ERP, Customer(number="1", name="One"))
    assert keep_now(desk) == [("Customer", "add", ("C_1",))]
    tell(desk.table, CRM, Customer(number="77", name="Another name"))
    tell(desk.table, ERP, Customer(number="2", name="Two"))
    tell(desk.table, ERP, Customer(number="1", name="Another one", parent="2"), version="2")
    assert keep_now(desk) == [("Customer", "add", ("C_2",)), ("Customer", "change", ("c_1",))]
    [member] = [each for each in desk.keeper.held("Customer") if each.code == "C_1"]
    assert (member.name, desk.keeper.parents("Customer")["C_1"]) == ("Another one", "c_2")


def test_owned_products_are_no_customers() -> None:
    """Each kind is called by the codes of its own mapping table."""
    desk = owned_desk()
    desk.owners = (OWNER, replace(OWNER, name="products", facts=("Product",), codes="P_{number}"))
    desk.step = desk.of_a_cold_function()
    tell(desk.table, ERP, Customer(number="1", name="One"))
    tell(desk.table, ERP, Product(number="1", name="Hosting"))
    assert keep_now(desk) == [("Customer", "add", ("C_1",))]


def test_where_nobody_owns_master_data_what_reads_it_is_not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most landscapes declare no owner, and their functions start sooner."""
    monkeypatch.delitem(sys.modules, "functions.deliver.owned", raising=False)
    desk = MembersDesk()
    desk.map("1", "ACME")
    keep(desk.step, "Customer")
    assert "ACME" in desk.keeper.parents("Customer")
    assert "functions.deliver.owned" not in sys.modules


def test_where_nobody_owns_customers_their_facts_name_no_members() -> None:
    """A mapping table alone does."""
    desk = MembersDesk()
    tell(desk.table, ERP, Customer(number="1", name="One"))
    desk.map("1", "ACME", connection=ERP)
    keep(desk.step, "Customer")
    assert [each.name for each in desk.keeper.held("Customer") if each.code == "ACME"] == ["ACME"]
