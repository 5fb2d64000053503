"""What a Salesforce connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.arriving.freshness import check_max_skew
from tieout.declared import Declared
from tieout.external_ids import check_external_ids

_ORGANIZATION_ID = re.compile("00D[0-9A-Za-z]{12}([0-9A-Za-z]{3})?")
_API_VERSION = re.compile(r"[1-9][0-9]{1,2}\.0")
_API_NAME = re.compile("[A-Za-z][A-Za-z0-9_]{0,79}")
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = (
    "api_version",
    "dated_rates",
    "allowance_percent",
    "entities_beyond_allowance",
    "line_fields",
    "contract_fields",
    "master_data",
    "account_ids",
    "product_ids",
)
MasterEntity = Literal["account", "product"]
_ACCOUNT_IDS: Mapping[str, str] = MappingProxyType({"account_number": "AccountNumber", "domain": "Website"})
_PRODUCT_IDS: Mapping[str, str] = MappingProxyType({"sku": "ProductCode"})


def _check_api_names(names: Mapping[str, str]) -> None:
    for name, api_name in names.items():
        if api_name and _API_NAME.fullmatch(api_name) is None:
            raise ValueError(f"{name} is no API name of a field")


class LineFields(Declared):
    """The account's own fields of an opportunity's products: Salesforce has none for what recurs.

    Attributes:
        recurring_amount: API name of the field with what is paid each period; empty: no line recurs.
        recurring_months: API name of the field with the months of a period; empty: a period is one month.
        term_months: API name of the field with the months a line runs; empty: no line has an end.
    """

    recurring_amount: str = ""
    recurring_months: str = ""
    term_months: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no API name; raises `ValueError` naming the field."""
        _check_api_names(self.plain())


class ContractFields(Declared):
    """The account's own fields of a contract: Salesforce's Contract has no amount, and renews by packages.

    Attributes:
        value: API name of the field with what the contract is worth in all; empty: contracts have no value.
        renewal_amount: API name of the field with what its renewal is worth; empty: as much as the contract.
        renewal_date: API name of the field with the first day of the renewal; empty: the day after the contract's end.
        probability: API name of the percent field with how likely it is renewed; empty: nothing is weighted.
        product: API name of the field with its product line; empty: contracts have none.
    """

    value: str = ""
    renewal_amount: str = ""
    renewal_date: str = ""
    probability: str = ""
    product: str = ""

    def __post_init__(self) -> None:
        """Refuse what is no API name; raises `ValueError` naming the field."""
        _check_api_names(self.plain())


class Options(Declared):
    """The options of one Salesforce organisation.

    Attributes:
        organization_id: whose changes are wanted, 15 or 18 characters; what names any other is refused.
        max_skew_seconds: how far the time of a signed callout may lie from our clock; an hour at most, since whoever sees a
            delivery can repeat it for as long.
        own_clients: the clients (`client=` in `changeOrigin`) whose changes are our own and tell nothing new.
        api_version: of the REST API, such as `62.0`.
        dated_rates: True to report in the corporate currency by the organisation's own dated rates, where that is the
            reporting currency; else planning's rates decide.
        allowance_percent: the share of the organisation's calls of a day, by all its users together, up to which records
            are read.
        entities_beyond_allowance: what is read until the last call all the same (`opportunity`, `contract`).
        line_fields: the account's own fields of an opportunity's products.
        contract_fields: the account's own fields of a contract.
        master_data: which of accounts and products are facts; the others are not, and accounts still lead to what belongs to them.
        account_ids: external ids of an account, such as `tax_id`, and the API name of the field that each stands in.
        product_ids: the same of a product.
    """

    organization_id: str
    max_skew_seconds: int = 300
    own_clients: Sequence[str] = ()
    api_version: str = "62.0"
    dated_rates: bool = False
    allowance_percent: int = 80
    entities_beyond_allowance: Sequence[str] = ()
    line_fields: LineFields = LineFields()
    contract_fields: ContractFields = ContractFields()
    master_data: Sequence[MasterEntity] = ("account", "product")
    account_ids: Mapping[str, str] = _ACCOUNT_IDS
    product_ids: Mapping[str, str] = _PRODUCT_IDS

    def __post_init__(self) -> None:
        """Read what came as JSON, and refuse what lets nobody in or reads nothing: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        for name, kind in (("line_fields", LineFields), ("contract_fields", ContractFields)):
            stated = getattr(self, name)
            if isinstance(stated, Mapping):
                self.__dict__[name] = kind(**stated)
        for name in ("account_ids", "product_ids"):
            check_external_ids(name, getattr(self, name), _API_NAME)
        if _ORGANIZATION_ID.fullmatch(self.organization_id) is None:
            raise ValueError("organization_id is not 00D and 12 or 15 more letters and digits")
        if _API_VERSION.fullmatch(self.api_version) is None:
            raise ValueError("api_version is not of the form 62.0")
        if not 1 <= self.allowance_percent <= 100:  # noqa: PLR2004 percent
            raise ValueError("allowance_percent is not between 1 and 100")
        check_max_skew(self.max_skew_seconds)


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}


def needs_libraries(_options: Mapping[str, Any]) -> bool:
    """Every door of it needs the dependencies layer: the standard library's reader of XML lets entities grow."""
    return True
