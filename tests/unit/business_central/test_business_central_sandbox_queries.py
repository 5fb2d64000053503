"""What the simulated environment answers to queries, and which it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sandbox.systems.business_central import journals
from sandbox.systems.business_central.answering import ODataError
from tests.support.central_environment import ACCRUAL, PORTUGAL, SPAIN, Scene


@pytest.fixture(scope="module")
def scene() -> Scene:
    """An invoice of four entries, a journal of two, and one in the other company."""
    made = Scene()
    made.post()
    made.clock.advance(1)
    for company in (SPAIN, PORTUGAL):
        with made.environment.saving(company) as saving:
            journals.post_journal(saving, ACCRUAL)
    return made


def entries(scene: Scene, **query: str) -> list[int]:
    """The numbers of the entries a query finds."""
    return [each["entryNumber"] for each in scene.find("generalLedgerEntries", **query)]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("documentNumber eq 'ACC-03'", [5, 6]),
        ("documentNumber ne 'ACC-03'", [1, 2, 3, 4]),
        ("documentNumber eq 'PS-INV103001' and accountNumber eq '4000'", [1]),
        ("(accountNumber eq '4000' or accountNumber eq '4100') and debitAmount eq 0", [1, 2]),
        ("accountNumber in ('4000', '2300')", [1, 6]),
        ("entryNumber gt 2 and entryNumber le 5", [3, 4, 5]),
        ("entryNumber ge 5", [5, 6]),
        ("entryNumber lt 2", [1]),
        ("creditAmount gt 2100", [1]),
        ("creditAmount ge 2100.00", [1, 3]),
        ("debitAmount lt 12100 and debitAmount gt 99", [5]),
        ("documentType eq ' '", [5, 6]),
        ("documentType eq '_x0020_'", [5, 6]),
        ("documentType eq 'Invoice'", [1, 2, 3, 4]),
        ("postingDate eq 2026-03-31", [1, 2, 3, 4, 5, 6]),
        ("postingDate lt 2026-03-31", []),
        ("lastModifiedDateTime gt 2026-03-02T09:00:00.5Z", [5, 6]),
        ("lastModifiedDateTime gt 2026-03-02T10:00:00.5+01:00", [5, 6]),
        ("lastModifiedDateTime lt 2026-03-02T09:00:00.5000000Z", [1, 2, 3, 4]),
        ("description eq 'it''s none'", []),
    ],
)
def test_a_filter_finds_what_it_says(scene: Scene, stated: str, expected: list[int]) -> None:
    """Of the company that is asked, in the order of the entries' numbers; amounts by their worth, moments by their instant."""
    assert entries(scene, filter=stated) == expected


@pytest.mark.parametrize(
    ("stated", "status", "code", "said"),
    [
        ("lastDateTimeModified gt 2026-03-02T09:00:00Z", 400, "BadRequest",
         "Could not find a property named 'lastDateTimeModified' on type 'Microsoft.NAV.generalLedgerEntry'."),
        ("accountId eq '55e545bc-f6f9-ef11-9344-6045bdc8c234'", 400, "BadRequest", "'Edm.Guid' and 'Edm.String'"),
        ("documentNumber eq 55e545bc-f6f9-ef11-9344-6045bdc8c234", 400, "BadRequest", "'Edm.String' and 'Edm.Guid'"),
        ("postingDate eq '2026-03-31'", 400, "BadRequest", "'Edm.Date' and 'Edm.String'"),
        ("documentNumber eq 'A' or accountNumber eq 'B'", 501, "BadRequest_MethodNotImplemented", "distinct fields"),
        ("documentNumber eq 'A' or (documentNumber eq 'B' and entryNumber gt 1)", 501, "BadRequest_MethodNotImplemented",
         "distinct fields"),
        ("documentNumber eq", 400, "BadRequest", "Syntax error"),
        ("documentNumber like 'A'", 400, "BadRequest", "Syntax error"),
        ("documentNumber eq 'A' entryNumber eq 1", 400, "BadRequest", "Syntax error"),
        ("(documentNumber eq 'A'", 400, "BadRequest", "Syntax error"),
        ("documentNumber eq 'A", 400, "BadRequest", "Syntax error"),
        ("transaction_number eq 1", 400, "BadRequest", "transaction_number"),
    ],
)  # fmt: skip
def test_a_filter_that_the_api_does_not_take_is_refused(
    scene: Scene, stated: str, status: int, code: str, said: str
) -> None:
    """Nothing is guessed, and what only the tables know is no property."""
    with pytest.raises(ODataError) as refused:
        entries(scene, filter=stated)
    assert (refused.value.status, refused.value.code) == (status, code)
    assert said in refused.value.message


@pytest.mark.parametrize(
    "query",
    [{"orderby": "rank"}, {"select": "closing"}, {"expand": "customer"}, {"expand": "dimensionSetLines($select=rank)"},
     {"top": "-1"}, {"search": "x"}, {"orderby": "entryNumber up"}, {"skiptoken": "x"},
     {"expand": "dimensionSetLines($top=1)"}],
)  # fmt: skip
def test_other_options_are_refused_alike(scene: Scene, query: dict[str, str]) -> None:
    """A property, a relation or an option that is none."""
    with pytest.raises(ODataError) as refused:
        entries(scene, **query)
    assert (refused.value.status, refused.value.code) == (400, "BadRequest")


def test_entities_come_in_the_asked_order_and_as_many_as_asked(scene: Scene) -> None:
    """By more than one property, up or down; the entry's number decides what is equal."""
    assert entries(scene, orderby="entryNumber desc", top="2") == [6, 5]
    assert entries(scene, orderby="documentType desc,accountNumber", top="3") == [4, 3, 1]
    assert entries(scene, orderby="postingDate asc", skip="4") == [5, 6]
    assert entries(scene, top="0") == []


