"""The control routes of the site: what its users, its customers and their banks do, and which events were posted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.systems.chargebee.api import KINDS
from sandbox.systems.chargebee.billing import Billing
from sandbox.systems.chargebee.cash import Cash
from sandbox.systems.chargebee.site import Site
from sandbox.systems.chargebee.subscribing import Subscribing
from sandbox.systems.chargebee.telling import Telling
from sandbox.systems.controlling import Body, acts_that_tell, control_routes, delivery_acts, settings_acts
from sandbox.systems.keeping import Object
from sandbox.systems.posting_events import Delivery

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_Act = Callable[..., Object]


class Control:
    """Serves the control routes of one site."""

    def __init__(self, site: Site, billing: Billing, cash: Cash, subscribing: Subscribing, telling: Telling) -> None:
        self._site, self._telling = site, telling
        self._new: Mapping[str, _Act] = {
            "customers": site.make_customer,
            "item-prices": site.make_item_price,
            "coupons": site.make_coupon,
            "try-out": site.try_out,
            "subscriptions": subscribing.begin,
            "invoices": billing.bill,
            "credit-notes": billing.grant,
            "payments": cash.charge,
            "authorizations": cash.authorize,
        }
        self._of_one = _of_subscriptions(subscribing) | _of_money(billing, cash)
        self._of_one |= {"customers/{id}/change": site.change_customer, "customers/{id}/delete": site.delete_customer}

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._site.settings),
            ("GET", "state", self._show_state),
            *acts_that_tell(self._new, self._of_one, self._tell),
            *delivery_acts(self._telling),
        ]
        return control_routes(acts)

    async def _show_state(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {each: self._site.store.all(each) for each in KINDS.values()}

    async def _tell(self) -> list[Delivery]:
        return await self._telling.tell(self._site.take_untold())


def _of_subscriptions(subscribing: Subscribing) -> dict[str, _Act]:
    return {
        "subscriptions/{id}/change": subscribing.change,
        "subscriptions/{id}/take-off": subscribing.take_off,
        "subscriptions/{id}/redeem": subscribing.redeem,
        "subscriptions/{id}/start": subscribing.start,
        "subscriptions/{id}/activate": subscribing.activate,
        "subscriptions/{id}/cancel": subscribing.cancel,
        "subscriptions/{id}/stay": subscribing.stay,
        "subscriptions/{id}/reactivate": subscribing.reactivate,
        "subscriptions/{id}/pause": subscribing.pause,
        "subscriptions/{id}/resume": subscribing.resume,
        "subscriptions/{id}/renew": subscribing.renew,
        "subscriptions/{id}/delete": subscribing.delete,
    }


def _of_money(billing: Billing, cash: Cash) -> dict[str, _Act]:
    return {
        "invoices/{id}/close": billing.close,
        "invoices/{id}/pay": cash.pay,
        "invoices/{id}/give-up": billing.give_up,
        "invoices/{id}/void": billing.void,
        "invoices/{id}/write-off": billing.write_off,
        "invoices/{id}/credit": billing.credit,
        "invoices/{id}/delete": billing.delete,
        "credit-notes/{id}/void": billing.void_credit,
        "credit-notes/{id}/pay": cash.pay_credit,
        "credit-notes/{id}/delete": billing.delete_credit,
        "transactions/{id}/settle": cash.settle,
        "transactions/{id}/refund": cash.refund,
        "transactions/{id}/apply": cash.apply,
        "transactions/{id}/reverse": cash.reverse,
        "transactions/{id}/void": cash.void,
        "transactions/{id}/delete": cash.delete,
    }
