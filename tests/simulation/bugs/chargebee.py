"""Slips about Chargebee: who sent an event, and what is billed, collected and agreed."""

from __future__ import annotations

from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import CHARGEBEE_THEME
from tieout.systems.chargebee import (
    billing,
    cash,
    client,
    contents,
    discounts,
    door,
    fields,
    listing,
    one_read,
    recurring,
    signature,
    subscriptions,
    translate,
)

_CHANGES = 20
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "whom a refused event tells of is kept",
        door.refused,
        "without_people(delivery.body)",
        "delivery.body",
    ),
    (
        "a login of Chargebee is not compared with the secret",
        signature.verify,
        "check_keys(_keys_in(delivery, options), secrets, SHORTEST_SECRET_BYTES)",
        "_keys_in(delivery, options)",
    ),
    (
        "lines behind the first ones of a long document are left out",
        client.ChargebeeClient.whole,
        'while following := text_in(part, "line_items_next_offset"):',
        'while following := text_in(part, "no_such_offset"):',
    ),
    (
        "taxes on top are taken out of the price",
        billing._checked,
        "amounts.discounted + -amounts.tax if price_type == _INCLUSIVE",
        "amounts.discounted + -amounts.tax if price_type == _EXCLUSIVE",
    ),
    (
        "what is taken off a line of Chargebee's is billed",
        billing._checked,
        "if price_type == _INCLUSIVE else amounts.discounted\n        yield",
        "if price_type == _INCLUSIVE else money_in(line, 'amount', currency)\n        yield",
    ),
    (
        "a credit note bills",
        billing.credit_note_of,
        "_document(number, row, status, -1, zone)",
        "_document(number, row, status, 1, zone)",
    ),
    (
        "what is written off was not billed",
        billing.credit_note_of,
        "None if is_write_off(row) else",
        "None if not row else",
    ),
    ("what a site voids stays billed", billing._document, "lines=() if is_void else", "lines=() if not sign else"),
    (
        "what is still pending is billed",
        billing.invoice_of,
        "None if status == PENDING else",
        "None if status == VOIDED else",
    ),
    ("what is paid back comes in", cash.moved_by, "return amount if _SIGNS[kind] > 0 else -amount", "return amount"),
    (
        "what failed late never came",
        cash._is_good,
        'or (status == _LATE_FAILURE and text_in(row, "reversal_transaction_id") is not None)',
        "",
    ),
    (
        "what is paused recurs",
        subscriptions.version_stated,
        "status is SubscriptionStatus.PAUSED else",
        "status is SubscriptionStatus.PENDING else",
    ),
    (
        "days of Chargebee are those of UTC",
        subscriptions.version_stated,
        "changed_at(row).astimezone(zone).date()",
        "changed_at(row).date()",
    ),
    (
        "a trial that is cut short goes on",
        subscriptions._start,
        "trial_end > changed_at(row):",
        "trial_end < changed_at(row):",
    ),
    (
        "an end of Chargebee's to come is not planned",
        subscriptions._end,
        "if said == _NON_RENEWING:",
        "if said == _FUTURE:",
    ),
    ("what is charged once recurs", recurring._agreed, "if kind != _CHARGE and", "if kind != _PLAN[:0] and"),
    (
        "what Chargebee meters recurs",
        recurring._agreed,
        'item.get("metered_quantity") is None',
        'item.get("metered_quantities") is None',
    ),
    (
        "a discount for a while is one for good",
        discounts._of_discounts,
        'if text_in(each, "duration_type") != FOREVER:',
        'if text_in(each, "duration_type") == "one_time":',
    ),
    (
        "a discount on one item goes off the whole",
        discounts._of_discounts,
        "on = None if apply_on == ON_ALL else",
        "on = None if apply_on in {ON_ALL, ON_ONE} else",
    ),
    (
        "a coupon is worth nothing",
        discounts._of_coupons,
        'if text_in(coupon, "duration_type") != FOREVER:',
        'if text_in(coupon, "duration_type") == FOREVER:',
    ),
    (
        "versions of one second are one",
        fields.changed_at,
        "moment_of_milliseconds(number_in(row, _VERSION))",
        "moment_of_milliseconds(number_in(row, _VERSION) // 1000 * 1000)",
    ),
    (
        "what a list does not show yet is gone",
        one_read.OneRead._reading,
        "row = self._asking(partial(self._client.one, kind, _id_of(kind, key)))",
        "return missing_statement(key)",
    ),
    (
        "what is deleted on a site stays",
        translate.statement_of,
        'if row.get("deleted") is True:',
        'if row.get("deleted") == 2:',
    ),
    (
        "what a subscription of Chargebee's was is not taken from its events",
        contents.read_contents,
        "if coupons_named(row):",
        "if not coupons_named(row):",
    ),
    (
        "resources behind the first page of a list are left out",
        listing.ChargebeeListing.page,
        "if page.following:",
        "if page.following and not page.rows:",
    ),
    (
        "credit notes are not listed behind invoices",
        listing.ChargebeeListing.page,
        'behind[0] if behind else ""',
        'behind[0] if behind[1:] else ""',
    ),
    (
        "what a subscription of Chargebee's was is not looked for where its message was lost",
        listing.ChargebeeListing.page,
        "[EVENTS] if entity == SUBSCRIPTION and",
        "[] if entity == SUBSCRIPTION and",
    ),
)

BUGS = tuple(
    Bug(name, function, right, wrong, theme=CHARGEBEE_THEME, changes=_CHANGES) for name, function, right, wrong in _MET
)
