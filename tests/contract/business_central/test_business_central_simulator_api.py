"""The simulated environment over HTTP, held against the shapes that Business Central's documentation and tenants show.

No reader of OData v4 is among our dependencies: what is expected here is written down from those shapes, not taken from the
line's own reader.
"""

from __future__ import annotations

import threading

import pytest

from tests.support.central_environment import MOROCCO, PORTUGAL, SPAIN
from tests.support.central_wire import API, TENANT, Central


def test_a_token_is_given_for_the_secret_and_ends_when_it_said(central: Central) -> None:
    """As Entra answers: seconds as a number, and nothing of the API before or after."""
    answer = central.sign_in()
    assert answer.json().keys() == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert (answer.json()["token_type"], answer.json()["expires_in"]) == ("Bearer", 3599)
    central.get("/companies")
    central.clock.advance(3_599)
    refused = central.call("GET", "/companies")
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "Authentication_InvalidCredentials")
    assert refused.json()["error"].keys() == {"code", "message"}


@pytest.mark.parametrize(
    ("changes", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "wrong"}, 400, "unauthorized_client", 700016),
        ({"scope": "openid"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
        ({"tenant": "wrong"}, 400, "invalid_request", 90002),
    ],
)
def test_a_token_is_refused_as_entra_refuses_it(
    central: Central, changes: dict[str, str], status: int, error: str, number: int
) -> None:
    """With the number of what was wrong."""
    refused = central.sign_in(**changes)
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert refused.json()["error_codes"] == [number]
    assert refused.json()["error_description"].startswith(f"AADSTS{number}: ")


def test_an_environment_has_several_companies_with_books_of_their_own(central: Central) -> None:
    """What is posted in one is in no other."""
    companies = central.get("/companies")["value"]
    assert {each["id"] for each in companies} == {SPAIN, PORTUGAL, MOROCCO}
    assert central.get(f"/companies({SPAIN})")["displayName"] == "Example España SL"
    central.invoice()
    found = [len(central.get(f"/companies({each})/generalLedgerEntries")["value"]) for each in (SPAIN, PORTUGAL)]
    assert found == [4, 0]


def test_an_invoice_has_the_shape_of_the_documentation(central: Central) -> None:
    """Every property of the vendor's sample that we keep, plain numbers, the empty GUID for the local currency."""
    row = central.invoice()
    invoice = central.get(f"/companies({SPAIN})/salesInvoices({row['id']})?$expand=salesInvoiceLines")
    assert invoice.pop("@odata.context") == (
        f"{central.url}{API}/$metadata#companies({SPAIN})/salesInvoices({row['id']})/$entity"
    )
    lines = invoice.pop("salesInvoiceLines")
    assert invoice.pop("@odata.etag").startswith('W/"')
    expected = {
        "id": row["id"], "number": "PS-INV103001", "invoiceDate": "2026-03-31", "postingDate": "2026-03-31",
        "dueDate": "2026-03-31", "customerNumber": "10000", "customerName": "Ejemplo SA", "externalDocumentNumber": "",
        "currencyId": "00000000-0000-0000-0000-000000000000", "currencyCode": "EUR", "pricesIncludeTax": False,
        "remainingAmount": 12100, "totalAmountExcludingTax": 10000, "totalTaxAmount": 2100,
        "totalAmountIncludingTax": 12100, "discountAmount": 0, "status": "Open",
    }  # fmt: skip
    assert {name: invoice[name] for name in expected} == expected
    assert [(each["lineType"], each["lineObjectNumber"], each["netAmount"]) for each in lines] == [
        ("Account", "4000", 9900), ("Account", "4100", 100),
    ]  # fmt: skip
    assert not invoice.keys() & {"rate", "remaining", "_company"}


def test_a_ledger_entry_has_the_shape_of_the_documentation(central: Central) -> None:
    """All properties, and the dimensions of the line where they are asked for."""
    central.invoice()
    path = f"/companies({SPAIN})/generalLedgerEntries?$filter=accountNumber eq '4000'&$expand=dimensionSetLines"
    (entry,) = central.get(path)["value"]
    assert entry.keys() == {
        "@odata.etag", "id", "entryNumber", "postingDate", "documentNumber", "documentType", "accountId", "accountNumber",
        "description", "debitAmount", "creditAmount", "additionalCurrencyDebitAmount", "additionalCurrencyCreditAmount",
        "lastModifiedDateTime", "dimensionSetLines",
    }  # fmt: skip
    (dimension,) = entry["dimensionSetLines"]
    assert {name: dimension[name] for name in ("code", "valueCode", "parentId", "parentType", "valueDisplayName")} == {
        "code": "DEPARTMENT", "valueCode": "SALES", "parentId": entry["id"], "parentType": "General_x0020_Ledger_x0020_Entry",
        "valueDisplayName": "Sales",
    }  # fmt: skip
    alone = central.get(f"/companies({SPAIN})/generalLedgerEntries({entry['id']})/dimensionSetLines")["value"]
    assert alone == [dimension]
    number = central.get(f"/companies({SPAIN})/accounts({entry['accountId']})?$select=number,category")
    assert (number["number"], number["category"]) == ("4000", "Income")


