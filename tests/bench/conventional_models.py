"""Twenty models, as a service of this kind usually declares them: the events of a CRM, its records, and what it publishes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """What all have in common."""

    model_config = ConfigDict(populate_by_name=True, extra="ignore", frozen=True)


class Event(Strict):
    """What every event has."""

    event_id: int = Field(alias="eventId")
    portal_id: int = Field(alias="portalId")
    app_id: int = Field(alias="appId")
    occurred_at: int = Field(alias="occurredAt")
    attempt_number: int = Field(alias="attemptNumber", ge=0)
    object_id: int = Field(alias="objectId")
    change_source: str | None = Field(default=None, alias="changeSource")


class DealCreated(Event):
    """A deal is new."""

    subscription_type: Literal["deal.creation"] = Field(alias="subscriptionType")


class DealChanged(Event):
    """A property of a deal changed."""

    subscription_type: Literal["deal.propertyChange"] = Field(alias="subscriptionType")
    property_name: str = Field(alias="propertyName")
    property_value: str | None = Field(alias="propertyValue")


class DealDeleted(Event):
    """A deal was deleted."""

    subscription_type: Literal["deal.deletion"] = Field(alias="subscriptionType")


class DealRestored(Event):
    """A deal was restored."""

    subscription_type: Literal["deal.restore"] = Field(alias="subscriptionType")


class DealMerged(Event):
    """Deals became one."""

    subscription_type: Literal["deal.merge"] = Field(alias="subscriptionType")
    primary_object_id: int = Field(alias="primaryObjectId")
    merged_object_ids: list[int] = Field(alias="mergedObjectIds")


class DealAssociated(Event):
    """A deal was linked or unlinked."""

    subscription_type: Literal["deal.associationChange"] = Field(alias="subscriptionType")
    association_type: str = Field(alias="associationType")
    association_removed: bool = Field(alias="associationRemoved")


class CompanyCreated(Event):
    """A company is new."""

    subscription_type: Literal["company.creation"] = Field(alias="subscriptionType")


class CompanyChanged(Event):
    """A property of a company changed."""

    subscription_type: Literal["company.propertyChange"] = Field(alias="subscriptionType")
    property_name: str = Field(alias="propertyName")
    property_value: str | None = Field(alias="propertyValue")


class CompanyDeleted(Event):
    """A company was deleted."""

    subscription_type: Literal["company.deletion"] = Field(alias="subscriptionType")


class DealProperties(Strict):
    """What a deal holds."""

    name: str | None = Field(default=None, alias="dealname")
    amount: Decimal | None = None
    currency: str | None = Field(default=None, alias="deal_currency_code", pattern="^[A-Z]{3}$")
    stage: str | None = Field(default=None, alias="dealstage")
    pipeline: str | None = None
    close_date: datetime | None = Field(default=None, alias="closedate")
    owner: str | None = Field(default=None, alias="hubspot_owner_id")
    modified_at: datetime | None = Field(default=None, alias="hs_lastmodifieddate")


class AssociationType(Strict):
    """One kind of link."""

    category: str
    type_id: int = Field(alias="typeId")
    label: str | None = None


class AssociatedCompany(Strict):
    """A link from a deal to a company."""

    to_object_id: int = Field(alias="toObjectId")
    types: list[AssociationType] = Field(alias="associationTypes")


class Deal(Strict):
    """A deal as the CRM answers it."""

    id: str
    properties: DealProperties
    archived: bool = False
    companies: list[AssociatedCompany] = Field(default_factory=list)


class Secret(Strict):
    """The webhook secret."""

    current: str
    previous: str | None = None


class Tracing(Strict):
    """Where a published event came from."""

    request_id: str
    received_at: datetime


class Published(Strict):
    """What goes over the bus."""

    tracing: Tracing
    event: (
        DealCreated
        | DealChanged
        | DealDeleted
        | DealRestored
        | DealMerged
        | DealAssociated
        | CompanyCreated
        | CompanyChanged
        | CompanyDeleted
    ) = Field(discriminator="subscription_type")


class BusMessage(Strict):
    """A published event as the queue hands it on."""

    source: str
    detail_type: str = Field(alias="detail-type")
    detail: Published


class Accepted(Strict):
    """What the sender is answered."""

    accepted: int
