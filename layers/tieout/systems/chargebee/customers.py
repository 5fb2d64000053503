"""Turns Chargebee's customers into master data: companies, and of people no name; pure."""

from __future__ import annotations

from tieout.facts.master_data import TAX_ID, Customer, external_ids
from tieout.fields import Row, part_of, text_in


def customer_of(customer_id: str, row: Row) -> Customer:
    """A customer by the id that documents name it by; its parent is the customer of the hierarchy that it belongs to.

    Raises:
        UnreadableRecordError: naming the field that cannot be read, never its value.
    """
    parent = text_in(part_of(row, "relationship") or {}, "parent_id")
    return Customer(
        number=customer_id,
        name=text_in(row, "company"),
        parent=parent if parent != customer_id else None,  # whoever is at the top may be named as their own
        external_ids=external_ids({TAX_ID: text_in(row, "vat_number")}),
        legal_entity=text_in(row, "business_entity_id"),
        country=text_in(part_of(row, "billing_address") or {}, "country"),
        currency=text_in(row, "preferred_currency_code"),
    )
