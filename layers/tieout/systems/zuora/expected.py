"""What Zuora's objects are expected to hold, as far as the record step reads them.

They come whole, without the fields that have no value, and with those that a tenant has made for itself: so more is no news, and
of what may be missing none is.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.drift import OTHERS, Deliveries, Expected, Field, nested, number, text, truth, with_field
from tieout.landscape import Connection
from tieout.systems.zuora.options import Options
from tieout.systems.zuora.resources import OF_KIND, SUBSCRIPTIONS

_TEXT, _NUMBER, _TRUTH = (each(null=True, absent=True) for each in (text, number, truth))
_AMOUNT = number()


def _parts(**told: Field) -> Field:
    return nested({**OTHERS, "id": text(), **told}, null=True, absent=True)


def _object(*statuses: str, **told: Field) -> Expected:
    return {
        **OTHERS,
        "id": text(),
        "accountId": text(),
        "currency": _TEXT,
        "status": text(*statuses),
        "updatedDate": text(),
        **told,
    }


_SEGMENT = {
    "chargeNumber": text(),
    "chargeType": text("Recurring", "OneTime", "Usage"),
    "chargeModel": text(),
    "effectiveStartDate": _TEXT,
    "effectiveEndDate": _TEXT,
    "endDateCondition": _TEXT,
    "mRR": _NUMBER,
    "quantity": _NUMBER,
    "ratePlanChargeTiers": _parts(price=_NUMBER, discountPercentage=_NUMBER, discountAmount=_NUMBER),
}
_MEMO = {
    "memoNumber": text(),
    "memoDate": text(),
    "totalAmountWithoutTax": _NUMBER,
}
_MEMO_STATUSES = ("Draft", "Posted", "Canceled", "CancelInProgress", "Error", "PendingForTax", "Generating")

EXPECTED: Mapping[str, Expected] = {
    SUBSCRIPTIONS: _object(
        *("Draft", "Pending Activation", "Pending Acceptance", "Active", "Suspended", "Cancelled", "Expired"),
        name=text(),
        version=number(),
        createdDate=text(),
        termType=text("TERMED", "EVERGREEN"),
        autoRenew=_TRUTH,
        termEndDate=_TEXT,
        cancelledDate=_TEXT,
        subscriptionStartDate=_TEXT,
        ratePlans=_parts(productId=_TEXT, ratePlanCharges=_parts(**_SEGMENT)),
    ),
    OF_KIND["invoice"].path: _object(
        *("Draft", "Generating", "Pending", "Error", "Posted", "Reversed", "Canceled", "CancelInProgress"),
        invoiceNumber=text(),
        invoiceDate=text(),
        amountWithoutTax=_NUMBER,
        invoiceItems=_parts(chargeAmount=_AMOUNT, productId=_TEXT, appliedToInvoiceItemId=_TEXT),
    ),
    OF_KIND["credit_memo"].path: _object(*_MEMO_STATUSES, **_MEMO, creditMemoItems=_parts(amountWithoutTax=_AMOUNT)),
    OF_KIND["debit_memo"].path: _object(*_MEMO_STATUSES, **_MEMO, debitMemoItems=_parts(amountWithoutTax=_AMOUNT)),
    OF_KIND["payment"].path: _object(
        *("Draft", "Processing", "Processed", "Error", "Voided", "Canceled", "Posted", "Pending"),
        paymentNumber=text(),
        effectiveDate=text(),
        amount=_AMOUNT,
        appliedAmount=_NUMBER,
        paymentApplications=_parts(applyAmount=_AMOUNT, effectiveDate=text(), paymentApplicationStatus=_TEXT),
    ),
    OF_KIND["refund"].path: _object(
        *("Draft", "Processing", "Processed", "Error", "Voided", "Canceled", "Posted", "Pending"),
        refundNumber=text(),
        refundDate=text(),
        amount=_AMOUNT,
        sourceType=text("Payment", "CreditMemo", "CreditBalance", null=True, absent=True),
    ),
}


def expect_deliveries(connection: Connection) -> Deliveries:
    """What a callout holds: the fields that the options name, beside whatever else the tenant's template has.

    A merge field that has no value is empty, null or left out.
    """
    options = Options(**connection.options)  # type: ignore[arg-type]  # checked with pydantic at synth
    callout: Expected = OTHERS
    for name in (*(each.id for each in options.tells), options.event_type, options.occurred_at):
        if name:
            callout = with_field(callout, name.split(".") if options.format == "json" else [name], _TEXT, OTHERS)
    return Deliveries({"callout": callout}, lambda outline: [("callout", outline)])
