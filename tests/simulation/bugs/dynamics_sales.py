"""Slips about Dynamics 365 Sales: who sent a delivery, which opportunities it is about, and what they are."""

from __future__ import annotations

from collections.abc import Callable

from functions.census import due, pipeline
from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import DATAVERSE_THEME
from tests.unit.census import test_polls_by_marks as polling
from tieout.access_tokens import KeptToken
from tieout.systems.dynamics_sales import client, listing, one_read, payloads, signature, translate

_CHANGES = 20
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "a key of Dataverse is not compared with the secret",
        signature.verify,
        "_keys_in(delivery, options)",
        "secrets[:1]",
    ),
    (
        "a copy of the environment is let in",
        signature._check_organization,
        "if claimed != options.organization_id:",
        "if not claimed:",
    ),
    (
        "of many rows in one message the first alone has changed",
        payloads._records,
        "for each in listed)",
        "for each in listed[:1])",
    ),
    (
        "a product that was deleted leads to no opportunity",
        payloads._row,
        "for each in stated if each and table == PRODUCT)",
        "for each in stated if each and table == CLOSE)",
    ),
    (
        "rows behind the first page of Dataverse are left out",
        client.DataverseClient.rows,
        'place = "" if query.top else self._behind(page, "@odata.nextLink")',
        'place, counts = "", {len(rows)}',
    ),
    (
        "a token of Dataverse that has ended is used for another hour",
        KeptToken.authorised,
        "if answer.status_code == _REFUSED:",
        "if answer.status_code == 403:",
    ),
    (
        "an id in capitals is another row's",
        one_read.OneRead._opportunities,
        "products[guid_of(row.get(queries.OPPORTUNITY_OF))]",
        "products[str(row.get(queries.OPPORTUNITY_OF))]",
    ),
    ("a row version is compared as it is written", translate.version_of, "{number:0{_VERSION_DIGITS}d}", "{number}"),
    (
        "what was won is worth what was estimated",
        translate.worth_of,
        'if _state(row) == "won" else None',
        'if _state(row) == "lost" else None',
    ),
    (
        "what is closed counts from when it was to be",
        translate.close_date_of,
        "return actual or day_of",
        "return day_of",
    ),
    ("a contact who buys is taken for an account", translate._customer, 'f"contact:{customer}"', "customer"),
    (
        "the rate of a row is turned round",
        translate._rate,
        "SourceRate.inverted(base_currency, units, identity)",
        "SourceRate(currency=base_currency, per_unit=units, identity=identity)",
    ),
    (
        "a closed opportunity keeps its stage",
        translate._stage,
        'if state == "open" else None',
        'if state != "lost" else None',
    ),
    (
        "opportunities behind the first page of a window are not listed",
        listing.DataverseListing.page,
        'if len(rows) == queries.PAGE_ROWS else ""',
        'if not rows else ""',
    ),
)

_PROVED: tuple[tuple[str, object, str, str, Callable[[], None]], ...] = (
    (
        "a poll begins anew whatever its source has told",
        due._due,
        'mark=before.mark if before is not None else ""',
        'mark=""',
        lambda: polling.test_the_first_poll_lists_all_and_the_next_ones_what_has_changed_since(polling.polled_desk()),
    ),
    (
        "a poll keeps the mark it began with",
        pipeline._tracked,
        "mark=page.mark",
        "mark=run.mark",
        lambda: polling.test_what_happens_during_a_poll_is_found_by_the_next(polling.polled_desk()),
    ),
    (
        "what changed behind the first page of a poll is passed over",
        pipeline._tracked,
        "if page.following:",
        "if not page.mark and not page.records:",
        lambda: polling.test_a_poll_that_fails_goes_on_where_it_was_and_keeps_its_mark(polling.polled_desk(), 1),
    ),
)

BUGS = (
    *(
        Bug(name, function, right, wrong, theme=DATAVERSE_THEME, changes=_CHANGES)
        for name, function, right, wrong in _MET
    ),
    *(Bug(name, function, right, wrong, proof=proof) for name, function, right, wrong, proof in _PROVED),
)
