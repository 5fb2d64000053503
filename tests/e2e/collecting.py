"""What is agreed, billed and collected in the simulated billing systems while all systems are live.

Stripe and Chargebee stamp what happens by clocks of their own, which are set for each part of the day. Zuora is told the days.
"""

from __future__ import annotations

from sandbox.systems.zuora.joining import CUSTOMERS
from tests.e2e.simulators import CHARGEBEE, FIRST, SECOND, STRIPE, ZUORA, Simulator

CLOCKS = {STRIPE: "frozen_time", CHARGEBEE: "time_machine"}  # of the systems that have one, what it is called
# Each begins in the first month of its company and ends in the second: in New York, and in Berlin.
STAMPED = {
    STRIPE: ("2027-08-31T12:00:00Z", "2027-09-01T12:00:00Z"),
    CHARGEBEE: ("2027-08-31T12:00:00Z", "2027-08-31T22:30:00Z"),
}
_PAYERS = {STRIPE: ("cus_901", "cus_902"), CHARGEBEE: ("16Bcust901", "16Bcust902"), ZUORA: tuple(CUSTOMERS)}
_SOLD = {
    STRIPE: ("prod_1", "prod_2"),
    CHARGEBEE: ("PRO-EUR-M", "SUPPORT-EUR-M"),
    ZUORA: tuple(f"8ad00000000000000000000000000b0{number}" for number in (1, 2)),
}


def collect(simulators: dict[str, Simulator]) -> None:
    """A busy turn of the month in all billing systems."""
    _collect_by_stripe(simulators[STRIPE])
    _collect_by_chargebee(simulators[CHARGEBEE])
    _collect_by_zuora(simulators[ZUORA])


def set_clock(simulator: Simulator, name: str, month: int) -> None:
    """Let it be a moment of the first or the second month in a system that has a clock of its own."""
    simulator.call("POST", "settings", {CLOCKS[name]: STAMPED[name][month]})


def _collect_by_stripe(stripe: Simulator) -> None:
    """Invoices of which some are paid, taken back, void or drafts only; charges, refunds, a dispute, a payout; subscriptions."""
    set_clock(stripe, STRIPE, 0)
    bills = []
    for number in range(10):
        line = {"amount": 120_00 + number, "discount": 20_00, "tax": 8_00, "product": _SOLD[STRIPE][number % 2]}
        included = {"amount": 30_00 + number, "included_tax": 5_01}
        bill = {
            "customer": _PAYERS[STRIPE][number % 2],
            "currency": ("usd", "eur")[number % 2],
            "lines": [line, included],
        }
        bills.append(stripe.change("POST", "invoices", bill))
    charges = [_charged(stripe, number) for number in range(8)]
    subscriptions = [_subscribed(stripe, number) for number in range(8)]
    set_clock(stripe, STRIPE, 1)
    for each in bills[:4]:
        stripe.change("POST", f"invoices/{each['id']}/pay")
    for each in bills[4:6]:
        stripe.change("POST", f"invoices/{each['id']}/void")
    stripe.change("POST", f"invoices/{bills[6]['id']}/write-off")
    for each in bills[::3]:
        taken_back = [{"amount": 11_00, "invoice_line_item": each["lines"][0]}, {"amount": 2_00}]
        if each not in bills[4:6]:
            stripe.change("POST", f"invoices/{each['id']}/credit", {"lines": taken_back})
    for each in charges[:3]:
        stripe.change("POST", f"charges/{each}/refund", {"amount": 9_00})
    stripe.change("POST", f"charges/{charges[4]}/bounce")
    stripe.change("POST", f"charges/{charges[5]}/dispute", {})
    stripe.change("POST", "payouts", {"amount": 200_00, "currency": "usd"})
    _move_in_stripe(stripe, subscriptions)


def _charged(stripe: Simulator, number: int) -> str:
    charge = {
        "amount": 108_00 + number,
        "currency": ("usd", "eur")[number % 2],
        "customer": _PAYERS[STRIPE][number % 2],
    }
    return str(stripe.change("POST", "charges", charge)["id"])


