"""What Salesforce's rows are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered, null where there is no value; an account's own columns are in its options.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.drift import Expected, Field, nested, number, text, truth
from tieout.systems.salesforce.contracts import STATUS
from tieout.systems.salesforce.translate import FORECAST_CATEGORIES

_TEXT, _NUMBER = text(null=True), number(null=True)
_EVERY: Expected = {
    "attributes": Field(types=frozenset({"object"}), absent=True),
    "Id": text(),
    "CurrencyIsoCode": _TEXT,
    "IsDeleted": truth(),
    "SystemModstamp": text(),
}

EXPECTED: Mapping[str, Expected] = {
    "Opportunity": {
        **_EVERY,
        **dict.fromkeys(("AccountId", "Name", "Type", "OwnerId"), _TEXT),
        "StageName": text(),
        "RecordType": nested({"attributes": _EVERY["attributes"], "DeveloperName": text()}, null=True),
        **dict.fromkeys(("Amount", "Probability"), _NUMBER),
        "CloseDate": text(),
        "ForecastCategory": text(*FORECAST_CATEGORIES, null=True),
        "HasOpportunityLineItem": truth(),
    },
    "OpportunityLineItem": {
        **_EVERY,
        "OpportunityId": text(),
        **dict.fromkeys(("Product2Id", "ServiceDate"), _TEXT),
        "TotalPrice": _NUMBER,
    },
    "Contract": {
        **_EVERY,
        **dict.fromkeys(("AccountId", "ContractNumber", "Name", "StartDate", "EndDate", "OwnerId"), _TEXT),
        "StatusCode": text(*STATUS),
        "ContractTerm": _NUMBER,
    },
    "Account": {**_EVERY, **dict.fromkeys(("MasterRecordId", "Name", "ParentId", "BillingCountry"), _TEXT)},
    "Product2": {**_EVERY, **dict.fromkeys(("Name", "Family"), _TEXT), "IsActive": truth()},
    "CurrencyType": {**_EVERY, "IsoCode": text(), "ConversionRate": number(), "IsCorporate": truth()},
    "DatedConversionRate": {**_EVERY, "IsoCode": text(), "StartDate": text(), "ConversionRate": number()},
}
