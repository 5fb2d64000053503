"""The simulated systems of a day on which all are live, worked through their control routes; a tenth of it is told to nobody."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

CRM, SALES, DATAVERSE = "hubspot-emea", "salesforce-apac", "sales-americas"
ERP, SAP, FINANCE, BOOKS = "netsuite-group", "sap-europe", "dynamics-americas", "central-iberia"
STRIPE, CHARGEBEE, ZUORA = "stripe-global", "chargebee-emea", "zuora-iberia"
SYSTEMS = {
    CRM: "hubspot",
    SALES: "salesforce",
    DATAVERSE: "dynamics_sales",
    ERP: "netsuite",
    SAP: "sap_s4hana",
    FINANCE: "dynamics_finance",
    BOOKS: "business_central",
    STRIPE: "stripe",
    CHARGEBEE: "chargebee",
    ZUORA: "zuora",
}
LEGACY, FILE = "ledger-latam", "GL_BR02_202708_71.csv"  # a system that tells nothing, and can be asked nothing
MONTHS = {"2027-08": "Aug 27", "2027-09": "Sep 27"}  # of nobody else's tests
FIRST, SECOND = MONTHS
EVERY = 10  # of so many changes one is told to nobody
_WAITING = dict.fromkeys(
    (CRM, SALES, SAP, BOOKS), "automatic"
)  # what says whether each tells by itself; of all others `send`
_ONCE_MORE: dict[str, dict[str, object]] = {
    CRM: {"shuffle": True, "duplicates": 60, "batch_size": 25},
    SALES: {"shuffle": True, "repeat": 2, "batch_size": 40},
    SAP: {"shuffle": True, "repeat": 2},
    BOOKS: {"everything": True, "shuffle": True, "repeat": 2},
}


@dataclass
class Simulator:
    """A simulated system, worked through its control routes; every tenth change of it is told to nobody."""

    http: httpx.Client
    base_url: str
    _changes: int = 0

    def call(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """What a control route answers."""
        answer = self.http.request(method, f"{self.base_url}/_control/{route}", json=body)
        answer.raise_for_status()
        return answer.json()

    def change(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Let something change; every tenth time nobody is told, ever."""
        self._changes += 1
        act = self.call if self._changes % EVERY else self.change_untold
        return act(method, route, body)

    def change_untold(self, method: str, route: str, body: object = None) -> Any:  # noqa: ANN401 JSON values
        """Let something change that nobody is ever told of."""
        self.call("POST", "settings", {"tells": False})
        try:
            return self.call(method, route, body)
        finally:
            self.call("POST", "settings", {"tells": True})


def tell_by_themselves(simulators: dict[str, Simulator]) -> None:
    """Have each tell by itself of what changes in it: whoever worked with it before may have kept it from that."""
    for name, simulator in simulators.items():
        usual: dict[str, object] = {"automatic": True} if name in _WAITING else {"send": "immediately"}
        simulator.call("POST", "settings", usual)


def keep_waiting(simulators: dict[str, Simulator]) -> dict[str, set[Any]]:
    """Have nothing told before it is asked for; by system which deliveries there were until now."""
    for name, simulator in simulators.items():
        waiting: dict[str, object] = {"automatic": False} if name in _WAITING else {"send": "on_request"}
        simulator.call("POST", "settings", waiting)
    return {name: _delivered(each) for name, each in simulators.items() if name not in _WAITING}


def tell_in_disorder(simulators: dict[str, Simulator], known: dict[str, set[Any]]) -> None:
    """Tell of all that waits, in any order, a third of it and more twice; `known` is what `keep_waiting` gave."""
    chance = random.Random(2027)  # noqa: S311 no secret
    for name, simulator in simulators.items():
        if name in _WAITING:
            simulator.call("POST", "deliver", _ONCE_MORE[name])
            continue
        waiting = sorted(_delivered(simulator) - known[name], key=str)
        again = chance.sample(waiting, len(waiting) // 3)
        simulator.call("POST", "deliver", {"ids": chance.sample([*waiting, *again], len(waiting) + len(again))})


def _delivered(simulator: Simulator) -> set[Any]:
    return {each["id"] for each in simulator.call("GET", "deliveries")}
