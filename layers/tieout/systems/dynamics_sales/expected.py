"""What Dataverse's rows are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered, null where there is no value; an environment's own columns are in its options.
https://learn.microsoft.com/power-apps/developer/data-platform/webapi/reference/opportunity
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.drift import Expected, nested, number, text
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
