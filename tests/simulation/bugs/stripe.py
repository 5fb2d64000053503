"""Slips about Stripe: who sent an event, and what is billed, collected and agreed."""

from __future__ import annotations

from functions.census import telling
from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import STRIPE_THEME
from tieout import fields as json_fields
from tieout.facts import recurring
from tieout.systems.stripe import (
    amounts,
    billing,
    cash,
    client,
    fields,
    listing,
    places,
    signature,
    subscriptions,
)

_CHANGES = 20
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "a signature of Stripe is not compared with the secret",
        signature.verify,
        " or not _is_any_right(given, timestamp, delivery.body, live):",
        ":",
    ),
    (
        "lines behind the first ones of an invoice are left out",
        client.StripeClient._all_of,
        "while page.has_more and rows:",
        "while page.has_more and not rows:",
    ),
    (
        "what is taken off is billed on top",
        billing._net,
        'amount += -money_in(discount, "amount", currency)',
        'amount += money_in(discount, "amount", currency)',
    ),
    (
        "taxes on top are taken for those in the price",
        billing._included_taxes,
        'if each.get("tax_behavior") == "inclusive"',
        'if each.get("tax_behavior") == "exclusive"',
    ),
    ("what is credited is billed once more", billing.credit_note_of, "found, -1,", "found, 1,"),
    (
        "a credit note is of no product",
        billing.credit_note_of,
        'products.get(text_in(each, "invoice_line_item") or "")',
        'products.get(text_in(each, "id") or "")',
    ),
    (
        "what is void stays billed",
        billing._document,
        'text_in(row, "status") == _VOID',
        'text_in(row, "status") == _DRAFT',
    ),
    ("days of Stripe are those of UTC", json_fields.day_in, ".astimezone(zone).date()", ".date()"),
    (
        "the version of an object is when it was made",
        fields.version_of,
        "max([made, *(each for each in later if each is not None)])",
        "made",
    ),
    ("all currencies have cents", amounts.money_of_units, "_EXPONENTS.get(currency, _DEFAULT_EXPONENT)", "2"),
    ("what Stripe takes is no expense", cash._lines, "if fee.amount_minor:", "if fee.amount_minor < 0:"),
    (
        "a payout goes to no bank",
        cash.payment_of,
        'if not is_id_of(record_id, "payout"):',
        "if record_id:",
    ),
    (
        "what came back stays away",
        cash.moves_of,
        "for name in _ONE_BY_ONE if (move",
        "for name in _ONE_BY_ONE[:1] if (move",
    ),
    (
        "a refund is nobody's",
        cash._customer,
        'id_in(row if charge is None else charge, "customer")',
        'id_in(row, "customer")',
    ),
    (
        "objects behind the first page of a list are left out",
        listing.StripeListing.page,
        'if page.has_more else ""',
        'if page.has_more and not page.rows else ""',
    ),
    ("kinds of objects behind the first are not listed", places.following, "if behind else", "if not resource else"),
    (
        "what is given away recurs",
        subscriptions.version_stated,
        "if _is_given_away(row) and status in _GOING_ON:",
        "if _is_given_away(row) and status not in _GOING_ON:",
    ),
    (
        "what is metered recurs",
        subscriptions._licensed,
        '.get("usage_type") != "metered"',
        '.get("usage_type") != "odd"',
    ),
    (
        "a trial is paid for",
        subscriptions._start,
        'else max(start, day_in(row, "trial_end", zone))',
        'else min(start, day_in(row, "trial_end", zone))',
    ),
    (
        "an end to come is not planned",
        subscriptions._end,
        'for name in ("ended_at", "cancel_at"):',
        'for name in ("ended_at",):',
    ),
    (
        "a year has twelve of whatever is paid for",
        recurring.in_a_year,
        "_TIMES_A_YEAR[unit]",
        "_MONTHS",
    ),
    ("what a listed event says is not told", telling.Telling.tell_steps, "payload=said", 'payload=""'),
)

BUGS = tuple(
    Bug(name, function, right, wrong, theme=STRIPE_THEME, changes=_CHANGES) for name, function, right, wrong in _MET
)
