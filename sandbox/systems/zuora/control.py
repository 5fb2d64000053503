"""The control routes of the tenant: what its users, its customers and their banks do, and which callouts were posted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, acts_that_tell, control_routes, delivery_acts, settings_acts
from sandbox.systems.keeping import Object
from sandbox.systems.posting_events import Delivery
from sandbox.systems.zuora.billing import Billing
from sandbox.systems.zuora.cash import Cash
from sandbox.systems.zuora.ordering import Ordering
from sandbox.systems.zuora.tables import KINDS
from sandbox.systems.zuora.telling import Telling
from sandbox.systems.zuora.tenant import Tenant

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_Act = Callable[..., Object]
_ORDERS = ("add", "change", "remove", "renew", "cancel", "suspend", "resume", "activate", "undo")


class Control:
    """Serves the control routes of one tenant."""

    def __init__(self, tenant: Tenant, ordering: Ordering, billing: Billing, cash: Cash, telling: Telling) -> None:
        self._tenant = tenant
        self._telling = telling
        self._new: Mapping[str, _Act] = {
            "accounts": tenant.open_account,
            "subscriptions": _named(ordering.begin),
            "drafts": billing.draft,
            "invoices": billing.bill,
            "payments": cash.pay,
        }
        self._of_one: Mapping[str, _Act] = {
            **{f"subscriptions/{{id}}/{each}": _named(getattr(ordering, each)) for each in _ORDERS},
            "invoices/{id}/edit": billing.edit,
            "invoices/{id}/reverse": billing.reverse,
            "invoices/{id}/credit": billing.credit,
            "invoices/{id}/debit": billing.debit,
            **_of_each_document(billing),
            "payments/{id}/settle": cash.settle,
            "payments/{id}/void": cash.void,
            "payments/{id}/apply": cash.apply,
            "payments/{id}/refund": cash.refund,
            "credit-memos/{id}/refund": cash.refund_memo,
            "refunds/{id}/end": cash.end_refund,
        }

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._tenant.settings),
            ("GET", "state", self._show_state),
            *acts_that_tell(self._new, self._of_one, self._tell),
            *delivery_acts(self._telling),
        ]
        return control_routes(acts)

    async def _show_state(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {each: self._tenant.store.all(each) for each in KINDS}

    async def _tell(self) -> list[Delivery]:
        return await self._telling.tell(self._tenant.take_untold())


def _named(act: _Act) -> _Act:
    """What is done to a subscription, answered by its number, with those of its charges."""

    def do(*stated: Any, **named: Any) -> Object:  # noqa: ANN401 JSON
        version = act(*stated, **named)
        charges = [each["chargeNumber"] for plan in version["ratePlans"] for each in plan["ratePlanCharges"]]
        return {"id": version["name"], "lines": [{"id": each} for each in dict.fromkeys(charges)]}

    return do


def _of_each_document(billing: Billing) -> Mapping[str, _Act]:
    acts = {"post": billing.post, "unpost": billing.unpost, "cancel": billing.cancel, "delete": billing.delete}
    return {
        f"{KINDS[kind].path}/{{id}}/{name}": partial(act, kind)
        for kind in ("invoice", "credit_memo", "debit_memo")
        for name, act in acts.items()
    }
