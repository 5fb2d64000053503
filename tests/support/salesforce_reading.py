"""A simulated Salesforce organisation for tests, and readings of it over HTTP."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import httpx

from sandbox.systems.faults import Fault, FaultPlan
from sandbox.systems.salesforce.app import create_app
from sandbox.systems.salesforce.certificates import AppKey, make_key
from sandbox.systems.salesforce.organization import Organization
from sandbox.systems.salesforce.settings import OrganizationSettings
from tests.support.clock import ManualClock
from tests.support.one_server import OneServer
from tests.support.salesforce_answers import connection, key, object_of
from tieout.arriving.notice import RecordKey
from tieout.facts.contract import Contract
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.systems.salesforce.reader import SalesforceReader, open_reader

FIELDS = {
    "line_fields": {
        "recurring_amount": "Recurring_Amount__c",
        "recurring_months": "Recurring_Months__c",
        "term_months": "Term_Months__c",
    },
    "contract_fields": {
        "value": "Contract_Value__c",
        "renewal_amount": "Renewal_Amount__c",
        "renewal_date": "Renewal_Date__c",
        "probability": "Renewal_Probability__c",
        "product": "Product_Line__c",
    },
}
OPPORTUNITY = {
    "Name": "Müller renewal",
    "StageName": "Proposal/Price Quote",
    "Amount": "1500.00",
    "CurrencyIsoCode": "EUR",
    "CloseDate": "2026-03-31",
}
CONTRACT = {
    "Name": "Müller platform",
    "Status": "Activated",
    "StartDate": "2026-01-01",
    "ContractTerm": 12,
    "CurrencyIsoCode": "EUR",
    "Contract_Value__c": "12000.00",
}
QUERY_ALL = "/queryAll"


class Read:
    """One organisation with a reader of it.

    Attributes:
        subjects: the objects of the queries asked, in order; further pages as their path.
    """

    def __init__(self, server: OneServer, url: str, **settings: Any) -> None:  # noqa: ANN401 settings of every kind
        self.clock, self.plan, self.url = ManualClock(), FaultPlan(), url
        self.settings = OrganizationSettings(certificate_public_key=app_key().public_key, **settings)
        server.app = create_app(self.settings, plan=self.plan, now=self.clock.now)
        self.organization: Organization = server.app.state.organization
        self.http = httpx.Client()
        self.subjects: list[str] = []
        self.paths: Counter[str] = Counter()
        self.http.event_hooks["request"].append(self._note)
        self.reader = self.open()

    def open(self, credentials: Mapping[str, str] | None = None, **options: Any) -> SalesforceReader:  # noqa: ANN401 options
        """A new reader, with fields of the account's own, and these options."""
        stated = {**app_key().credentials(self.settings), "login_url": self.url, **(credentials or {})}
        return open_reader(connection(self.url, **{**FIELDS, **options}), stated, self.http, self.clock)

    def create(self, name: str, **values: Any) -> str:  # noqa: ANN401 values of every kind
        """Add a record; its id."""
        usual: Mapping[str, Mapping[str, Any]] = {"Opportunity": OPPORTUNITY, "Contract": CONTRACT}
        return self.organization.create(name, [{**usual.get(name, {}), **values}])[0]

    def line(self, opportunity_id: str, **values: Any) -> str:  # noqa: ANN401 values of every kind
        """Add a product to an opportunity; the line's id."""
        product = str(self.organization.store.rows("Product2", ProductCode="PLAT")[0]["Id"])
        return self.create("OpportunityLineItem", OpportunityId=opportunity_id, Product2Id=product, **values)

    def change(self, name: str, record_id: str, **values: Any) -> None:  # noqa: ANN401 values of every kind
        """Save a record with other values."""
        self.clock.advance(1)
        self.organization.update(name, {record_id: values})

    def fault(self, kind: str, **details: Any) -> None:  # noqa: ANN401 details of every kind
        """Have the organisation misbehave."""
        self.plan.plant(Fault(kind=kind, **details))

    def read(self, record_id: str, entity: str = "opportunity") -> Reading:
        """The reading of one record."""
        asked = key(record_id, entity)
        return self.reader.read([asked])[asked]

    def stated(self, record_id: str, entity: str = "opportunity") -> Statement:
        """The reading of a record that is a statement."""
        reading = self.read(record_id, entity)
        assert isinstance(reading, Statement), reading
        return reading

    def opportunity(self, record_id: str) -> Opportunity:
        """The fact of a live opportunity."""
        fact = self.stated(record_id).fact
        assert isinstance(fact, Opportunity)
        return fact

    def contract(self, record_id: str) -> Contract:
        """The fact of a live contract."""
        fact = self.stated(record_id, "contract").fact
        assert isinstance(fact, Contract)
        return fact

    def listed(self, entity: str, place: str = "*") -> list[RecordKey]:
        """Everything a listing leads to, page by page."""
        found: list[RecordKey] = []
        asked: RecordKey | None = key(place, entity)
        while asked is not None:
            page = self.reader.list_page(asked)
            assert len(page.keys) <= 200
            for each in page.keys:
                found.extend(self.listed(each.entity, each.record_id) if each.asks_for_listing else [each])
            asked = page.following
        return found

    def _note(self, request: httpx.Request) -> None:
        self.paths[request.url.path] += 1
        query = parse_qs(request.url.query.decode()).get("q")
        if query:
            self.subjects.append(object_of(query[0]))


@cache
def app_key() -> AppKey:
    """One key for all tests."""
    return make_key()
