"""The simulated tenant's OData services: what is asked in which way, what is answered, and what is refused."""

from __future__ import annotations

import pytest

from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from tests.support.sap_tenant import BASE_URL, BILL, BILLS, CUBE, ODATA, ORDER, ORDERS, Scene

PRODUCTS = f"{ODATA}/API_PRODUCT_SRV/A_Product"
DESCRIPTIONS = f"{ODATA}/API_PRODUCT_SRV/A_ProductDescription"


@pytest.fixture(scope="module")
def five() -> Scene:
    """A tenant with five orders, a second apart from one another, of 100 to 500; the last is an American one."""
    scene = Scene()
    for number in range(1, 6):
        organization = "1710" if number == 5 else "1010"
        item = {"Material": f"TG{number}", "NetAmount": f"{number}00.00"}
        scene.clock.advance(1)
        scene.do(SalesOrders.create, ORDER | {"SalesOrganization": organization, "items": [item]})
    return scene


def numbers(scene: Scene, **options: str) -> str:
    """The last digits of the orders that a query finds, in its order."""
    return "".join(row["SalesOrder"][-1] for row in scene.rows(ORDERS, **options))


def error_of(scene: Scene, path: str, status: int = 400, /, **options: str) -> str:
    """The message of a refusal."""
    answer = scene.get(path, **options)
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["code"]
    assert error["message"]["lang"] == "en"
    assert error["innererror"].keys() == {"transactionid", "timestamp", "errordetails"}
    message: str = error["message"]["value"]
    return message


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("SalesOrder eq '3000002'", "2"),
        ("SalesOrder eq '0003000002'", "2"),
        ("SalesOrder ne '3000002'", "1345"),
        ("SalesOrder gt '3000002'", "345"),
        ("SalesOrder ge '0003000004'", "45"),
        ("SalesOrder lt '3000003' or SalesOrder eq '3000005'", "125"),
        ("TotalNetAmount le 200m", "12"),
        ("TotalNetAmount gt 99.5 and TotalNetAmount lt 300.00M", "12"),
        ("SalesOrganization eq '1710' or TotalNetAmount eq 100 and SalesOrganization eq '1010'", "15"),
        ("(SalesOrganization eq '1710' or TotalNetAmount eq 100) and SalesOrganization eq '1010'", "1"),
        ("not (SalesOrganization eq '1010')", "5"),
        ("LastChangeDateTime ge datetimeoffset'2026-03-02T09:00:04Z'", "45"),
        ("LastChangeDateTime gt datetimeoffset'2026-03-02T10:00:04+01:00'", "5"),
        ("LastChangeDateTime lt datetimeoffset'2026-03-02T09:00:01.000001Z'", "1"),
        ("LastChangeDateTime ge datetimeoffset'2026-03-02T09:00:04.0000000Z' and SalesOrganization eq '1010'", "4"),
        ("SalesOrderDate eq datetime'2026-03-02T00:00:00'", "12345"),
        ("SalesOrderDate ge datetime'2026-03-03'", ""),
        ("CompleteDeliveryIsDefined eq false", "12345"),
        ("CustomerPurchaseOrderDate eq null and SalesOrder eq '3000001'", "1"),
        ("CustomerPurchaseOrderDate ne null", ""),
        ("PurchaseOrderByCustomer eq ''", ""),
        ("PurchaseOrderByCustomer eq 'O''Neill'", ""),
    ],
)
def test_a_filter_finds(five: Scene, condition: str, found: str) -> None:
    """`and` binds more than `or`, numbers are the same with and without zeros, moments are compared wherever they are written."""
    assert numbers(five, filter=condition) == found


@pytest.mark.parametrize(
    "condition",
    [
        "SalesOrder eq 3000002",
        "SalesOrder = '3000002'",
        "SalesOrder eq",
        "salesorder eq '3000002'",
        "TotalNetAmount eq '100'",
        "LastChangeDateTime ge datetime'2026-03-02T09:00:04'",
        "LastChangeDateTime ge '2026-03-02'",
        "LastChangeDateTime ge datetimeoffset'yesterday'",
        "SalesOrderDate ge datetimeoffset'2026-03-02T00:00:00Z'",
        "SalesOrderDate ge datetime'2026-03-02T10:00:00'",
        "SalesOrderDate ge datetime''",
        "CompleteDeliveryIsDefined eq 'true'",
        "(SalesOrder eq '1'",
        "SalesOrder eq '1')",
        "SalesOrder eq '1' SalesOrder eq '2'",
        "substringof('1',SalesOrder)",
        "SalesOrder eq '1' ; drop",
    ],
)
def test_a_filter_that_is_wrong_is_refused(five: Scene, condition: str) -> None:
    """Also a literal of another type than the property: nothing is guessed."""
    assert error_of(five, ORDERS, filter=condition)


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({"orderby": "TotalNetAmount desc"}, "54321"),
        ({"orderby": "SalesOrganization desc,SalesOrder desc"}, "54321"),
        ({"orderby": "SalesOrganization asc, TotalNetAmount desc"}, "43215"),
        ({"top": "2"}, "12"),
        ({"skip": "3"}, "45"),
        ({"skip": "1", "top": "2", "orderby": "SalesOrder desc"}, "43"),
        ({"top": "0"}, ""),
    ],
)
def test_entities_come_in_an_order(five: Scene, options: dict[str, str], found: str) -> None:
    """As asked for, and by their key where nothing else decides."""
    assert numbers(five, **options) == found


