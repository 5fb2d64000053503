"""The simulated Anaplan, driven by an independent client: `anaplan-sdk` finds there what it finds at Anaplan.

The SDK has its addresses built in, so its requests are turned to the simulator underneath it, in its transport; nothing of the
SDK is patched. It starts with a token that is no good, meets 401, and logs in by itself.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from anaplan_sdk import Client
from anaplan_sdk.exceptions import AnaplanException, InvalidCredentialsException, InvalidIdentifierException

from sandbox.systems.anaplan.app import create_app
from sandbox.systems.anaplan.certificates import IssuedCertificate, issue_certificate
from sandbox.systems.anaplan.definition import sandbox_definition
from sandbox.systems.anaplan.settings import TenantSettings
from sandbox.systems.serving import serve

SETTINGS = TenantSettings()
MEMBERS = {
    "Customer": "Acme Corporation",
    "Product line": "Software",
    "Legal entity": "EMEA GmbH",
    "Currency": "EUR",
    "Version": "Forecast",
}


class Turned(httpx2.BaseTransport):
    """Sends every request to the simulator, whichever of Anaplan's hosts it was for."""

    def __init__(self, base_url: str) -> None:
        self._base = httpx2.URL(base_url)
        self._inner = httpx2.HTTPTransport()
        self.hosts: set[str] = set()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """The simulator's answer."""
        self.hosts.add(request.url.host)
        turned = httpx2.Request(
            request.method,
            request.url.copy_with(scheme=self._base.scheme, host=self._base.host, port=self._base.port),
            headers=request.headers,
            stream=request.stream,
            extensions=request.extensions,
        )
        return self._inner.handle_request(turned)

    def close(self) -> None:
        """Let go of the connections."""
        self._inner.close()


@pytest.fixture(scope="module")
def certificate() -> IssuedCertificate:
    """What the tenant trusts, and a login that it does."""
    return issue_certificate(datetime.now(UTC))


@pytest.fixture
def url(certificate: IssuedCertificate) -> Iterator[str]:
    """A fresh tenant."""
    few = {"Product line": [("SOFTWARE", "Software")], "Currency": [("EUR", "EUR")]}
    settings = TenantSettings(authority_pem=certificate.authority_pem, largest_page=3)
    with serve(create_app(settings, definition=sandbox_definition(few))) as base_url:
        yield base_url


@pytest.fixture
def transport(url: str) -> Iterator[Turned]:
    """The way to it."""
    with Turned(url) as turned:
        yield turned


@pytest.fixture
def client(transport: Turned) -> Client:
    """The SDK, logging in by password."""
    return sdk(transport)


def sdk(transport: Turned, *, password: str = SETTINGS.password, model_id: str = SETTINGS.model_id) -> Client:
    """The SDK with a used-up token and the integration user's password."""
    return Client(
        workspace_id=SETTINGS.workspace_id,
        model_id=model_id,
        user_email=SETTINGS.username,
        password=password,
        token="used-up",
        transport=transport,
        retry_count=0,
    )


def test_the_sdk_logs_in_by_password(client: Client, transport: Turned) -> None:
    """It meets 401, asks the authentication host for a token, and goes on."""
    assert [each.name for each in client.get_workspaces()] == ["Group finance"]
    assert transport.hosts == {"api.anaplan.com", "auth.anaplan.com"}


def test_the_sdk_logs_in_by_certificate(transport: Turned, certificate: IssuedCertificate) -> None:
    """Its header, nonce and signature are accepted as they are."""
    client = Client(
        model_id=SETTINGS.model_id,
        certificate=certificate.certificate_pem,
        private_key=certificate.private_key_pem,
        token="used-up",
        transport=transport,
    )
    assert client.get_model().active_state == "UNLOCKED"


def test_a_certificate_of_another_authority_does_not_log_in(transport: Turned) -> None:
    """Only certificates of an authority the tenant trusts prove anybody, though key and signature fit."""
    foreign = issue_certificate(datetime.now(UTC))
    client = Client(
        model_id=SETTINGS.model_id,
        certificate=foreign.certificate_pem,
        private_key=foreign.private_key_pem,
        token="used-up",
        transport=transport,
    )
    with pytest.raises(InvalidCredentialsException):
        client.get_model()


