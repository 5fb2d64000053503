"""The chapter of the demo in which webhooks are lost for good, and a census finds exactly what they would have told."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Event

from ops import census_views, comparing, display
from sandbox.demo.planning_systems import Planning
from sandbox.demo.scene import Scene
from sandbox.demo.story import Crm, Erp
from sandbox.places import SandboxError
from tieout.census import Purpose, Run
from tieout.facts.listing import Window
from tieout.ledger.censuses import CensusLedger

_CRM, _ERP = "hubspot-emea", "netsuite-group"
_DEAL = ("Pipeline", "Amount", "WAYNE/SOFTWARE/EMEA/EUR/Jan 27/Forecast")
_LOST = {
    "9501": "never_received",  # won by nobody's webhook
    "9008": "older_here",
    "9005": "deleted_there",
    "48302": "older_here",
}
_SHOWN = ("record", "difference", "amount", "periods", "version_here")
_PATIENCE_SECONDS = 60


def find_what_never_arrived(scene: Scene, planning: Planning, crm: Crm, erp: Erp) -> None:
    """Four changes that nobody tells of; planning is wrong until a census has compared the sources with the ledger."""
    scene.chapter("Four webhooks are lost for good, and a census finds exactly those")
    _compare(scene, _CRM, "account", Purpose.BACKFILL)  # its companies were there before anybody listened
    scene.say(f"tieout backfill {_CRM} --entity account: its companies are known")
    crm.keep_to_itself()
    erp.keep_to_itself()
    crm.deliver()
    erp.deliver()
    scene.rest()
    scene.hold(_DEAL[2] not in planning.values(*_DEAL[:2]), "planning knows nothing of a deal that was made")
    runs = [run for connection in (_CRM, _ERP) for run in _compare(scene, connection)]
    ledger = CensusLedger(scene.place.table)
    found = [each for run in runs for each in ledger.findings(run)]
    rows = [census_views.found_row(each) for each in found]
    display.rows(
        rows, title="Found (tieout census show)", as_json=False, nothing="nothing", columns=[*_SHOWN, "planned_minor"]
    )
    scene.hold(
        {each.key.record_id: str(each.difference) for each in found} == _LOST,
        f"the census names what was lost and nothing else: {', '.join(_LOST)}",
    )
    scene.rest()
    scene.hold(
        planning.values(*_DEAL[:2]).get(_DEAL[2]) == Decimal("25000.00"), "what it found was read, and is in planning"
    )
    again = [run for connection in (_CRM, _ERP) for run in _compare(scene, connection)]
    scene.hold(not [each for run in again for each in ledger.findings(run)], "a second census finds nothing")


def _compare(scene: Scene, connection: str, entity: str = "", purpose: Purpose = Purpose.CENSUS) -> list[Run]:
    """`tieout census run`, but up to this moment: nothing is on its way through the line. The runs once they are done."""
    now = datetime.now(UTC)
    comparing.begin(scene.place, connection, entity, purpose, Window(now - timedelta(days=1), now))
    ledger, give_up_at = CensusLedger(scene.place.table), time.monotonic() + _PATIENCE_SECONDS
    while True:
        runs = [run for run in ledger.runs(connection) if run.purpose is purpose]
        if all(run.phase.is_over for run in runs):
            return runs
        if time.monotonic() > give_up_at:
            raise SandboxError(f"a census of {connection} did not end: {[run.failing for run in runs]}")
        scene.place.invoke(scene.place.census_function, {})
        Event().wait(0.2)
