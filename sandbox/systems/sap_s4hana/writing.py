"""Does what callers of the services may do beside reading: create sales orders with their items, and change them."""

from __future__ import annotations

import json
from typing import Any

from sandbox.systems.sap_s4hana.filters import ODataError
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.services import EntitySet
from sandbox.systems.sap_s4hana.store import Row
from sandbox.systems.sap_s4hana.tenant import Tenant
from sandbox.systems.sap_s4hana.values import without_zeros

_SET, _ITEMS = "A_SalesOrder", "to_Item"


class Writing:
    """Writes into one tenant for callers of its services."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def create(self, entity_set: EntitySet, raw: bytes) -> Row:
        """Create a sales order of a deep insert; its row.

        Raises:
            ODataError: if the body is none, or the entity set is another.
        """
        body = _body(entity_set, raw)
        items = body.pop(_ITEMS, [])
        if isinstance(items, dict):
            items = items.get("results", [])
        with self._tenant.saving() as work:
            try:
                number = SalesOrders(work).create({**body, "items": items})
            except (ValueError, KeyError, TypeError) as error:
                raise ODataError(str(error), "SLS_LORD/010") from error
            return work.store.row(_SET, SalesOrder=number)

    def change(self, entity_set: EntitySet, row: Row, raw: bytes) -> None:
        """Change the header of a sales order.

        Raises:
            ODataError: as for `create`.
        """
        body = _body(entity_set, raw)
        with self._tenant.saving() as work:
            try:
                SalesOrders(work).change(without_zeros(str(row["SalesOrder"])), body)
            except (ValueError, TypeError) as error:
                raise ODataError(str(error), "SLS_LORD/010") from error


def _body(entity_set: EntitySet, raw: bytes) -> dict[str, Any]:
    if entity_set.name != _SET:
        raise ODataError(f"Creating and changing {entity_set.name} is not supported", "/IWBEP/CM_MGW_RT/097")
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise ODataError("Error while parsing the request body") from error
    inner = body.get("d", body) if isinstance(body, dict) else None
    if not isinstance(inner, dict):
        raise ODataError("Error while parsing the request body")
    return dict(inner)
