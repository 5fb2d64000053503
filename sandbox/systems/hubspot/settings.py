"""What one simulated HubSpot account is and how it sends its webhooks; changed at run time through the control routes."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.systems.changing import ChangingSettings

PROPERTIES = (
    "amount",
    "closedate",
    "deal_currency_code",
    "dealname",
    "dealstage",
    "dealtype",
    "hs_manual_forecast_category",
    "hubspot_owner_id",
    "pipeline",
)

LINE_ITEM_PROPERTIES = (
    "amount",
    "hs_product_id",
    "hs_recurring_billing_period",
    "price",
    "quantity",
    "recurringbillingfrequency",
)


@dataclass(kw_only=True)
class Settings(ChangingSettings):
    """Everything about the account that a test or an operator may choose.

    Attributes:
        target_url: where webhooks go; empty: events wait until there is one.
        dialect: `deal` for `deal.creation`, `object` for `object.creation` with a type id.
        properties: the properties whose changes are subscribed to, one subscription each.
        line_item_properties: the same for line items; none: nothing is told of line items alone.
        scopes: what the app may read beside deals and companies.
        company_events: also send what happens to companies and products, and associations from the company's side.
        batch_size: the most events in one request (HubSpot: 100).
        max_concurrent_requests: requests in flight at once (HubSpot: 10).
        max_retries: further attempts after the first (HubSpot: 10 within 24 hours).
        retry_delay_seconds: the average pause before a retry (HubSpot: hours).
        timeout_seconds: how long the target may take to answer (HubSpot: 5).
        automatic: send by itself, `collect_seconds` after a change; otherwise only when told.
        merge_leads_on: whether a batch read of a merged deal answers with its survivor, or only the read of a single deal does.
        page_size: associations of one deal in one answer.
        searches_per_second: HubSpot's limit for searches (5), beside which the others are counted.
        search_results: how many results of a search can be paged through (HubSpot: 10,000).
        search_delay_seconds: how long after a change a search shows the deal as it was before.
        tells: False: of what changes meanwhile nobody is ever told, as of what HubSpot gave up or a paused subscription missed.
    """

    secret_names = frozenset({"client_secret", "access_token"})

    portal_id: int = 20_000_001
    app_id: int = 30_000_001
    client_secret: str = "sandbox-hubspot-client-secret"
    access_token: str = "sandbox-hubspot-access-token"
    target_url: str = ""
    dialect: str = "deal"
    properties: tuple[str, ...] = PROPERTIES
    line_item_properties: tuple[str, ...] = LINE_ITEM_PROPERTIES
    scopes: tuple[str, ...] = ("crm.objects.line_items.read",)
    company_events: bool = False
    batch_size: int = 100
    max_concurrent_requests: int = 1
    max_retries: int = 10
    retry_delay_seconds: float = 0.2
    timeout_seconds: float = 5.0
    automatic: bool = False
    collect_seconds: float = 0.05
    merge_leads_on: bool = True
    page_size: int = 500
    calls_per_ten_seconds: int = 190
    calls_per_day: int = 650_000
    searches_per_second: int = 5
    search_results: int = 10_000
    search_delay_seconds: float = 0.0
    tells: bool = True
