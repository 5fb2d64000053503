"""Slips about Zuora: who sent a callout, what is billed and collected, and what is agreed from when to when."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import ZUORA_THEME
from tieout.systems.zuora import (
    billing,
    cash,
    client,
    door,
    listing,
    places,
    segments,
    signature,
    subscriptions,
    translate,
)

_CHANGES = 20
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "whoever logs in is believed to be Zuora",
        signature.verify,
        "check_keys(logins_in(delivery.headers), secrets, SHORTEST_SECRET_BYTES)",
        "logins_in(delivery.headers)",
    ),
    (
        "Zuora is not asked for credentials",
        door.open_door,
        'if options.proof == "basic" else door',
        'if options.proof == "hmac" else door',
    ),
    (
        "what a memo credits is billed once more",
        billing._lines,
        "amount=amount if document.sign > 0 else -amount",
        "amount=amount",
    ),
    (
        "what is posted has no lines",
        billing.billing_document_of,
        "is_cancelled = status in CANCELLED",
        "is_cancelled = status in STANDING",
    ),
    (
        "what is given up stays billed",
        billing.billing_document_of,
        "lines=() if is_cancelled else _lines(kind, row)",
        "lines=_lines(kind, row)",
    ),
    ("what is refunded is collected", cash._refund_lines, '"cash", -amount, day', '"cash", amount, day'),
    (
        "what is voided stays collected",
        cash.payment_of,
        "lines=() if status in _TAKEN_BACK else",
        "lines=() if status in _NOT_MOVED else",
    ),
    (
        "what is under way is collected",
        cash.payment_of,
        "if status in _NOT_MOVED:",
        "if status in _NOT_MOVED and not row:",
    ),
    (
        "versions behind the first page are left out",
        client.ZuoraClient._all,
        "if following is None:",
        "if following is None or rows:",
    ),
    (
        "the first version that comes is the last one",
        subscriptions.in_order,
        'key=lambda each: number_in(each, "version"))',
        'key=lambda each: -number_in(each, "version"))',
    ),
    (
        "a product that is not shown any more never recurred",
        segments.segments_of,
        "for number in gone} | stated",
        "for number in gone & set(stated)} | stated",
    ),
    (
        "what ends on a day recurs on it",
        segments.Segment.recurs_on,
        "self.until is None or day < self.until",
        "self.until is None or day <= self.until",
    ),
    (
        "what is paid once recurs",
        segments._stated,
        'word_in(charge, "chargeType") == "recurring"',
        'word_in(charge, "chargeType") != "usage"',
    ),
    ("discounts take nothing off", segments._take_off, "worth[each] *= left", "worth[each] *= 1"),
    (
        "what discounts leave is what they take",
        segments._take_off,
        "left = discount.leaves",
        "left = discount.leaves if discount.leaves is None else 1 - discount.leaves",
    ),
    (
        "what is renewed ends with its term",
        subscriptions._going_on,
        "if is_last and _is_renewed(now, status) else segment",
        "if is_last and not _is_renewed(now, status) else segment",
    ),
    (
        "an end of what recurs is not planned",
        subscriptions.subscription_of,
        "status=status, end_date=end, renewal_date",
        "status=status, end_date=None, renewal_date",
    ),
    (
        "a subscription is as new as its first version",
        translate.subscription_statement,
        "version_in(ordered[-1])",
        "version_in(ordered[0])",
    ),
    ("kinds of objects behind the first are not asked for", places.following, "if behind else", "if not kinds else"),
    (
        "a query that fails is waited for",
        listing.ZuoraListing._file,
        "if job.status in _ENDED:",
        "if job.status not in _ENDED and not job.status:",
    ),
)

BUGS = tuple(
    Bug(name, function, right, wrong, theme=ZUORA_THEME, changes=_CHANGES) for name, function, right, wrong in _MET
)