@pytest.mark.parametrize(
    "options",
    [
        {"orderby": "Colour"},
        {"orderby": "SalesOrder up"},
        {"select": "Colour"},
        {"expand": "to_Colour"},
        {"expand": "to_Item", "select": "to_Item/Colour"},
        {"top": "-1"},
        {"skip": "a"},
        {"search": "100"},
    ],
)
def test_options_that_do_not_fit_are_refused(five: Scene, options: dict[str, str]) -> None:
    """By a body that says what is wrong."""
    assert error_of(five, ORDERS, **options)


def test_selected_properties_and_expanded_items(five: Scene) -> None:
    """Nothing else comes along but `__metadata`; what is not expanded is a way there."""
    (row,) = five.rows(
        ORDERS, filter="SalesOrder eq '3000002'", select="SalesOrder,to_Item/NetAmount,to_Item", expand="to_Item"
    )
    assert row.keys() == {"__metadata", "SalesOrder", "to_Item"}
    (item,) = row["to_Item"]["results"]
    assert item.keys() == {"__metadata", "NetAmount"}
    whole = five.entity(f"{ORDERS}('3000002')")
    address = f"{BASE_URL}{ORDERS}('3000002')"
    assert whole["to_Item"] == {"__deferred": {"uri": f"{address}/to_Item"}}
    assert whole["__metadata"] == {
        "id": address,
        "uri": address,
        "type": "API_SALES_ORDER_SRV.A_SalesOrderType",
        "etag": "W/\"datetimeoffset'2026-03-02T09%3A00%3A02.0000000Z'\"",
    }
    assert (whole["LastChangeDateTime"], whole["SalesOrderDate"]) == (
        "/Date(1772442002000+0000)/",
        "/Date(1772409600000)/",
    )
    assert (whole["CustomerPurchaseOrderDate"], whole["PriceDetnExchangeRate"]) == (None, "0.00000")
    assert five.entity(f"{ORDERS}('3000002')", select="SalesOrder").keys() == {"__metadata", "SalesOrder"}
    assert five.entity(f"{ORDERS}('3000002')", select="*").keys() == whole.keys()


def test_ways_lead_to_many_and_back_to_one(five: Scene) -> None:
    """A list below an entity is a list like any other; what is not there is said so with a code."""
    item_path = f"{ODATA}/API_SALES_ORDER_SRV/A_SalesOrderItem(SalesOrder='3000004',SalesOrderItem='10')"
    (item,) = five.rows(f"{ORDERS}('3000004')/to_Item", filter="NetAmount eq 400")
    assert item["__metadata"]["uri"] == BASE_URL + item_path
    assert five.rows(f"{ORDERS}('3000004')/to_Item", filter="NetAmount eq 401") == []
    assert five.entity(f"{item_path}/to_SalesOrder")["SalesOrder"] == "3000004"
    assert five.entity(item_path, expand="to_SalesOrder")["to_SalesOrder"]["SalesOrder"] == "3000004"
    assert five.entity(f"{ORDERS}('0003000004')")["SalesOrder"] == "3000004"
    assert "Resource not found" in error_of(five, f"{ORDERS}('1')", 404)


@pytest.mark.parametrize(
    "path",
    [
        f"{ODATA}/API_SALES_ORDER_SRV/A_Colour",
        f"{ODATA}/API_SALES_ORDER_SRV/A_BillingDocument",
        f"{ORDERS}(1)",
        f"{ORDERS}(SalesOrderItem='1')",
        f"{ORDERS}('3000001')/to_Colour",
        f"{ORDERS}/to_Item",
        f"{ODATA}/API_SALES_ORDER_SRV/A_SalesOrderItem('3000001')",
    ],
)
def test_paths_that_lead_nowhere_are_refused(five: Scene, path: str) -> None:
    """A set of another service, a key that is none, a way that is not there."""
    assert error_of(five, path)


