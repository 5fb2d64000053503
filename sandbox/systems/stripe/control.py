"""The control routes of the account: what its users, its customers and their banks do, and which events were posted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Body, acts_that_tell, control_routes, delivery_acts, settings_acts
from sandbox.systems.keeping import Object
from sandbox.systems.posting_events import Delivery
from sandbox.systems.stripe.account import Account
from sandbox.systems.stripe.billing import Billing
from sandbox.systems.stripe.cash import Cash
from sandbox.systems.stripe.masters import Masters
from sandbox.systems.stripe.subscribing import Subscribing
from sandbox.systems.stripe.telling import Telling

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_Act = Callable[..., Object]
_SHOWN = (
    "customer",
    "product",
    "subscription",
    "invoice",
    "credit_note",
    "charge",
    "refund",
    "dispute",
    "payout",
    "balance_transaction",
    "event",
)


class Control:
    """Serves the control routes of one account."""

    def __init__(
        self,
        account: Account,
        billing: Billing,
        cash: Cash,
        subscribing: Subscribing,
        keeping: Masters,
        telling: Telling,
    ) -> None:
        self._account = account
        self._telling = telling
        self._new: Mapping[str, _Act] = {
            "invoices": billing.bill,
            "drafts": billing.draft,
            "charges": cash.charge,
            "payouts": cash.pay_out,
            "subscriptions": subscribing.begin,
            "customers": keeping.keep_customer,
            "products": keeping.keep_product,
        }
        self._of_one = {**_of_sales(billing, cash), **_of_contracts(subscribing, keeping)}

    def routes(self) -> list[Route]:
        """Every control route but those for faults."""
        acts = [
            *settings_acts(self._account.settings),
            ("GET", "state", self._show_state),
            *acts_that_tell(self._new, self._of_one, self._tell),
            *delivery_acts(self._telling),
        ]
        return control_routes(acts)

    async def _show_state(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {each: self._account.store.all(each) for each in _SHOWN}

    async def _tell(self) -> list[Delivery]:
        return await self._telling.tell(self._account.take_untold())


def _of_sales(billing: Billing, cash: Cash) -> Mapping[str, _Act]:
    return {
        "invoices/{id}/edit": billing.edit,
        "invoices/{id}/delete": billing.delete,
        "invoices/{id}/finalise": billing.finalise,
        "invoices/{id}/pay": billing.pay,
        "invoices/{id}/void": billing.void,
        "invoices/{id}/write-off": billing.write_off,
        "invoices/{id}/credit": billing.credit,
        "credit-notes/{id}/void": billing.void_credit,
        "charges/{id}/capture": cash.capture,
        "charges/{id}/settle": cash.settle,
        "charges/{id}/bounce": cash.bounce,
        "charges/{id}/refund": cash.refund,
        "charges/{id}/dispute": cash.dispute,
        "refunds/{id}/fail": cash.fail_refund,
        "disputes/{id}/close": cash.close_dispute,
        "payouts/{id}/arrive": cash.arrive,
        "payouts/{id}/fail": cash.fail_payout,
    }


def _of_contracts(subscribing: Subscribing, keeping: Masters) -> Mapping[str, _Act]:
    """What is done to subscriptions, and to customers and products."""
    acts = {"change": keeping.change, "delete": keeping.delete}
    kept = {f"{kind}/{{id}}/{name}": act for kind in ("customers", "products") for name, act in acts.items()}
    return kept | {
        "subscriptions/{id}/change": subscribing.change,
        "subscriptions/{id}/take-off": subscribing.take_off,
        "subscriptions/{id}/cancel": subscribing.cancel,
        "subscriptions/{id}/stay": subscribing.stay,
        "subscriptions/{id}/pause": subscribing.pause,
        "subscriptions/{id}/resume": subscribing.resume,
        "subscriptions/{id}/fall-due": subscribing.fall_due,
        "subscriptions/{id}/renew": subscribing.renew,
    }
