"""What a new record of a Salesforce organisation says, by chance."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from tests.simulation.sales_values import (
    AMOUNTS,
    CURRENCIES,
    DAYS,
    PROBABILITIES,
    PRODUCTS,
    RECURRING,
    RENEWALS,
    RUNS,
    STAGES,
    STATUSES,
    TERMS,
    TOTALS,
)

ACCOUNT: Mapping[str, str | None] = {
    **dict.fromkeys(("MasterRecordId", "ParentId", "Website", "AccountNumber")),
    "Name": "Acme",
    "BillingCountry": "JP",
    "CurrencyIsoCode": "USD",
}
RUN = frozenset({"StartDate", "EndDate", "ContractTerm"})  # of a contract: they follow from each other


def opportunity(random: Random) -> dict[str, Any]:
    """The fields of an opportunity, but for its id and account."""
    record_type, stage = random.choice(STAGES)
    return {
        "Name": "A deal",
        "StageName": stage,
        "RecordType.DeveloperName": record_type,
        "Amount": random.choice(AMOUNTS),
        "CurrencyIsoCode": random.choice(CURRENCIES),
        "Probability": random.choice(PROBABILITIES),
        "CloseDate": random.choice(DAYS),
        "ForecastCategory": random.choice(("Pipeline", "BestCase", "Forecast")),
        "Type": None,
        "OwnerId": "0053k000001AbCdAAK",
        "HasOpportunityLineItem": False,
    }


def offered(random: Random) -> dict[str, Any]:
    """What a product of an opportunity is worth, and what of it recurs."""
    payment, months = random.choice(RECURRING)
    return {
        "TotalPrice": random.choice(TOTALS),
        "ServiceDate": random.choice((None, DAYS[1])),
        "Payment__c": payment,
        "Every__c": months,
        "Term__c": random.choice(TERMS),
    }


def agreed(random: Random) -> dict[str, Any]:
    """What a contract says, but for whom it is with."""
    start, end, term = random.choice(RUNS)
    return {
        "StatusCode": random.choice(STATUSES),
        "CurrencyIsoCode": random.choice(CURRENCIES),
        "Worth__c": random.choice((*AMOUNTS[:5], None)),
        "Renewal__c": random.choice(RENEWALS),
        "Chance__c": random.choice(PROBABILITIES),
        "Renews__c": random.choice((None, None, *DAYS)),
        "Line__c": random.choice((None, "NewBusiness", *PRODUCTS)),
        "StartDate": start,
        "EndDate": end,
        "ContractTerm": term,
    }
