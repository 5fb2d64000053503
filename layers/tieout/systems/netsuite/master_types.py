"""What NetSuite calls its customers, items, accounts and departments: in scripts, in SuiteQL, among deletions, in the REST API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

# As scripts name them; the REST API and the SOAP service tell some apart by whether they are sold, bought or both.
_ITEMS = (
    *("assemblyitem", "descriptionitem", "discountitem", "downloaditem", "giftcertificateitem", "inventoryitem"),
    *("itemgroup", "kititem", "lotnumberedassemblyitem", "lotnumberedinventoryitem", "markupitem", "noninventoryitem"),
    *(
        "otherchargeitem",
        "paymentitem",
        "serializedassemblyitem",
        "serializedinventoryitem",
        "serviceitem",
        "subtotalitem",
    ),
)
_SIDES = ("sale", "purchase", "resale")
_ITEMS_BY_SIDE = tuple(f"{kind}{side}item" for kind in ("noninventory", "othercharge", "service") for side in _SIDES)
_ITEMS_IN_SUITEQL = (
    *("item", "assembly", "description", "discount", "dwnlditem", "giftcert", "group", "invtpart", "kit", "markup"),
    *("noninvtpart", "othcharge", "payment", "service", "subtotal"),
)


class MasterType(NamedTuple):
    """One kind of master data.

    Attributes:
        table: where SuiteQL has its records.
        in_scripts: the record types scripts name it by.
        deleted_as: what the table of deletions may call it, in small letters and without spaces; any other word proves nothing.
        in_rest: the record types of the REST API it may have; none: they are too many to ask for each.
    """

    table: str
    in_scripts: Sequence[str]
    deleted_as: Sequence[str]
    in_rest: Sequence[str]


MASTER_TYPES: Mapping[str, MasterType] = {
    # Ids are counted over all that documents can be with, so nothing else ever had the id of a customer.
    "customer": MasterType("customer", ("customer",), ("customer", "custjob", "lead", "prospect"), ("customer",)),
    "product": MasterType("item", _ITEMS, (*_ITEMS, *_ITEMS_BY_SIDE, *_ITEMS_IN_SUITEQL), ()),
    "gl_account": MasterType("account", ("account",), ("account",), ("account",)),
    "cost_centre": MasterType("department", ("department",), ("department",), ("department",)),
}
"""By the entity that notices name."""
