"""Slips in comparing what the sources list with what is here: what nobody ever told of stays missing."""

from __future__ import annotations

import pytest

from functions.census import due, pipeline, telling
from tests.simulation.bugs.bug import Bug
from tests.simulation.counting import THEME
from tests.support.census_desk import CensusDesk
from tests.unit.census import test_census_goes_on as going_on
from tests.unit.census import test_census_is_due as when
from tests.unit.census import test_census_names_what_was_missed as missed
from tests.unit.census import test_steps_of_histories as steps
from tieout import census
from tieout.census import Purpose
from tieout.ledger import censuses
from tieout.systems.hubspot import listing as hubspot
from tieout.systems.netsuite import listing as netsuite
from tieout.systems.netsuite import translate as netsuite_records
from tieout.systems.salesforce import listing as salesforce

_MET: tuple[tuple[str, object, str, str], ...] = (
    ("a window has one page", pipeline._listed, "if page.following:", "if False:"),
    (
        "what differs is counted and not read",
        pipeline._compared,
        "_follow(step, run, differences, there, report)",
        "_follow(step, run, {}, there, report)",
    ),
    (
        "every other window is left out",
        pipeline._window_done,
        "reached=window.until",
        "reached=min(window.until + _WINDOW, run.span.until)",
    ),
    (
        "nobody asks whether the source still has what is here",
        pipeline._window_done,
        "Phase.CHECKING if run.purpose is Purpose.CENSUS else Phase.DONE",
        "Phase.DONE",
    ),
    (
        "what is gone there is not read",
        pipeline._checked,
        "_follow(step, run, differences, there, report)",
        "pass",
    ),
    (
        "what was never received is passed over",
        census.difference_of,
        "return Difference.NEVER_RECEIVED",
        "return None",
    ),
    (
        "what is older here is passed over",
        census.difference_of,
        "known.is_gone or known.source_version < listed.version",
        "known.is_gone",
    ),
    (
        "what is newer here is taken for older",
        census.difference_of,
        "known.source_version < listed.version",
        "known.source_version <= listed.version",
    ),
    (
        "what is deleted here counts as there",
        censuses._known,
        'str(item["kind"]) in _GONE',
        "False",
    ),
    (
        "deals behind the first page are not listed",
        hubspot.HubSpotListing._live_page,
        "if found.following or count < len(ids):",
        "if count < len(ids):",
    ),
    (
        "deals changed at the beginning of a window are not listed",
        hubspot._is_within,
        "window.since <= moment < window.until",
        "window.since < moment and moment.second % 2",
    ),
    (
        "documents behind the first page are not listed",
        netsuite.NetSuiteListing.page,
        "if has_more:",
        "if False:",
    ),
    (
        "documents are listed by the clock of another zone",
        netsuite_records.version,
        'moment_of_wall_clock(header["lastmodified"], time_zone)',
        'moment_of_wall_clock(header["lastmodified"], "UTC")',
    ),
    (
        "contracts and opportunities behind the first page are not listed",
        salesforce.SalesforceListing.page,
        "if len(records) < queries.PAGE_ROWS:",
        "if records or True:",
    ),
)


def _everything_here() -> None:
    with pytest.MonkeyPatch.context() as patch:
        missed.test_everything_here_is_asked_for_however_much_of_it_is_gone(CensusDesk(), patch)


BUGS = (
    *(Bug(name, function, right, wrong, theme=THEME) for name, function, right, wrong in _MET),
    Bug(
        "what the bus refused is taken for told",
        telling.Telling._publish,
        "if publish(entries, self._bus, self._clock, self._entropy):",
        "if publish(entries, self._bus, self._clock, self._entropy) is None:",
        proof=going_on.test_a_page_is_done_again_where_the_bus_refused_what_differs,
    ),
    Bug(
        "what a stopped run had not come to is left out for good",
        due._due,
        "before.listed_until",
        "before.span.until",
        proof=lambda: when.test_what_a_stopped_run_had_not_come_to_is_listed_by_the_next(Purpose.CENSUS),
    ),
    Bug(
        "a census that somebody asked for hides what lies before its span",
        censuses.CensusLedger.begin,
        "run = run._replace(listed_before=before.listed_until)",
        "pass",
        proof=lambda: when.test_what_lies_before_a_census_that_somebody_asked_for_is_still_compared(is_stopped=False),
    ),
    Bug(
        "a page of what is gone ends the check",
        pipeline._checked,
        "if not known:",
        "if all(each.is_gone for each in known.values()):",
        proof=_everything_here,
    ),
    Bug(
        "what the source has lost is passed over",
        census.missing_of,
        "(key not in there or there[key].deleted)",
        "key in there and there[key].deleted",
        proof=lambda: missed.test_each_finding_says_what_it_is_and_what_it_is_worth(CensusDesk()),
    ),
    Bug(
        "what a subscription was is taken for known where something newer is",
        census.difference_of_step,
        "step.version not in known.steps",
        "known.source_version < step.version",
        proof=steps.test_what_was_between_is_missed_though_what_followed_is_here,
    ),
    Bug(
        "what was restored stays deleted",
        census.difference_of,
        "known.is_gone or known.source_version < listed.version",
        "known.source_version < listed.version",
        proof=lambda: missed.test_what_was_restored_is_found_though_its_stamp_did_not_move(CensusDesk()),
    ),
)
