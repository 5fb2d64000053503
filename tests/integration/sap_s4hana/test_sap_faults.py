"""How the reader calls a simulated tenant over real HTTP, and what it makes of refusals and faults."""

from __future__ import annotations

import pytest

from tests.support.sap_reading import ORDER, TenantRead
from tests.support.sap_rows import key
from tieout.errors import AccessDeniedError, ThrottledError, UnavailableError
from tieout.facts.statement import Statement
from tieout.systems.sap_s4hana.reader import open_reader

ODATA = "/sap/opu/odata"


@pytest.fixture
def order(tenant: TenantRead) -> str:
    """The number of an order."""
    number: str = tenant.control("POST", "sales_orders", **ORDER)["SalesOrder"]
    return number


def test_a_token_ended_by_the_tenant_is_replaced_once(tenant: TenantRead, order: str) -> None:
    """401 is answered with one new token; when that is refused too, a person must look."""
    assert isinstance(tenant.read("sales_order", order), Statement)
    tenant.control("POST", "tokens/expire")
    assert isinstance(tenant.read("sales_order", order), Statement)
    assert tenant.control("GET", "usage")["tokens_given"] == 2
    tenant.fault("answer", times=2, status=401, path=ODATA)
    assert isinstance(tenant.read("sales_order", order), AccessDeniedError)


def test_wrong_credentials_are_a_persons_business(tenant: TenantRead, order: str) -> None:
    """Nothing is asked with them."""
    tenant.reader = open_reader(
        tenant.connection(), {**tenant.credentials, "client_secret": "wrong"}, tenant.http, tenant.clock
    )
    assert isinstance(tenant.read("sales_order", order), AccessDeniedError)
    assert tenant.asked == []


def test_over_the_limit_it_waits_as_long_as_it_is_told(tenant: TenantRead, order: str) -> None:
    """By `Retry-After`."""
    tenant.settings.calls_a_minute_max = 1
    assert isinstance(tenant.read("sales_order", order), Statement)
    found = tenant.read("sales_order", order)
    assert isinstance(found, ThrottledError)
    assert found.retry_after_seconds


def test_a_tenant_that_is_down_or_hangs_up_is_asked_again_later(tenant: TenantRead, order: str) -> None:
    """Within one read only once, whatever else was wanted."""
    tenant.fault("answer", status=503, path=ODATA, headers={"retry-after": "30"})
    keys = [key("sales_order", order), key("billing_document", "1"), key("journal_entry", "1010/2026/1")]
    found = tenant.reader.read(keys)
    assert [getattr(each, "retry_after_seconds", 0) for each in found.values()] == [30, 30, 30]
    assert len(tenant.asked) == 1
    tenant.fault("lost_answer", path=ODATA)
    assert isinstance(tenant.read("sales_order", order), UnavailableError)
    assert isinstance(tenant.read("sales_order", order), Statement)


def test_an_address_too_long_for_the_tenant_is_asked_in_halves(tenant: TenantRead) -> None:
    """Until each is short enough."""
    numbers = [tenant.control("POST", "sales_orders", **ORDER)["SalesOrder"] for _ in range(8)]
    tenant.settings.address_bytes_max = 800
    keys = [key("sales_order", each) for each in numbers]
    found = tenant.reader.read(keys)
    assert [type(found[each]) for each in keys] == [Statement] * 8
    assert len(tenant.asked) > 1