def _subscribed(stripe: Simulator, number: int) -> str:
    """Every other one pays by the year for one of its two products."""
    items = [{"unit_amount": 49_00 + number, "quantity": 10, "product": _SOLD[STRIPE][number % 2]}]
    yearly = {
        "unit_amount": 1_000_01 + number,
        "quantity": 1,
        "product": _SOLD[STRIPE][1 - number % 2],
        "interval": "year",
    }
    wanted = {"customer": _PAYERS[STRIPE][number % 2], "currency": ("usd", "eur")[number % 3 == 0]}
    return str(stripe.change("POST", "subscriptions", wanted | {"items": items + [yearly] * (number % 2)})["id"])


def _move_in_stripe(stripe: Simulator, subscriptions: list[str]) -> None:
    """Some have more from now on, then less; some cancel, pause, or will cancel."""
    for number, each in enumerate(subscriptions[:5]):
        for quantity in (25, 8 + number):
            items = [{"unit_amount": 49_00 + number, "quantity": quantity, "product": _SOLD[STRIPE][number % 2]}]
            stripe.change("POST", f"subscriptions/{each}/change", {"items": items})
    stripe.change("POST", f"subscriptions/{subscriptions[4]}/pause")
    stripe.change("POST", f"subscriptions/{subscriptions[5]}/cancel")
    stripe.change("POST", f"subscriptions/{subscriptions[6]}/cancel", {"at_period_end": True})


def _collect_by_chargebee(site: Simulator) -> None:
    """Invoices of which some are paid, written off, taken back, void, pending or deleted; payments; subscriptions."""
    set_clock(site, CHARGEBEE, 0)
    bills = []
    for number in range(10):
        line = {"amount": 88_00 + number, "discount": 10_00, "tax": 14_82, "entity_id": _SOLD[CHARGEBEE][number % 2]}
        bill = {"customer_id": _PAYERS[CHARGEBEE][number % 2], "currency_code": ("EUR", "USD")[number % 3 == 0]}
        prices = {"price_type": ("tax_exclusive", "tax_inclusive")[number % 4 == 0], "pending": number == 9}
        bills.append(
            site.change("POST", "invoices", bill | prices | {"lines": [line, {"amount": 7_00 + number}]})["id"]
        )
    agreed = [_agreed(site, number) for number in range(8)]
    set_clock(site, CHARGEBEE, 1)
    for each in bills[:4]:
        paid = site.change("POST", f"invoices/{each}/pay")["id"]
        if each == bills[1]:
            site.change("POST", f"transactions/{paid}/refund", {"amount": 9_00})
        if each == bills[2]:
            site.change("POST", f"transactions/{paid}/reverse", {"is_late_failure": True})
    for each, act in zip(bills[4:7], ("void", "write-off", "delete"), strict=True):
        site.change("POST", f"invoices/{each}/{act}")
    for each in bills[:9:4]:
        if each != bills[4]:
            credit = {"amount": 11_00, "tax": 2_09, "entity_id": _SOLD[CHARGEBEE][0]}
            site.change("POST", f"invoices/{each}/credit", {"lines": [credit]})
    _move_in_chargebee(site, agreed)


def _agreed(site: Simulator, number: int) -> str:
    """Every other one pays by the year."""
    items = [{"item_price_id": _SOLD[CHARGEBEE][number % 2], "unit_price": 16_01 + number, "quantity": 5}]
    wanted = {"customer_id": _PAYERS[CHARGEBEE][number % 2], "currency_code": ("EUR", "USD")[number % 3 == 0]}
    rhythm = {"billing_period_unit": ("month", "year")[number % 2]}
    return str(site.change("POST", "subscriptions", wanted | rhythm | {"items": items})["id"])


