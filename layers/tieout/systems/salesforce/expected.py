"""What Salesforce's rows are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered, null where there is no value; an account's own columns are in its options.
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, inside, listed, nested, number, text, truth
from tieout.landscape import Connection
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

_CHANGES = ("CREATE", "UPDATE", "DELETE", "UNDELETE")
_COUNT = Field(types=frozenset({"number", "string"}))  # which some relays write as a text
_NAMES = Field(types=frozenset({"array"}), null=True, absent=True)
_TEXTS = Field(types=frozenset({"array"}))

DELIVERIES: Mapping[str, Expected] = {
    # https://developer.salesforce.com/docs/atlas.en-us.change_data_capture.meta/change_data_capture/cdc_event_fields_header.htm
    "change_event": {
        **dict.fromkeys(("schemaId", "id"), text(absent=True)),
        "payload": nested(
            {
                **OTHERS,  # the fields of whatever object it is
                "ChangeEventHeader": nested(
                    {
                        **dict.fromkeys(("entityName", "transactionKey", "commitUser"), text()),
                        "changeType": text(*_CHANGES, *(f"GAP_{each}" for each in _CHANGES), "GAP_OVERFLOW"),
                        "changeOrigin": text(null=True, absent=True),
                        **dict.fromkeys(("sequenceNumber", "commitTimestamp"), _COUNT),
                        "commitNumber": _COUNT._replace(absent=True),
                        "recordIds": Field(types=frozenset({"array"})),
                        **dict.fromkeys(("changedFields", "nulledFields", "diffFields"), _NAMES),
                    }
                ),
            }
        ),
    },
    "callout": {  # as our own Apex posts it
        "organizationId": text(),
        "events": nested(
            {
                **dict.fromkeys(("object", "id", "systemModstamp"), text()),
                "operation": text("insert", "update", "delete", "undelete"),
            }
        ),
    },
    "notification": {  # of an outbound message: the texts that stand under what is read
        **dict.fromkeys(("notification_id", "object", "record_id"), _TEXTS),
        "modified_at": Field(types=frozenset({"array"}), absent=True),
    },
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What is told in either of the three ways."""
    return Deliveries(DELIVERIES, _parts)


def _parts(outline: object) -> Iterator[tuple[str, object]]:
    if isinstance(outline, list):
        yield from (("notification", each) for each in listed(outline))
    else:
        yield "callout" if inside(outline, "payload") is None else "change_event", outline
