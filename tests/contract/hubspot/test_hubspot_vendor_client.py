"""The simulated account against HubSpot's own API client: what the client understands, the vendor would have said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import hubspot
import pytest
from hubspot.crm import line_items
from hubspot.crm.associations.v4 import (
    ApiException as AssociationsError,
)
from hubspot.crm.associations.v4 import (
    BatchInputPublicFetchAssociationsBatchRequest,
    PublicFetchAssociationsBatchRequest,
)
from hubspot.crm.deals import (
    ApiException,
    BatchReadInputSimplePublicObjectId,
    Filter,
    FilterGroup,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)

from sandbox.systems.hubspot.app import create_app
from sandbox.systems.hubspot.portal import Portal
from sandbox.systems.serving import serve
from tests.support.one_server import OneServer


@dataclass
class Vendor:
    """HubSpot's client, pointed at a simulated account."""

    client: Any
    portal: Portal

    def batch_read(self, *ids: str, archived: bool = False) -> Any:  # noqa: ANN401 the vendor's models
        """Their batch read of deals."""
        wanted = BatchReadInputSimplePublicObjectId(
            properties=["amount", "dealname", "hs_lastmodifieddate"],
            properties_with_history=[],
            inputs=[SimplePublicObjectId(id=each) for each in ids],
        )
        return self.client.crm.deals.batch_api.read(batch_read_input_simple_public_object_id=wanted, archived=archived)


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[OneServer, str]]:
    """The server for all tests of this module."""
    house = OneServer()
    with serve(house) as url:
        yield house, url


@pytest.fixture
def vendor(server: tuple[OneServer, str]) -> Vendor:
    """A new account, and the vendor's client for it."""
    app = create_app()
    server[0].app = app
    client = hubspot.Client.create(access_token="sandbox-hubspot-access-token", host=server[1])
    return Vendor(client, app.state.portal)


def test_deals_are_created_changed_and_read(vendor: Vendor) -> None:
    """The client's basic calls work, and values come back as text or null."""
    deals = vendor.client.crm.deals.basic_api
    created = deals.create(
        SimplePublicObjectInputForCreate(associations=[], properties={"amount": "1500.00", "dealname": "D"})
    )
    deals.update(created.id, SimplePublicObjectInput(properties={"amount": ""}))
    read = deals.get_by_id(created.id, properties=["amount", "dealname", "hs_lastmodifieddate"])
    assert read.properties["dealname"] == "D"
    assert read.properties["amount"] is None
    assert read.updated_at > read.created_at
    assert not read.archived


def test_a_partial_batch_read_names_what_is_missing(vendor: Vendor) -> None:
    """207: the found deals and an error with the ids of the others."""
    deal = vendor.portal.create_deal({"amount": "1"}).deal_id
    answer = vendor.batch_read(deal, "77")
    assert [each.id for each in answer.results] == [deal]
    assert (answer.num_errors, answer.errors[0].category, answer.errors[0].context) == (
        1,
        "OBJECT_NOT_FOUND",
        {"ids": ["77"]},
    )


def test_archived_deals_are_read_where_asked_for(vendor: Vendor) -> None:
    """A deal in the recycling bin is found only there."""
    deal = vendor.portal.create_deal({}).deal_id
    vendor.client.crm.deals.basic_api.archive(deal)
    assert vendor.batch_read(deal).results == []
    assert [(each.id, each.archived) for each in vendor.batch_read(deal, archived=True).results] == [(deal, True)]
    with pytest.raises(ApiException) as caught:
        vendor.client.crm.deals.basic_api.get_by_id(deal)
    assert caught.value.status == 404


def test_a_merged_deal_answers_with_another_id(vendor: Vendor) -> None:
    """The id in the answer is the new deal's, not the one asked for."""
    first, second = vendor.portal.create_deal({}).deal_id, vendor.portal.create_deal({}).deal_id
    merged = vendor.client.crm.deals.basic_api.merge(
        PublicMergeInput(primary_object_id=first, object_id_to_merge=second)
    )
    assert merged.id not in {first, second}
    assert vendor.client.crm.deals.basic_api.get_by_id(first).id == merged.id


def test_associations_are_read_in_batches(vendor: Vendor) -> None:
    """The primary company carries HubSpot's type 5 beside the plain 341."""
    company = vendor.portal.create_company("C")
    deal, lonely = vendor.portal.create_deal({}, company=company).deal_id, vendor.portal.create_deal({}).deal_id
    asked = BatchInputPublicFetchAssociationsBatchRequest(
        inputs=[PublicFetchAssociationsBatchRequest(id=deal), PublicFetchAssociationsBatchRequest(id=lonely)]
    )
    answer = vendor.client.crm.associations.v4.batch_api.get_page("deals", "companies", asked)
    assert [(each._from.id, str(each.to[0].to_object_id)) for each in answer.results] == [(deal, company)]
    assert {each.type_id for each in answer.results[0].to[0].association_types} == {5, 341}
    assert [each.context for each in answer.errors] == [{"ids": [lonely]}]


