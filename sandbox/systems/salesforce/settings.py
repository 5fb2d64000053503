"""What a simulated Salesforce organisation is told: who may see what of it, how much, and how it tells of its changes."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.systems.changing import ChangingSettings

OUTBOUND_MESSAGE, CALLOUT, CHANGE_EVENTS = "outbound_message", "callout", "change_events"
WAYS = (OUTBOUND_MESSAGE, CALLOUT, CHANGE_EVENTS)
TOLD_OBJECTS = ("Opportunity", "OpportunityLineItem", "Contract", "Account")
CUSTOM_FIELDS = (
    "OpportunityLineItem.Recurring_Amount__c currency",
    "OpportunityLineItem.Recurring_Months__c double",
    "OpportunityLineItem.Term_Months__c double",
    "Contract.Contract_Value__c currency",
    "Contract.Renewal_Amount__c currency",
    "Contract.Renewal_Date__c date",
    "Contract.Renewal_Probability__c percent",
    "Contract.Product_Line__c text",
)


@dataclass(kw_only=True)
class OrganizationSettings(ChangingSettings):
    """The settings of one organisation; any of them can be changed while it runs.

    Attributes:
        organization_id: 18 characters.
        multi_currency: whether there are several currencies; without, no object has a `CurrencyIsoCode`.
        dated_rates: whether there are rates by date (`DatedConversionRate`), as advanced currency management brings them.
        record_types: whether opportunities have record types.
        corporate_currency: to which all rates are stated; the only one without `multi_currency`.
        custom_fields: `Object.Field__c kind` each, in addition to those of `objects.json`.
        hidden_fields: `Object.Field` each, which the caller's field permissions do not cover.
        hidden_objects: which the caller may not see at all.
        hidden_records: ids, which nobody shares with the caller.
        batch_size: the most rows in one answer to a query (Salesforce: 200 to 2,000).
        whole_seconds: stamps are cut to seconds, so that two changes within one may have the same.
        api_calls_max: the calls of 24 hours, by all users together.
        other_calls: how many of them others have made.
        client_id, username, certificate_public_key: of the connected app; PEM.
        login_url: an audience to accept beside the organisation's own address.
        webhook_url: where outbound messages and callouts go; empty: they wait until there is one.
        webhook_secret: `whsec_` and base64: signs callouts, and is the `key` of outbound messages.
        ways: which of the three tell of changes; a change is told by those that are on when it happens.
        told_objects: the objects whose changes are told.
        tells: False: of what changes meanwhile nobody is ever told, in no way.
        automatic: tell by itself, `collect_seconds` after a change; otherwise only when told to.
        outbound_fields: `Object.Field` each, which outbound messages carry; none for an object: those of `outbound_messages.py`.
        send_session_id: outbound messages carry a (made-up) session id.
        retry_seconds: the pause before the second try of an outbound message; it doubles up to two hours (Salesforce does not
            say how it begins).
        callouts_at_once: how many jobs run side by side.
        callout_pauses_seconds: the pauses before further tries of a callout, which the Apex class counts in minutes; none: it is
            tried once, as Apex without such a class does.
        timeout_seconds: how long the target may take to answer (Salesforce: 60).
        channel_id: of the event relay.
        relay_state: `RUN`, `PAUSE` keeps what happens for later, `STOP` forgets it.
        enriched_fields: `Object.Field` each, which change events carry whether changed or not.
        avro_form: change events as the Pub/Sub API has them: changed fields as bitmaps, all fields there, dates in milliseconds.
    """

    secret_names = frozenset({"webhook_secret", "certificate_public_key"})

    organization_id: str = "00D000000000001EAA"
    multi_currency: bool = True
    dated_rates: bool = True
    record_types: bool = False
    corporate_currency: str = "USD"
    custom_fields: tuple[str, ...] = CUSTOM_FIELDS
    hidden_fields: tuple[str, ...] = ()
    hidden_objects: tuple[str, ...] = ()
    hidden_records: tuple[str, ...] = ()
    batch_size: int = 2000
    whole_seconds: bool = False
    api_calls_max: int = 100_000
    other_calls: int = 0
    client_id: str = "sandbox-client"
    username: str = "tieout@sandbox.example"
    certificate_public_key: str = ""
    login_url: str = ""
    webhook_url: str = ""
    webhook_secret: str = field(default="whsec_c2FuZGJveC1ub3QtYS1zZWNyZXQtc2FuZGJveC1ub3Q=", repr=False)
    ways: tuple[str, ...] = WAYS
    told_objects: tuple[str, ...] = TOLD_OBJECTS
    tells: bool = True
    automatic: bool = False
    collect_seconds: float = 0.05
    outbound_fields: tuple[str, ...] = ()
    send_session_id: bool = False
    retry_seconds: float = 1.0
    callouts_at_once: int = 1
    callout_pauses_seconds: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0, 10.0)
    timeout_seconds: float = 60.0
    channel_id: str = "0YL000000000001AAA"
    relay_state: str = "RUN"
    enriched_fields: tuple[str, ...] = ()
    avro_form: bool = False