def test_pages_are_followed_by_their_links(central: Central) -> None:
    """As many as the caller prefers; the link is an address, which keeps what was asked."""
    for _ in range(3):
        central.invoice()
    path = f"/companies({SPAIN})/generalLedgerEntries?$filter=creditAmount gt 0&$orderby=entryNumber desc&$select=entryNumber"
    found, sizes, link = [], [], path
    while link:
        body = central.get(link, prefer="odata.maxpagesize=4")
        sizes.append(len(body["value"]))
        found += [each["entryNumber"] for each in body["value"]]
        link = body.get("@odata.nextLink", "")
        assert not link or link.startswith(
            f"{central.url}{API}/companies({SPAIN})/generalLedgerEntries?aid=FIN&$filter="
        )
    assert sizes == [4, 4, 1]
    assert found == [11, 10, 9, 7, 6, 5, 3, 2, 1]
    central.settings.page_size = 5
    assert len(central.get(f"/companies({SPAIN})/accounts", prefer="maxpagesize=20000")["value"]) == 5


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (
            f"/companies({SPAIN})/generalLedgerEntries?$filter=lastDateTimeModified gt 2026-01-01T00:00:00Z",
            400,
            "BadRequest",
        ),
        (
            f"/companies({SPAIN})/accounts?$filter=number eq '1' or category eq 'Income'",
            501,
            "BadRequest_MethodNotImplemented",
        ),
        (f"/companies({SPAIN})/customerLedger", 404, "BadRequest_ResourceNotFound"),
        (f"/companies({SPAIN})/payments", 404, "BadRequest_ResourceNotFound"),
        ("/customers", 404, "BadRequest_ResourceNotFound"),
        (f"/companies({SPAIN})/customers(b18aed47-0000-4000-8000-000000000000)", 404, "Internal_RecordNotFound"),
        (f"/companies({SPAIN})/customers(10000)", 404, "BadRequest_NotFound"),
        ("/companies(b18aed47-0000-4000-8000-000000000000)/customers", 404, "Internal_CompanyNotFound"),
        (f"/companies({SPAIN})/salesInvoiceLines", 400, "Application_DialogException"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_the_vendors_words(
    central: Central, path: str, status: int, code: str
) -> None:
    """A code, and a text that names the call."""
    refused = central.call("GET", path)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert "CorrelationId:" in refused.json()["error"]["message"]


def test_what_a_caller_may_not_read_is_refused(central: Central) -> None:
    """By the tables of its permission sets; another environment is none; nothing is written but subscriptions."""
    central.people("POST", "settings", forbidden=["generalLedgerEntries"])
    refused = central.call("GET", f"/companies({SPAIN})/generalLedgerEntries")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "Authorization_Forbidden")
    assert central.call("GET", f"/companies({SPAIN})/accounts").status_code == 200
    assert central.call("DELETE", f"/companies({SPAIN})/accounts").status_code == 405
    elsewhere = central.call("GET", f"{central.url}/v2.0/{TENANT}/Sandbox/api/v2.0/companies")
    assert elsewhere.status_code == 404
    assert central.call("GET", f"{central.url}/v2.0/Production/api/v2.0/companies").status_code == 200
    assert central.call("GET", f"{central.url}/v2.0/other/Production/api/v2.0/companies").status_code == 401
    assert central.call("GET", f"/companies?$filter=name eq '{'x' * 17_000}'").status_code == 414


def test_what_security_filters_hold_back_looks_as_if_there_were_none(central: Central) -> None:
    """An empty list, not a refusal; a record that is asked for by its id does not exist."""
    number = central.invoice()["number"]
    path = f"/companies({SPAIN})/salesInvoices"
    [row] = central.get(f"{path}?$filter=number eq '{number}'")["value"]
    central.people("POST", "settings", filtered=["salesInvoices"])
    assert central.get(path)["value"] == []
    assert central.call("GET", f"{path}({row['id']})").status_code == 404


def test_calls_above_the_limit_are_refused_for_a_while(central: Central) -> None:
    """With 429 and when to come again; the token address has no such limit."""
    central.people("POST", "settings", requests_max=2)
    assert [central.call("GET", "/companies").status_code for _ in range(3)] == [200, 200, 429]
    refused = central.call("GET", "/companies")
    assert refused.headers["retry-after"] == "10"
    assert refused.json()["error"].keys() == {"code", "message"}
    assert central.sign_in().status_code == 200
    central.clock.advance(300)
    central.token = central.sign_in().json()["access_token"]
    assert central.call("GET", "/companies").status_code == 200
    assert central.people("GET", "usage") == {"recent": 1, "refused": 2, "tokens_given": 3}


def test_calls_wait_for_their_turn_and_not_for_ever(central: Central) -> None:
    """One at a time here: the second waits and is answered 503, the third finds no place to wait and is answered 429."""
    assert central.call("GET", "/companies").status_code == 200
    central.people("POST", "settings", concurrent_requests=1, queued_requests=1, queue_seconds=0.3)
    central.people("POST", "faults", kind="slow", seconds=1.0)
    statuses = []
    first, second = (
        threading.Thread(target=lambda: statuses.append(central.call("GET", "/companies").status_code))
        for _ in range(2)
    )
    first.start()
    threading.Event().wait(0.1)
    second.start()
    threading.Event().wait(0.1)
    statuses.append(central.call("GET", "/companies").status_code)
    for each in (second, first):
        each.join()
    assert statuses == [429, 503, 200]
    assert central.call("GET", "/companies").status_code == 200


@pytest.mark.parametrize(
    ("kind", "status"), [("throttle", 429), ("unavailable", 503), ("gateway_timeout", 504), ("expire_tokens", 401)]
)
def test_faults_can_be_planted(central: Central, kind: str, status: int) -> None:
    """Each strikes once, and then all is well for whoever has a token."""
    central.people("POST", "faults", kind=kind, path="/companies")
    assert central.call("GET", "/companies").status_code == status
    central.token = central.sign_in().json()["access_token"]
    assert central.call("GET", "/companies").status_code == 200
