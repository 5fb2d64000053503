"""What people do with the account's customers and products: make, change and delete them."""

from __future__ import annotations

from typing import Any

from sandbox.systems.keeping import Object
from sandbox.systems.stripe.account import Account


class Masters:
    """The customers and products of one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def keep_customer(self, tax_ids: list[dict[str, str]] | None = None, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Make a customer, with tax numbers (`type` and `value` each)."""
        unsaid = dict.fromkeys(("name", "email", "address", "currency"))
        numbers = {"object": "list", "data": tax_ids or [], "has_more": False}
        return self._account.make("customer", {**unsaid, "tax_ids": numbers, **stated}, "customer.created")

    def keep_product(self, name: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Make a product."""
        updated = self._account.store.second()
        return self._account.make(
            "product", {"name": name, "active": True, "updated": updated, **stated}, "product.created"
        )

    def change(self, object_id: str, **stated: Any) -> Object:  # noqa: ANN401 JSON
        """Change one; only products say when that was."""
        found = self._account.store.get(object_id)
        kind = found["object"]
        updated = {"updated": self._account.store.second()} if kind == "product" else {}
        return self._account.change(found, f"{kind}.updated", **stated, **updated)

    def delete(self, object_id: str) -> Object:
        """Delete one: by its id nothing else is shown of it any more."""
        found = self._account.store.get(object_id)
        gone = {"id": object_id, "object": found["object"], "deleted": True, "livemode": found["livemode"]}
        self._account.store.save(gone)
        self._account.note(f"{found['object']}.deleted", gone)
        return gone
