"""What a Dynamics 365 Sales connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.declared import Declared
from tieout.external_ids import check_external_ids

GUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
"""An id of Dataverse as we write it: in small letters, without braces."""

_HEADER = re.compile("[a-z][a-z0-9-]{0,63}", re.ASCII)
_PARAMETER = re.compile("[A-Za-z][A-Za-z0-9_-]{0,63}", re.ASCII)
_API_VERSION = re.compile(r"v[0-9]{1,2}\.[0-9]", re.ASCII)
_COLUMN = re.compile("[a-z][a-z0-9_]{0,127}", re.ASCII)
_DEEPEST = 8
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = (
    "api_version",
    "scope",
    "base_currency",
    "stage_column",
    "product_column",
    "category_column",
    "forecast_categories",
    "line_amount_column",
    "master_data",
    "account_ids",
    "product_ids",
)
MasterEntity = Literal["account", "product"]
_ACCOUNT_IDS: Mapping[str, str] = MappingProxyType({"account_number": "accountnumber", "domain": "websiteurl"})
_PRODUCT_IDS: Mapping[str, str] = MappingProxyType({"sku": "productnumber"})
_FORECAST_CATEGORIES: Mapping[str, str] = MappingProxyType(
    {
        "100000001": "pipeline",
        "100000002": "best_case",
        "100000003": "commit",
        "100000004": "omitted",
        "100000005": "closed",
        "100000006": "omitted",
    }
)
_CATEGORIES = frozenset(("pipeline", "best_case", "most_likely", "commit", "closed", "omitted"))


class Options(Declared):
    """The options of one environment of Dataverse.

    Attributes:
        organization_id: whose changes are wanted, a GUID; what names any other is refused.
        key_header: name of the header that carries the webhook secret, in small letters (registered as *HttpHeader*).
        key_parameter: name of the query parameter that carries it where that header is missing (*WebhookKey* is `code`,
            *HttpQueryString* is any); empty: no query proves anything.
        own_users: the users whose changes are our own and tell nothing new.
        max_depth: how deep a chain of plug-ins and flows may be that made a change; what lies deeper is a loop of somebody's,
            and counted as ignored. Dataverse itself ends a chain at eight.
        api_version: of the Web API, such as `v9.2`.
        scope: the OAuth 2.0 scope; empty: the connection's address with `/.default`.
        base_currency: the environment's base currency, to convert by the rate that each row keeps (`exchangerate`) where that
            is the reporting currency; empty: planning's rates decide.
        stage_column: the column with the stage of an open opportunity; of a won or lost one its state alone counts.
        product_column: the column that stands for the product of an opportunity itself; empty: it has none.
        category_column: the choice column with the forecast category; empty: none is read.
        forecast_categories: what its numbers mean (`pipeline`, `best_case`, `most_likely`, `commit`, `closed`, `omitted`).
        line_amount_column: the column with what a product adds to its opportunity's worth.
        master_data: which of accounts and products are facts; of the others what is told is ignored.
        account_ids: external ids of an account, such as `tax_id`, and the column that each stands in.
        product_ids: the same of a product of the catalogue.
    """

    organization_id: str
    key_header: str = "x-tieout-key"
    key_parameter: str = "code"
    own_users: Sequence[str] = ()
    max_depth: int = _DEEPEST
    api_version: str = "v9.2"
    scope: str = ""
    base_currency: str = ""
    stage_column: str = "stepname"
    product_column: str = ""
    category_column: str = "msdyn_forecastcategory"
    forecast_categories: Mapping[str, str] = _FORECAST_CATEGORIES
    line_amount_column: str = "extendedamount"
    master_data: Sequence[MasterEntity] = ("account", "product")
    account_ids: Mapping[str, str] = _ACCOUNT_IDS
    product_ids: Mapping[str, str] = _PRODUCT_IDS

    def __post_init__(self) -> None:
        """Refuse what lets nobody in, or could change what is asked: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        for name in ("organization_id", "own_users"):
            stated = getattr(self, name)
            if not all(GUID.fullmatch(each) for each in ([stated] if isinstance(stated, str) else stated)):
                raise ValueError(f"{name} is no GUID in small letters")
        if _HEADER.fullmatch(self.key_header) is None:
            raise ValueError("key_header is no name of a header in small letters")
        if self.key_parameter and _PARAMETER.fullmatch(self.key_parameter) is None:
            raise ValueError("key_parameter is no name of a parameter")
        if not 1 <= self.max_depth <= _DEEPEST:
            raise ValueError("max_depth is not between 1 and 8")
        self._check_reading()

    def _check_reading(self) -> None:
        if _API_VERSION.fullmatch(self.api_version) is None:
            raise ValueError("api_version is not of the form v9.2")
        for name in ("stage_column", "product_column", "category_column", "line_amount_column"):
            column = getattr(self, name)
            if column and _COLUMN.fullmatch(column) is None:
                raise ValueError(f"{name} is no logical name of a column")
        for name in ("account_ids", "product_ids"):
            check_external_ids(name, getattr(self, name), _COLUMN)
        if not (self.stage_column and self.line_amount_column):
            raise ValueError("stage_column and line_amount_column name no column")
        if not set(self.forecast_categories.values()) <= _CATEGORIES:
            raise ValueError("forecast_categories names a category that is none")


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}
