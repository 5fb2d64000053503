"""Keeps business partners and products, which bills and entries refer to by their numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.systems.sap_s4hana.tenant import Work

_PARTNERS, _PRODUCTS, _DESCRIPTIONS = "A_BusinessPartner", "A_Product", "A_ProductDescription"


def save_partner(work: Work, plain: Mapping[str, Any]) -> str:
    """Create the business partner with a number, or change it; the number."""
    number = str(plain["BusinessPartner"])
    is_new = not work.store.rows(_PARTNERS, BusinessPartner=number)
    time = work.moment.strftime("%H:%M:%S")
    etag = {"ETag": number + work.moment.strftime("%Y%m%d%H%M%S")}
    if is_new:
        usual = {"BusinessPartnerCategory": "2", "CreationDate": work.day, "CreationTime": time}
        work.store.insert(_PARTNERS, {**usual, **etag, **_named(plain)})
    else:
        stamps = {"LastChangeDate": work.day, "LastChangeTime": time}
        work.store.update(_PARTNERS, {"BusinessPartner": number}, {**stamps, **etag, **_named(plain)})
    work.tell("BusinessPartner", "Created" if is_new else "Changed", {"BusinessPartner": number})
    return number


def save_product(work: Work, plain: Mapping[str, Any]) -> str:
    """Create the product with a number, or change it; `descriptions` by language. The number."""
    number = str(plain["Product"])
    is_new = not work.store.rows(_PRODUCTS, Product=number)
    own = {name: value for name, value in plain.items() if name != "descriptions"}
    stamps = {"LastChangeDate": work.day, "LastChangeDateTime": work.moment.isoformat()}
    if is_new:
        work.store.insert(
            _PRODUCTS, {"ProductType": "HAWA", "BaseUnit": "PC", "CreationDate": work.day, **stamps, **own}
        )
    else:
        work.store.update(_PRODUCTS, {"Product": number}, {**stamps, **own})
    for language, text in plain.get("descriptions", {}).items():
        work.store.remove(_DESCRIPTIONS, Product=number, Language=language)
        work.store.insert(_DESCRIPTIONS, {"Product": number, "Language": language, "ProductDescription": text})
    work.tell("Product", "Created" if is_new else "Changed", {"Product": number})
    return number


def _named(plain: Mapping[str, Any]) -> dict[str, Any]:
    """All three names of a partner, where one is given."""
    name = plain.get("BusinessPartnerName")
    names = dict.fromkeys(("BusinessPartnerFullName", "OrganizationBPName1"), name) if name else {}
    return {**names, **plain}
