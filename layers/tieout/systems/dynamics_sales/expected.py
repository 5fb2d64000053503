"""What Dataverse's rows are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered, null where there is no value; an environment's own columns are in its options.
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/opportunity
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.drift import Deliveries, Expected, Field, nested, number, text, truth
from tieout.landscape import Connection
from tieout.systems.dynamics_sales import masters
from tieout.systems.dynamics_sales.queries import OPPORTUNITIES, PRODUCTS
from tieout.systems.dynamics_sales.translate import STATES

_TEXT, _NUMBER = text(null=True), number(null=True)
_CURRENCY = nested({"isocurrencycode": text(), "transactioncurrencyid": text(absent=True)}, null=True, absent=True)

EXPECTED: Mapping[str, Expected] = {
    OPPORTUNITIES: {
        "opportunityid": text(),
        "statecode": number(*STATES),
        "modifiedon": text(),
        "versionnumber": number(),
        "transactioncurrencyid": _CURRENCY,
        **dict.fromkeys(("estimatedvalue", "actualvalue", "closeprobability", "exchangerate"), _NUMBER),
        **dict.fromkeys(("name", "estimatedclosedate", "actualclosedate"), _TEXT),
        **dict.fromkeys(("_parentaccountid_value", "_customerid_value", "_ownerid_value"), _TEXT),
    },
    "accounts": {
        "accountid": text(),
        "statecode": number(*masters.STATES["account"]),
        "modifiedon": text(),
        "versionnumber": number(),
        "transactioncurrencyid": _CURRENCY,
        **dict.fromkeys(("name", "_parentaccountid_value", "address1_country"), _TEXT),
    },
    "products": {
        "productid": text(),
        "statecode": number(*masters.STATES["product"]),
        "modifiedon": text(),
        "versionnumber": number(),
        **dict.fromkeys(("name", "_parentproductid_value", "validfromdate", "validtodate"), _TEXT),
    },
    PRODUCTS: {
        "opportunityproductid": text(),
        "transactioncurrencyid": _CURRENCY,
        **dict.fromkeys(("_opportunityid_value", "_productid_value"), _TEXT),
    },
}

_COLLECTION = Field(types=frozenset({"array"}), null=True, absent=True)  # lists of keys and values, cut for their size
_IDS = ("BusinessUnitId", "CorrelationId", "InitiatingUserId", "OrganizationId", "PrimaryEntityId", "UserId")
_WORDS = ("MessageName", "PrimaryEntityName", "SecondaryEntityName", "OrganizationName", "OperationCreatedOn")
_COLLECTIONS = ("InputParameters", "OutputParameters", "PreEntityImages", "PostEntityImages", "SharedVariables")

CONTEXT: Expected = {
    **dict.fromkeys((*_IDS, *_WORDS), text()),
    **dict.fromkeys(
        ("OperationId", "RequestId", "InitiatingUserAzureActiveDirectoryObjectId"), text(null=True, absent=True)
    ),
    **dict.fromkeys(("Depth", "IsolationMode", "Mode", "Stage"), number()),
    **dict.fromkeys(("IsExecutingOffline", "IsInTransaction", "IsOfflinePlayback"), truth()),
    **dict.fromkeys(_COLLECTIONS, _COLLECTION),
    "OwningExtension": nested(
        {
            **dict.fromkeys(("Id", "LogicalName"), text()),
            **dict.fromkeys(("__type", "Name", "RowVersion"), text(null=True, absent=True)),
            "KeyAttributes": _COLLECTION,
        }
    ),
    "ParentContext": Field(types=frozenset({"object"}), null=True, absent=True),
}


def expect_deliveries(_connection: Connection) -> Deliveries:
    """What a step posts: https://learn.microsoft.com/power-apps/developer/data-platform/understand-the-data-context-passed-to-a-plug-in.

    The columns of the row stand in it as values of lists, which a company adds to as it likes.
    """
    return Deliveries({"context": CONTEXT}, lambda outline: [("context", outline)])