def test_line_items_are_read_in_batches(vendor: Vendor) -> None:
    """The deal's association names them, and their batch read has the form of that of deals, the bin apart."""
    deal = vendor.portal.create_deal({}).deal_id
    monthly = {"price": "99.00", "recurringbillingfrequency": "monthly", "hs_recurring_billing_period": "P12M"}
    kept, removed = (vendor.portal.add_line_item(deal, monthly).item_id for _ in range(2))
    vendor.portal.remove_line_item(removed)
    asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[PublicFetchAssociationsBatchRequest(id=deal)])
    links = vendor.client.crm.associations.v4.batch_api.get_page("deals", "line_items", asked).results[0].to
    assert [(str(each.to_object_id), each.association_types[0].type_id) for each in links] == [(kept, 19)]
    wanted = line_items.BatchReadInputSimplePublicObjectId(
        properties=["amount", "hs_tcv"],
        properties_with_history=[],
        inputs=[line_items.SimplePublicObjectId(id=each) for each in (kept, removed)],
    )
    found = [
        vendor.client.crm.line_items.batch_api.read(
            batch_read_input_simple_public_object_id=wanted, archived=archived
        ).results
        for archived in (False, True)
    ]
    assert [[each.id for each in results] for results in found] == [[kept], [removed]]
    assert (found[0][0].properties["amount"], found[0][0].properties["hs_tcv"]) == ("99.00", "1188.00")


def test_line_items_are_refused_to_an_app_without_their_scope(vendor: Vendor) -> None:
    """403 in the vendor's form, which is not the answer for a deal without any."""
    vendor.portal.settings.scopes = ()
    asked = BatchInputPublicFetchAssociationsBatchRequest(inputs=[PublicFetchAssociationsBatchRequest(id="1")])
    with pytest.raises(AssociationsError) as caught:
        vendor.client.crm.associations.v4.batch_api.get_page("deals", "line_items", asked)
    assert caught.value.status == 403
    assert "MISSING_SCOPES" in caught.value.body


def test_all_deals_are_listed_over_pages(vendor: Vendor) -> None:
    """The client's own paging sees every deal once."""
    ids = {vendor.portal.create_deal({}).deal_id for _ in range(105)}
    assert {each.id for each in vendor.client.crm.deals.get_all()} == ids


def test_pipelines_are_listed_with_their_stages(vendor: Vendor) -> None:
    """The stage ids that deals carry can be looked up."""
    pipelines = vendor.client.crm.pipelines.pipelines_api.get_all("deals").results
    assert {"default", "renewals"} == {each.id for each in pipelines}
    assert "closedwon" in {stage.id for stage in pipelines[0].stages}


def test_a_wrong_token_is_refused(vendor: Vendor) -> None:
    """401 in the vendor's form."""
    vendor.client.access_token = "wrong"
    with pytest.raises(ApiException) as caught:
        vendor.client.crm.deals.basic_api.get_by_id("1")
    assert caught.value.status == 401


def test_the_limit_is_told_and_kept(vendor: Vendor) -> None:
    """The call beyond the limit is refused with the policy's name."""
    vendor.portal.settings.calls_per_ten_seconds = 1
    vendor.client.crm.pipelines.pipelines_api.get_all("deals")
    with pytest.raises(ApiException) as caught:
        vendor.client.crm.deals.basic_api.get_by_id("1")
    assert caught.value.status == 429
    assert "TEN_SECONDLY_ROLLING" in caught.value.body
    assert caught.value.headers["X-HubSpot-RateLimit-Remaining"] == "0"


def test_deals_are_searched_in_pages(vendor: Vendor) -> None:
    """Filters, the one order and the place of the next page are the client's own, and what is archived is not found."""
    deals = [vendor.portal.create_deal({"amount": str(each)}) for each in range(5)]
    vendor.portal.archive_deal(deals[3].deal_id)
    filters = [
        Filter(property_name="hs_object_id", operator="GT", value=deals[0].deal_id),
        Filter(property_name="amount", operator="LTE", value="4.0"),
    ]

    def search(after: str | None) -> Any:  # noqa: ANN401 the vendor's models
        wanted = PublicObjectSearchRequest(
            filter_groups=[FilterGroup(filters=filters)],
            sorts=["-hs_lastmodifieddate"],
            properties=["amount"],
            limit=2,
            after=after,
        )
        return vendor.client.crm.deals.search_api.do_search(public_object_search_request=wanted)

    first = search(None)
    second = search(first.paging.next.after)
    assert first.total == 3
    assert [each.id for each in [*first.results, *second.results]] == [deals[each].deal_id for each in (4, 2, 1)]
    assert second.paging is None
    assert second.results[0].properties["amount"] == "1"


@pytest.mark.parametrize(
    "wanted",
    [
        {"limit": 201},
        {"limit": 200, "after": "9801"},
        {"sorts": ["hs_object_id", "createdate"]},
        {"filter_groups": [FilterGroup(filters=[])] * 6},
        {"filter_groups": [FilterGroup(filters=[Filter(property_name="amount", operator="EQ", value="1")] * 7)]},
        {"properties": ["p" * 3_000]},
    ],
    ids=["long_page", "beyond_ten_thousand", "two_orders", "groups", "filters", "characters"],
)
def test_searches_beyond_hubspots_limits_are_refused(vendor: Vendor, wanted: dict[str, Any]) -> None:
    """With the error that the client raises for HubSpot's 400."""
    with pytest.raises(ApiException) as refused:
        vendor.client.crm.deals.search_api.do_search(public_object_search_request=PublicObjectSearchRequest(**wanted))
    assert refused.value.status == 400


def test_archived_deals_are_listed_by_themselves(vendor: Vendor) -> None:
    """They are found by no search, and carry when they were archived."""
    deals = [vendor.portal.create_deal({"amount": "1"}) for _ in range(3)]
    for each in deals[:2]:
        vendor.portal.archive_deal(each.deal_id)
    first = vendor.client.crm.deals.basic_api.get_page(archived=True, limit=1)
    second = vendor.client.crm.deals.basic_api.get_page(archived=True, limit=1, after=first.paging.next.after)
    assert [each.id for each in [*first.results, *second.results]] == [each.deal_id for each in deals[:2]]
    assert second.results[0].archived_at == deals[1].archived_at
    assert second.paging is None