def _move_in_chargebee(site: Simulator, agreed: list[str]) -> None:
    """Some have more from now on, then less; some cancel, pause, will cancel, or never were."""
    for number, each in enumerate(agreed[:4]):
        for quantity in (9, 2 + number):
            items = [
                {"item_price_id": _SOLD[CHARGEBEE][number % 2], "unit_price": 16_01 + number, "quantity": quantity}
            ]
            site.change("POST", f"subscriptions/{each}/change", {"items": items})
    site.change("POST", f"subscriptions/{agreed[3]}/pause")
    site.change("POST", f"subscriptions/{agreed[4]}/cancel")
    site.change("POST", f"subscriptions/{agreed[6]}/cancel", {"at_term_end": True})
    site.change("POST", f"subscriptions/{agreed[7]}/delete")


def _collect_by_zuora(tenant: Simulator) -> None:
    """Invoices and memos, some of them drafts only, reversed or taken back; payments and refunds; subscriptions for terms."""
    bills = []
    for number in range(10):
        item = {
            "amount": f"{120 + number}.50",
            "tax": "26.25",
            "discount": "20.25",
            "product": _SOLD[ZUORA][number % 2],
        }
        bill = {"account": _PAYERS[ZUORA][number % 2], "date": f"{(FIRST, SECOND)[number % 2]}-18", "items": [item]}
        bills.append(tenant.change("POST", "drafts" if number == 9 else "invoices", bill)["id"])
    for number, each in enumerate(bills[:3]):
        item = {"amount": f"{10 + number}.10", "tax": "2.12", "product": _SOLD[ZUORA][number % 2]}
        act, dated = ("credit", "debit")[number % 2], {"date": f"{SECOND}-21"}
        tenant.change("POST", f"invoices/{each}/{act}", {"items": [item]} | dated)
    tenant.change("POST", f"invoices/{bills[4]}/reverse", {"date": f"{SECOND}-22"})
    tenant.change("POST", f"invoices/{bills[5]}/unpost")
    for number, each in enumerate(bills[6:9]):
        payment = {"account": _PAYERS[ZUORA][number % 2], "amount": f"{90 + number}.90", "date": f"{FIRST}-19"}
        paid = tenant.change("POST", "payments", payment | {"applied": [{"invoice": each, "amount": "50.50"}]})["id"]
        if number == 1:
            tenant.change("POST", f"payments/{paid}/refund", {"amount": "7.70", "date": f"{SECOND}-19"})
        if number == 2:
            tenant.change("POST", f"payments/{paid}/void")
    _move_in_zuora(tenant, [_termed(tenant, number) for number in range(8)])


def _termed(tenant: Simulator, number: int) -> tuple[str, str]:
    """The numbers of a subscription and of its charge; every third one pays by the quarter."""
    charge = {
        "price": f"{40 + number}.55",
        "quantity": 2,
        "product": _SOLD[ZUORA][number % 2],
        "period": ("Quarter", "Month", "Month")[number % 3],
    }
    wanted = {"account": _PAYERS[ZUORA][number % 2], "start": f"{FIRST}-05", "charges": [charge]}
    made = tenant.change("POST", "subscriptions", wanted)
    return made["id"], made["lines"][0]


def _move_in_zuora(tenant: Simulator, termed: list[tuple[str, str]]) -> None:
    """Some have more, or another price, from a day of the second month on; some cancel, or are suspended; one order is undone."""
    for number, (name, charge) in enumerate(termed[:5]):
        changed = {"charge": charge, "quantity": 1 + number, "price": f"{44 + number}.25", "start": f"{SECOND}-12"}
        tenant.change("POST", f"subscriptions/{name}/change", changed)
    tenant.change("POST", f"subscriptions/{termed[4][0]}/undo")
    tenant.change("POST", f"subscriptions/{termed[5][0]}/cancel", {"start": f"{SECOND}-13"})
    tenant.change("POST", f"subscriptions/{termed[6][0]}/suspend", {"start": f"{FIRST}-25"})
    more = {"price": "12.34", "quantity": 3, "product": _SOLD[ZUORA][1]}
    tenant.change("POST", f"subscriptions/{termed[7][0]}/add", {"charge": more, "start": f"{SECOND}-14"})
