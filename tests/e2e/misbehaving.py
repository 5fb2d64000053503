"""What goes wrong in the simulated systems while all of them are live: limits, outages, answers that are lost or come too late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from sandbox.demo.planning_systems import ANALYTICS, ANAPLAN, ORACLE
from tests.e2e.simulators import CRM, ERP, SALES, SAP, STRIPE, SYSTEMS, Simulator

type Fault = dict[str, object]

_SOON = {"headers": {"Retry-After": "1"}}
_BUSY: Fault = {"kind": "answer", "status": 429, "body": {"policyName": "TEN_SECONDLY_ROLLING"}, **_SOON}
_DOWN: Fault = {"kind": "answer", "status": 503, "body": "<html>down</html>", **_SOON}
_LOST: Fault = {"kind": "lost_answer"}
_TOO_LATE: Fault = {"kind": "slow", "seconds": 16}  # whoever asks waits for 15
# Which requests are struck: whoever reads asks by `GET`, but for two.
_READING: dict[str, Fault] = {name: {"method": "GET"} for name in SYSTEMS}
_READING |= {CRM: {"path": "batch/read"}, ERP: {"path": "suiteql"}, SALES: {"path": "queryAll"}}
_READING[SAP] |= {
    "path": "odata"
}  # what issues its tokens is another system: the gateway asks it, and for a minute no more
_WRITING: dict[str, Fault] = {
    ANAPLAN: {"path": "/data"},
    ORACLE: {"path": "importdataslice"},
    ANALYTICS: {"path": "/jobs"},
}
_PLANTED: dict[str, list[Fault]] = {
    # Two each: what meets all three is tried again only after a minute.
    **{
        name: [struck | (_BUSY, _DOWN)[place % 2], struck | _LOST]
        for place, (name, struck) in enumerate(_READING.items())
    },
    **{name: [struck | each for each in (_BUSY, _LOST)] for name, struck in _WRITING.items()},
}
_PLANTED[STRIPE].append({"method": "GET", **_TOO_LATE})
_PLANTED[ANAPLAN].append({"path": "/data", **_DOWN})  # the others would be left alone for longer than a day of a test


def plant_faults(systems: Mapping[str, Simulator]) -> None:
    """Throttling, outages and answers lost after the work was done, at every source and planning system."""
    for name, faults in _PLANTED.items():
        for fault in faults:
            systems[name].call("POST", "faults", fault)


def faults_planted() -> dict[str, Counter[str]]:
    """How many of each kind are planted at each system."""
    return {name: Counter(str(each["kind"]) for each in faults) for name, faults in _PLANTED.items()}


def faults_fired(systems: Mapping[str, Simulator]) -> dict[str, Counter[str]]:
    """How often each kind of fault has struck each system."""
    return {name: Counter(systems[name].call("GET", "faults")["fired"]) for name in _PLANTED}
