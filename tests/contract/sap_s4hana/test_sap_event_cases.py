"""Every folder under events/sap_s4hana: what Event Mesh sends, and what must come of it."""

from __future__ import annotations

import json

import pytest

from tests.support.sap_cases import CASES, Sent, raw_body, read_case

every_case = pytest.mark.parametrize("case", CASES)


@every_case
def test_a_case_comes_to_what_it_says(case: str) -> None:
    """The answer, the notices, what is malformed, and what consents."""
    assert Sent(case).outcome() == read_case(case, "expected")


@every_case
def test_no_token_is_kept_or_logged(case: str) -> None:
    """A token is a credential for as long as it holds: it stands in no case, and nothing of it is left anywhere."""
    sent = Sent(case)
    assert "authorization" not in {name.lower() for name in sent.request["headers"]}
    everything = b"".join(sent.door.kept("").values()) + "".join(sent.door.lines).encode()
    everything += "".join(entry.detail for entry in sent.door.bus.entries).encode()
    assert b"Bearer" not in everything
    assert b"event-mesh" not in everything  # the client that a token names


@pytest.mark.parametrize(
    "kind",
    [
        *(
            f"SalesOrder.{each}"
            for each in ("Created", "Changed", "Deleted", "ItemCreated", "ItemChanged", "ItemDeleted")
        ),
        *(f"SalesOrder.{each}" for each in ("ApprovalStsChanged", "OvrlDelivStsChgd", "ItmRjcnStsChgd")),
        *("BillingDocument.Created", "BillingDocument.Changed", "JournalEntry.Created"),
        *("SupplierInvoice.Created", "SupplierInvoice.Canceled"),
        *("BusinessPartner.Created", "BusinessPartner.Changed", "Product.Changed", "CustomerReturn.ItemChanged"),
    ],
)
def test_every_supported_event_has_a_case(kind: str) -> None:
    """And so have some that no flow wants."""
    assert kind in {each["kind"] for case in CASES for each in read_case(case, "expected")["notices"]}


@every_case
def test_what_is_answered_2xx_is_somewhere(case: str) -> None:
    """After it SAP's queue forgets the event: it is on the bus, or kept."""
    sent, expected = Sent(case), read_case(case, "expected")
    if expected["status"] in {200, 202} and sent.request["method"] == "POST":
        assert expected["notices"] or sent.door.kept("rejected/somewhere/unusable/")


@every_case
def test_no_reason_quotes_what_was_sent(case: str) -> None:
    """Why something is refused is told in our own words."""
    request, expected = read_case(case, "request"), read_case(case, "expected")
    reasons = [each["reason"] for each in expected["malformed"]] + [expected.get("reason", "")]
    assert not any(each and each.encode() in raw_body(request) for each in reasons)


def test_nothing_but_the_key_is_used() -> None:
    """Events carry more today than their key, and none of it reaches the bus."""
    sent = Sent("sales_order_changed_with_context")
    told = "".join(entry.detail for entry in sent.door.bus.entries)
    assert json.dumps(sent.request["body"]).count("17100001") == 1
    assert "17100001" not in told