@pytest.mark.parametrize("order", ["entryNumber", "lastModifiedDateTime desc", "documentType desc,postingDate"])
def test_pages_hold_every_entity_once(scene: Scene, order: str) -> None:
    """In any order, with a filter, to the end of what was asked for."""
    whole = entries(scene, orderby=order, filter="entryNumber ne 3", top="4")
    found, token = [], ""
    while True:
        query = {"orderby": order, "filter": "entryNumber ne 3", "top": "4"} | ({"skiptoken": token} if token else {})
        page = scene.page("generalLedgerEntries", most=3, **query)
        found += [each["entryNumber"] for each in page.entities]
        token = page.token
        if not token:
            break
    assert found == whole
    assert len(whole) == 4


def test_a_page_that_is_just_full_is_the_last(scene: Scene) -> None:
    """No page behind it is promised."""
    assert not scene.page("generalLedgerEntries", most=6).token
    assert scene.page("generalLedgerEntries", most=5).token
    assert scene.page("generalLedgerEntries", most=5, count="true").total == 6


def test_pages_are_no_longer_than_the_environment_makes_them() -> None:
    """Whatever the caller would like."""
    scene = Scene(page_size=2)
    assert [each["number"] for each in scene.page("accounts", most=20_000).entities] == ["1100", "1300"]


def test_only_what_is_selected_is_shown(scene: Scene) -> None:
    """Also of what is expanded; the tag comes always."""
    page = scene.page(
        "generalLedgerEntries", select="entryNumber,creditAmount", top="1", expand="account($select=number)"
    )
    (entry,) = page.entities
    account = entry.pop("account")
    assert entry.pop("@odata.etag").startswith('W/"')
    assert entry == {"entryNumber": 1, "creditAmount": 9900}
    assert account.keys() == {"@odata.etag", "number"}
    assert account["number"] == "4000"


def test_relations_can_be_expanded_within_each_other(scene: Scene) -> None:
    """An invoice with its lines, and their dimensions."""
    (invoice,) = scene.find("salesInvoices", expand="salesInvoiceLines($expand=dimensionSetLines),customer")
    lines = invoice["salesInvoiceLines"]
    assert [(each["lineObjectNumber"], len(each["dimensionSetLines"])) for each in lines] == [("4000", 1), ("4100", 0)]
    assert invoice["customer"]["number"] == "10000"
    dimension = lines[0]["dimensionSetLines"][0]
    assert (dimension["parentId"], dimension["parentType"]) == (lines[0]["id"], "Sales_x0020_Invoice_x0020_Line")


def test_lines_are_listed_of_a_document_alone(scene: Scene) -> None:
    """Whose lines are meant must be said."""
    with pytest.raises(ODataError, match="Document Id"):
        scene.find("salesInvoiceLines")
    (invoice,) = scene.find("salesInvoices")
    found = scene.find("salesInvoiceLines", filter=f"documentId eq {invoice['id']}")
    assert [each["sequence"] for each in found] == [10000, 20000]


def test_values_are_written_as_the_vendor_writes_them() -> None:
    """Whole amounts without a point, seconds without zeros at their end, members of enumerations escaped unless told otherwise."""
    scene = Scene()
    scene.clock.advance(0.37)
    scene.post({"party": "10000", "date": "2026-03-31", "lines": [{"account": "4000", "amount": "128.40"}]})
    scene.clock.advance(0.63)
    scene.post(
        {"party": "10000", "date": "2026-03-31", "lines": [{"account": "4000", "amount": "5.00"}]}, "salesCreditMemos"
    )
    found = scene.find("generalLedgerEntries", filter="accountNumber eq '4000'")
    assert [(each["debitAmount"], each["creditAmount"], each["documentType"]) for each in found] == [
        (0, 128.4, "Invoice"), (5, 0, "Credit_x0020_Memo"),
    ]  # fmt: skip
    assert [type(each["debitAmount"]) for each in found] == [int, int]
    stamps = [each["lastModifiedDateTime"] for each in found]
    assert stamps == ["2026-03-02T09:00:00.371Z", "2026-03-02T09:00:01.001Z"]
    scene.clock.advance(1)
    with scene.environment.saving(SPAIN) as saving:
        saving.update("customers", str(scene.row("customers", number="10000")["id"]), {"displayName": "Ejemplo 2"})
    assert scene.find("customers", filter="number eq '10000'")[0]["lastModifiedDateTime"] == "2026-03-02T09:00:02Z"
    scene.settings.escaped_enumerations = False
    assert scene.find("generalLedgerEntries", filter="debitAmount eq 5")[0]["documentType"] == "Credit Memo"


def test_a_tag_changes_with_every_save_of_its_record() -> None:
    """And with no other."""
    scene = Scene()

    def tags() -> dict[str, str]:
        return {each["number"]: each["@odata.etag"] for each in scene.page("customers").entities}

    before = tags()
    with scene.environment.saving(SPAIN) as saving:
        saving.update("customers", str(scene.row("customers", number="10000")["id"]), {"displayName": "x"})
    after = tags()
    assert {each for each in before if before[each] != after[each]} == {"10000"}


def test_the_books_of_a_company_balance(scene: Scene) -> None:
    """What a reader finds adds up to nothing."""
    found = scene.find("generalLedgerEntries")
    assert sum(Decimal(str(each["debitAmount"])) - Decimal(str(each["creditAmount"])) for each in found) == 0
