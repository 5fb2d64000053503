"""Objects of a made-up Zuora tenant, as Object Query answers with them: what has no value is left out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

ACCOUNT, PRODUCT = "2c92c0f87270a5970172747e289a5e66", "8ad08ea194da7ba00194df52a41f04c6"
NUMBER = "A-S00000159"


def charge(
    number: str = "C-1",
    mrr: str | None = "100",
    since: str | None = "2026-01-01",
    until: str | None = None,
    **stated: Any,  # noqa: ANN401 JSON
) -> dict[str, Any]:
    """A segment of a recurring charge by the month, whose price is its monthly revenue."""
    row = {
        "id": f"{number}/{since}",
        "chargeNumber": number,
        "chargeType": "Recurring",
        "chargeModel": "Flat Fee Pricing",
        "billingPeriod": "Month",
        "listPriceBase": "Per Billing Period",
        "endDateCondition": "SubscriptionEnd",
        "effectiveStartDate": since,
        "effectiveEndDate": until,
        "mRR": Decimal(mrr) if mrr is not None else None,
        "ratePlanChargeTiers": [tier(price=mrr)] if mrr is not None else [],
        **stated,
    }
    return {name: value for name, value in row.items() if value is not None}


def tier(number: int = 1, **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A tier of a price: numbers given as texts are decimals."""
    words = {
        name: Decimal(value) if isinstance(value, str) and name != "priceFormat" else value
        for name, value in stated.items()
    }
    return {"tier": number, "priceFormat": "Per Unit", **words}


def percentage(share: str, level: str = "subscription", number: str = "D-1", **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A discount by percentage."""
    known = {"chargeModel": "Discount-Percentage", "discountLevel": level, "applyDiscountTo": "ONETIMERECURRING"}
    return charge(number, "0", **{**known, "ratePlanChargeTiers": [tier(discountPercentage=share)], **stated})


def amount_off(amount: str, number: str = "D-2", **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A discount by a fixed amount a month."""
    known = {"chargeModel": "Discount-Fixed Amount", "discountLevel": "subscription", "applyDiscountTo": "RECURRING"}
    return charge(number, "0", **{**known, "ratePlanChargeTiers": [tier(discountAmount=amount)], **stated})


def version(*charges: dict[str, Any], number: int = 1, **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A version of a subscription with a rate plan for all of its charges, made at noon of a day of January."""
    row = {
        "id": f"{number:032x}",
        "name": NUMBER,
        "version": number,
        "status": "Active",
        "accountId": ACCOUNT,
        "account": {"id": ACCOUNT, "currency": "EUR"},
        "termType": "EVERGREEN",
        "subscriptionStartDate": "2026-01-01",
        "createdDate": f"{date(2026, 1, number)}T12:00:00-08:00",
        "updatedDate": f"{date(2026, 1, number)}T12:00:00-08:00",
        "ratePlans": [plan(*charges)],
        **stated,
    }
    return {name: value for name, value in row.items() if value is not None}


def plan(*charges: dict[str, Any], name: str = "1", product: str = PRODUCT) -> dict[str, Any]:
    """A rate plan."""
    return {
        "id": f"plan-{name}",
        "originalRatePlanId": f"plan-{name}",
        "productId": product,
        "ratePlanCharges": [*charges],
    }


def invoice(*items: dict[str, Any], **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A posted invoice of these items."""
    return {
        "id": "8ad0875995aa292e0195b7de80796305",
        "invoiceNumber": "INV00000255",
        "accountId": ACCOUNT,
        "currency": "EUR",
        "status": "Posted",
        "invoiceDate": "2026-03-21",
        "updatedDate": "2026-03-21T01:42:47-07:00",
        "invoiceItems": [*items],
        **stated,
    }


def item(name: str = "1", amount: str = "100", **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """An item of an invoice or a memo: what it is billed for without taxes, which stand beside it."""
    worth = {"chargeAmount": Decimal(amount), "amountWithoutTax": Decimal(amount), "taxAmount": Decimal(19)}
    return {"id": name, "productId": PRODUCT, **worth, **stated}


def memo(kind: str, *items: dict[str, Any], **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A posted credit or debit memo of these items."""
    named = {"memoNumber": "CM00000013", "memoDate": "2026-04-02", f"{kind}Items": [*items]}
    return {**invoice(), "invoiceNumber": None, "invoiceItems": None, **named, **stated}


def payment(*applications: dict[str, Any], **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A payment of 100.00, all of it applied unless something else is stated."""
    applied = sum((each["applyAmount"] for each in applications), Decimal(0))
    return {
        "id": "8ad097b49198384c01919d200fb53143",
        "paymentNumber": "P-00000026",
        "accountId": ACCOUNT,
        "currency": "EUR",
        "status": "Processed",
        "effectiveDate": "2026-03-29",
        "amount": Decimal(100),
        "appliedAmount": applied,
        "updatedDate": "2026-03-29T00:53:30-07:00",
        "paymentApplications": [*applications],
        **stated,
    }


def application(name: str, amount: str, day: str, **stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """Of a payment so much was applied on a day."""
    return {
        "id": name,
        "applyAmount": Decimal(amount),
        "effectiveDate": day,
        "paymentApplicationStatus": "Processed",
        **stated,
    }


def refund(**stated: Any) -> dict[str, Any]:  # noqa: ANN401 JSON
    """A refund of 10.00 out of a payment."""
    return {
        "id": "8ad0937890e7fca00190e8c290d46fad",
        "refundNumber": "R-00000001",
        "accountId": ACCOUNT,
        "currency": "EUR",
        "status": "Processed",
        "refundDate": "2026-04-25",
        "amount": Decimal(10),
        "sourceType": "Payment",
        "updatedDate": "2026-04-25T00:19:43-07:00",
        **stated,
    }