def test_a_wrong_password_does_not_log_in(transport: Turned) -> None:
    """The authentication host answers 401."""
    with pytest.raises(InvalidCredentialsException):
        sdk(transport, password="wrong").get_workspaces()


def test_the_sdk_finds_the_model(client: Client) -> None:
    """Model, state, modules over pages cut short by the server, line items, dimensions and lists have the shapes it checks."""
    assert [each.id for each in client.get_models()] == [SETTINGS.model_id]
    assert client.get_model().model_transaction_running is False
    assert client.tr.get_model_status().current_step == "Open"
    assert [each.name for each in client.tr.get_modules()] == [
        "Pipeline", "Bookings", "Renewals", "Recurring revenue", "Actuals", "Cash", "Operating expenses", "Billings",
        "Orders", "Commitments",
    ]  # fmt: skip
    assert client.tr.get_modules(sort_by="name", descending=True)[0].name == "Renewals"
    pipeline = client.tr.get_modules()[0]
    line_items = client.tr.get_line_items(pipeline.id)
    assert [each.name for each in line_items][:2] == ["Amount", "Amount USD"]
    assert next(each for each in line_items if each.name == "Gap USD").formula == "Amount USD - Weighted amount USD"
    assert [each.name for each in client.tr.get_line_item_dimensions(line_items[0].id)] == [
        "Customer", "Product line", "Legal entity", "Currency", "Time", "Version",
    ]  # fmt: skip
    assert "Cost centre" in [each.name for each in client.tr.get_lists()]
    assert client.tr.get_current_period().calendar_type == "Calendar Months/Quarters/Years"


def test_the_sdk_looks_members_up(client: Client) -> None:
    """By code or name, upper and lower case alike; those that do not exist are left out, and none is an empty answer."""
    customers = next(each.id for each in client.tr.get_lists() if each.name == "Customer")
    found = client.tr.lookup_dimension_items(customers, codes=["acme", "NOBODY"], names=["Globex GmbH"])
    assert {each.code for each in found} == {"ACME", "GLOBEX"}
    assert client.tr.lookup_dimension_items(customers, codes=["NOBODY"]) == []
    assert {each.code for each in client.tr.get_dimension_items(customers)} >= {"ACME", "ALL_CUSTOMERS"}


def test_time_has_no_codes_to_look_up(client: Client) -> None:
    """Codes for a dimension without codes are a bad request."""
    with pytest.raises(AnaplanException, match="codes"):
        client.tr.lookup_dimension_items(20000000003, codes=["Mar 26"])


def test_the_sdk_changes_lists(client: Client) -> None:
    """Add, update, delete, each telling what it did not do."""
    customers = next(each.id for each in client.tr.get_lists() if each.name == "Customer")
    before = client.tr.get_list_metadata(customers).item_count
    added = client.tr.insert_list_items(
        customers, [{"name": "Vandelay", "code": "VANDELAY"}, {"name": "Acme again", "code": "ACME"}]
    )
    assert (added.added, added.ignored, added.total, added.failures[0].index) == (1, 1, 2, 1)
    changed = client.tr.update_list_items(
        customers, [{"code": "VANDELAY", "name": "Vandelay Industries"}, {"name": "Soylent AG"}]
    )
    assert (changed.updated, changed.failures[0].reason) == (1, "INCOMPLETE_DATA")
    item = next(each for each in client.tr.get_list_items(customers) if each.code == "VANDELAY")
    assert (item.name, item.parent) == ("Vandelay Industries", "All customers")
    assert client.tr.delete_list_items(customers, [{"code": "VANDELAY"}]).deleted == 1
    assert client.tr.get_list_metadata(customers).item_count == before