def test_a_service_tells_what_it_has(five: Scene) -> None:
    """Its sets as JSON, its model as XML with keys, units and what its ETags are made of; a version behind its name is ignored."""
    assert five.get(f"{ODATA}/API_SALES_ORDER_SRV/").json()["d"]["EntitySets"] == ["A_SalesOrder", "A_SalesOrderItem"]
    answer = five.get(f"{ODATA}/API_SALES_ORDER_SRV;v=0001/$metadata")
    assert answer.headers["content-type"] == "application/xml"
    assert '<PropertyRef Name="SalesOrder"/>' in answer.text
    assert 'Name="LastChangeDateTime" Type="Edm.DateTimeOffset" Precision="7" ConcurrencyMode="Fixed"' in answer.text
    assert 'sap:unit="TransactionCurrency"' in answer.text
    assert "No service found" in error_of(five, f"{ODATA}/API_COLOUR_SRV/A_Colour", 404)


def test_json_is_answered_where_it_is_asked_for(five: Scene) -> None:
    """By the header or by the option; a caller who asks for neither would get Atom, which is not simulated."""
    plain = {"accept": "*/*"}
    assert five.get(ORDERS, plain).status_code == 406
    assert five.get(ORDERS, plain, format="json").status_code == 200
    assert five.get(f"{ORDERS}/$count", plain).text == "5"
    assert five.get(f"{ORDERS}/$count", filter="SalesOrganization eq '1010'").text == "4"
    assert five.get(f"{ORDERS}('3000002')/to_Item/$count").text == "1"


def test_a_long_list_comes_page_by_page() -> None:
    """Each says where the next is, with the same query; the count is of all of them. What is deleted meanwhile moves the rest."""
    scene = Scene(page_size=2)
    made = [scene.do(SalesOrders.create, ORDER) for _ in range(5)]
    answer = scene.get(
        ORDERS, filter="SalesOrganization eq '1010'", inlinecount="allpages", select="SalesOrder"
    ).json()["d"]
    assert (answer["__count"], len(answer["results"])) == ("5", 2)
    read, addresses = [row["SalesOrder"] for row in answer["results"]], [answer["__next"]]
    while addresses[-1]:
        page = scene.get(addresses[-1].removeprefix(BASE_URL)).json()["d"]
        read += [row["SalesOrder"] for row in page["results"]]
        addresses.append(page.get("__next", ""))
    assert (read, len(addresses)) == (made, 3)
    assert "__next" not in scene.get(ORDERS, top="2").json()["d"]
    assert len(scene.rows(ORDERS, top="3", skiptoken="2")) == 1
    scene.do(SalesOrders.delete, made[0])
    moved = scene.get(addresses[0].removeprefix(BASE_URL)).json()["d"]["results"]
    assert [row["SalesOrder"] for row in moved] == made[3:]


def test_expanded_items_are_not_paged() -> None:
    """All items of an order come along, however many there are."""
    scene = Scene(page_size=2)
    number = scene.do(SalesOrders.create, ORDER | {"items": [{"NetAmount": "1"}] * 5})
    assert len(scene.entity(f"{ORDERS}('{number}')", expand="to_Item")["to_Item"]["results"]) == 5
    second = scene.rows(f"{ORDERS}('{number}')/to_Item", skiptoken="2")
    assert [row["SalesOrderItem"] for row in second] == [
        "30", "40",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("leading_zeros", "shown"), [(False, ("17100001", "90000001")), (True, ("0017100001", "0090000001"))]
)
def test_numbers_come_with_or_without_zeros(leading_zeros: bool, shown: tuple[str, str]) -> None:  # noqa: FBT001 a parameter
    """As the tenant has it; numbers of journal entries have ten digits always."""
    scene = Scene(leading_zeros=leading_zeros)
    number = scene.do(Billing.create, BILL)
    row = scene.entity(f"{BILLS}('{number}')")
    assert (row["SoldToParty"], row["BillingDocument"]) == shown
    assert {line["AccountingDocument"] for line in scene.rows(CUBE)} == {"9000000001"}
    (_, told), *_ = scene.told()
    assert told == {"BillingDocument": shown[1]}
    items = [{"account": "61003000", "amount": "1"}, {"account": "21200000", "amount": "-1"}]
    key = scene.do(Journal.post, {"company_code": "1010", "posting_date": "2026-03-31", "items": items})
    assert scene.lines(key)[0]["AccountingDocument"] == "0100000001"


def test_a_key_may_hold_anything_between_its_quotes() -> None:
    """A slash, a quote, a space: of a product's number for example."""
    scene = Scene()
    scene.control("POST", "products", Product="A/B (C)", descriptions={"EN": "All of it"})
    scene.control("POST", "products", Product="O'Neill 1")
    address = scene.entity(f"{PRODUCTS}('A%2FB%20(C)')")["__metadata"]["uri"]
    assert address == f"{BASE_URL}{PRODUCTS}('A%2FB%20%28C%29')"
    assert len(scene.rows(f"{PRODUCTS}('A%2FB%20%28C%29')/to_Description")) == 1
    assert scene.entity(f"{PRODUCTS}('O''Neill%201')")["Product"] == "O'Neill 1"
    assert scene.entity(f"{DESCRIPTIONS}(Product='TG11',Language='DE')")["ProductDescription"] == "Plattform"
