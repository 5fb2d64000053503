"""What a HubSpot connection may set in the landscape beyond what every connection has."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from tieout.arriving.freshness import check_max_skew
from tieout.declared import Declared
from tieout.external_ids import check_external_ids

SignatureVersion = Literal["v1", "v2", "v3"]
LineWorth = Literal["tcv", "acv", "arr", "mrr"]
MasterEntity = Literal["account", "product"]
_PROPERTY = re.compile("[a-z][a-z0-9_]{0,99}", re.ASCII)
_COMPANY_IDS: Mapping[str, str] = MappingProxyType({"domain": "domain"})
_PRODUCT_IDS: Mapping[str, str] = MappingProxyType({"sku": "hs_sku"})


class Options(Declared):
    """The options of one HubSpot connection.

    Attributes:
        allow_signatures: the schemes accepted. Only v3 carries a time stamp: whoever once saw a delivery can repeat a v1 or
            v2 one for ever, and can strip the v3 header from a v3 one where v1 is allowed beside it.
        max_skew_seconds: how far the v3 time stamp may lie from our clock, in either direction (HubSpot says 5 minutes); an hour
            at most, since whoever sees a delivery can repeat it for as long.
        line_items: False for an account that sells nothing by line item: then the app needs no scope for them, and each batch
            costs one call less.
        line_worth: which value of a line item adds up to the deal's amount: the account's own setting *Default deal amount*
            (`tcv` where nobody has changed it).
        master_data: which of companies (`account`) and products are facts; of the others what is told is ignored. The app needs
            `crm.objects.products.read` for products.
        company_ids: external ids of a company, such as `erp_number`, and the property of companies that each stands in.
        product_ids: the same of a product of the library.
        portal_id: the HubSpot account whose events are wanted; events of any other are malformed. 0: not checked.
    """

    allow_signatures: Sequence[SignatureVersion] = ("v3",)
    max_skew_seconds: int = 300
    portal_id: int = 0
    line_items: bool = True
    line_worth: LineWorth = "tcv"
    master_data: Sequence[MasterEntity] = ("account", "product")
    company_ids: Mapping[str, str] = _COMPANY_IDS
    product_ids: Mapping[str, str] = _PRODUCT_IDS

    def __post_init__(self) -> None:
        """Refuse what would let nobody in or protect nothing: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        if not self.allow_signatures:
            raise ValueError("allow_signatures names no scheme")
        check_max_skew(self.max_skew_seconds)
        if self.portal_id < 0:
            raise ValueError("portal_id is negative")
        for name in ("company_ids", "product_ids"):
            check_external_ids(name, getattr(self, name), _PROPERTY)