def test_the_sdk_writes_cells_and_reads_them_back(client: Client) -> None:
    """By name, code and id; in the grid, added up in quarter and all customers, and in the single-column file."""
    pipeline = client.tr.get_modules()[0].id
    assert client.tr.update_module_data(pipeline, [cell(value=1500.25), cell(period="Apr 26", value="10.75")]) == 2
    view = client.tr.get_view_info(pipeline)
    assert ([each.name for each in view.rows], [each.name for each in view.columns]) == (["Line items"], ["Time"])
    pages = [
        (dimension.id, client.tr.lookup_dimension_items(dimension.id, names=[MEMBERS[dimension.name]])[0].id)
        for dimension in view.pages
        if dimension.name != "Version"
    ]
    data = client.tr.get_view_data(pipeline, pages=[*pages, (20000000020, 107000000002)])
    assert data["pages"] == ["Acme Corporation", "Software", "EMEA GmbH", "EUR", "Forecast"]
    months = [each[0] for each in data["columnCoordinates"]]
    amounts = next(row["cells"] for row in data["rows"] if row["rowCoordinates"] == ["Amount"])
    by_month = dict(zip(months, amounts, strict=True))
    assert (by_month["Mar 26"], by_month["Apr 26"], by_month["Q2 FY26"], by_month["FY26"]) == (
        "1500.25",
        "10.75",
        "10.75",
        "1511",
    )
    tabular = client.tr.get_view_data(
        pipeline, parent_module_id=pipeline, export_type="TABULAR_SINGLE_COLUMN", data_format="text/csv"
    )
    lines = [line for line in csv.reader(io.StringIO(tabular.decode())) if line[-1] not in {"0", "Value"}]
    assert ["Acme Corporation", "Software", "EMEA GmbH", "EUR", "Forecast", "Mar 26", "Amount", "1500.25"] in lines
    assert len(lines) == 2


def test_the_sdk_sees_what_was_not_written(client: Client) -> None:
    """The good cell is set, the aggregate, the calculated, the unknown and the incomplete ones are told by position."""
    pipeline = client.tr.get_modules()[0].id
    answer = client.tr.update_module_data(
        pipeline,
        [cell(period="Q1 FY26"), cell(), cell(line_item="Gap USD"), cell(customer="Nobody"), cell(customer=None)],
    )
    assert isinstance(answer, dict)
    assert answer["numberOfCellsChanged"] == 1
    assert [(each["requestIndex"], each["failureType"]) for each in answer["failures"]] == [
        (0, "cellIsCalculated"), (2, "cellIsCalculated"), (3, "cellIsInvalid"), (4, "cellIsInvalid"),
    ]  # fmt: skip


def test_a_view_of_more_than_a_million_cells_is_not_read_at_once(client: Client) -> None:
    """Anaplan answers 400 rather than a part of the cells, so a check has to go page by page."""
    customers = next(each.id for each in client.tr.get_lists() if each.name == "Customer")
    client.tr.insert_list_items(customers, [{"name": f"Customer {n}", "code": f"C{n}"} for n in range(700)])
    pipeline = client.tr.get_modules()[0].id
    with pytest.raises(AnaplanException, match="1,000,000"):
        client.tr.get_view_data(
            pipeline, parent_module_id=pipeline, export_type="TABULAR_SINGLE_COLUMN", data_format="text/csv"
        )


@pytest.mark.parametrize("wrong", [None, []], ids=["null value", "no cells"])
def test_a_body_that_is_wrong_as_a_whole_is_refused_as_a_whole(client: Client, wrong: object) -> None:
    """A null value, or no cell at all, is a bad request: nothing is set."""
    pipeline = client.tr.get_modules()[0].id
    with pytest.raises(AnaplanException):
        client.tr.update_module_data(pipeline, [cell() | {"value": None}] if wrong is None else [])


def test_what_is_not_there_is_a_404(transport: Turned) -> None:
    """A model nobody may see and one that does not exist look the same."""
    with pytest.raises(InvalidIdentifierException):
        sdk(transport, model_id="0" * 32).tr.get_modules()


def cell(
    *, line_item: str = "Amount", customer: str | None = "Acme Corporation", period: str = "Mar 26", value: object = 1
) -> dict[str, object]:
    """A cell of Pipeline as the vendor's examples write it."""
    members = {**MEMBERS, "Customer": customer, "Time": period}
    dimensions = [{"dimensionName": name, "itemName": member} for name, member in members.items() if member]
    return {"lineItemName": line_item, "dimensions": dimensions, "value": value}
