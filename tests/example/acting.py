"""Lets happen in the group's systems what the quarter declares, each thing as people there would do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from tests.example.declaring import Act
from tests.example.line import Line
from tieout.calendars import EntityCalendars
from tieout.periods import Period

_CRMS = {"EMEA": "crm-europe", "GROUP": "crm-america"}
_SITES = {"EMEA": "billing-europe", "GROUP": "billing-america"}
_CURRENCIES = {"EMEA": "EUR", "GROUP": "USD"}
_SUBSIDIARIES = {"EMEA": "3", "GROUP": "1"}
_MONTHS = {"2026-01": "Jan 2026", "2026-02": "Feb 2026", "2026-03": "Mar 2026"}
RATES = {"FY2026-P01": "1.08", "FY2026-P02": "1.10", "FY2026-P03": "1.12"}
_AGENCY, _GROUP_AS_SUPPLIER, _EMEA_AS_CUSTOMER = "8100", "8190", "7993"
_OF_A_DOLLAR = "0.909091"  # what EMEA's books have for a dollar in P02
_BOOKS = "books"


class Acting:
    """Whoever works in the group's systems.

    Attributes:
        orders: those that the order tool has told of.
        documents: what the books call a document, to what people do.
    """

    def __init__(self, line: Line) -> None:
        self._line, self._systems = line, line.systems
        self._calendars = EntityCalendars.of_landscape(line.landscape)
        self._customers: dict[str, dict[str, str]] = {}
        self.orders: list[dict[str, Any]] = []
        self.documents: dict[str, str] = {}

    def prepare(self) -> None:
        """Set the accounts up: periods and rates of the company that counts weeks, and what both companies call each other."""
        post = partial(self._systems.control, _BOOKS, "POST")
        for period, rate in RATES.items():
            first, last = self._calendars.calendar_of("EMEA").span_of(Period.parse(period))
            post("periods", {"name": period, "start": str(first), "end": str(last)})
            rates = dict.fromkeys(("current", "average", "historical"), rate)
            post("rates", {"period": period, "subsidiary": "3", "to": "1", "rates": rates})
        post(
            "masters/account",
            {
                "id": "4800",
                "acctnumber": "4800",
                "fullname": "Intercompany revenue",
                "accttype": "Income",
                "generalrate": "AVERAGE",
                "eliminate": "T",
            },
        )
        post(
            "masters/customer",
            {"id": _EMEA_AS_CUSTOMER, "entityid": "Example EU as a customer", "representingsubsidiary": "3"},
        )

    def act(self, act: Act) -> None:
        """Let one thing happen, on its day or, where that has passed, a minute after what happened before."""
        said = dict(act.said)
        if "day" in said:
            wanted = datetime.combine(said["day"], time(12), UTC)
            self._line.clock.advance(max(60.0, (wanted - self._line.clock.now()).total_seconds()))
        _DEEDS[act.kind](self, said, act.books_id)

    def _customer(self, said: Mapping[str, Any], _: str) -> None:
        """A customer of both companies, in both CRMs; and what each system calls it."""
        self._customers[said["id"]] = dict(said)
        for crm in _CRMS.values():
            self._systems.control(crm, "POST", "companies", {"id": said["crm"], "name": said["id"]})
            self._line.map(crm, "customer", said["crm"], said["id"])
        for system in (*_SITES.values(), "orders"):
            self._line.map(system, "customer", said["id"], said["id"])
        self._line.map(_BOOKS, "customer", said["books"], said["id"])

    def _mapping(self, said: Mapping[str, Any], _: str) -> None:
        self._line.map(said["connection"], said["table"], said["key"], said["member"])

    def _deal(self, said: Mapping[str, Any], _: str) -> None:
        properties = {
            "dealname": said["id"],
            "pipeline": "default",
            "dealstage": "closedwon",
            "amount": said["amount"],
            "deal_currency_code": _CURRENCIES[said["company"]],
            "closedate": str(said["day"]),
        }
        company = self._customers[said["customer"]]["crm"]
        self._in_crm(said, "POST", "deals", {"id": said["id"], "company": company, "properties": properties})

    def _reopening(self, said: Mapping[str, Any], _: str) -> None:
        properties = {"dealstage": "contractsent", "closedate": str(said["day"])}
        self._in_crm(said, "PATCH", f"deals/{said['deal']}", {"properties": properties})

    def _merge(self, said: Mapping[str, Any], _: str) -> None:
        """Two companies become a third one, to which their deals belong from then on; somebody says which customer it is."""
        crm, (primary, merged) = (
            _CRMS[said["company"]],
            (self._customers[said[name]]["crm"] for name in ("primary", "merged")),
        )
        survivor = self._systems.control(crm, "POST", "companies/merge", {"primary": primary, "merged": merged})["id"]
        self._line.map(crm, "customer", survivor, said["primary"])
        for deal in said["deals"]:
            self._systems.control(crm, "PUT", f"deals/{deal}/companies/{survivor}", {"primary": True})
        self._systems.control(crm, "POST", "deliver", {})

    def _order(self, said: Mapping[str, Any], _: str) -> None:
        lines = [{"id": "1", "amount": said["open"] or "0.00", "product": "software", "open": bool(said["open"])}]
        data = {
            "number": said["id"],
            "revision": 1,
            "state": "open" if said["open"] else "done",
            "day": str(said["day"]),
            "company": said["company"],
            "customer": said["customer"],
            "currency": _CURRENCIES[said["company"]],
            "lines": lines,
        }
        self.orders.append(data)
        self._systems.control("orders", "POST", "events", {"events": [{"type": "order.saved", "data": data}]})

    def _invoice(self, said: Mapping[str, Any], books_id: str) -> None:
        """Billed by the billing system, unless `only` the books have it; and posted by the books under the same number."""
        number = said.get("number", said["id"])
        if "only" not in said:
            self._bill(said, number)
        lines = _two_lines("1100", "4000", said["amount"])
        self._post(said, books_id, "invoice", number, lines, entity=self._customers[said["customer"]]["books"])

    def _bill(self, said: Mapping[str, Any], number: str) -> None:
        site = _SITES[said["company"]]
        line = {"amount": _minor(said["amount"]), "entity_id": said.get("product", "software")}
        moment = int(datetime.combine(said["day"], time(12), UTC).timestamp())
        body = {
            "id": number,
            "customer_id": said["customer"],
            "currency_code": _CURRENCIES[said["company"]],
            "date": moment,
            "lines": [line],
        }
        if said.get("is_untold"):
            self._systems.control(site, "POST", "settings", {"tells": False})
        self._systems.control(site, "POST", "invoices", body)
        self._systems.control(site, "POST", "settings", {"tells": True})

    def _credit(self, said: Mapping[str, Any], books_id: str) -> None:
        """A credit of an invoice, which the books post to a period of their own choice."""
        line = {"amount": _minor(said["amount"]), "entity_id": "software"}
        self._systems.control(_SITES[said["company"]], "POST", f"invoices/{said['of']}/credit", {"lines": [line]})
        lines = _two_lines("4000", "1100", said["amount"])
        self._post(said, books_id, "creditmemo", said["id"], lines, entity=self._customers[said["customer"]]["books"])

    def _payment(self, said: Mapping[str, Any], books_id: str) -> None:
        lines = _two_lines("1000", "1100", said["amount"])
        parts = {"unapplied": said["unapplied"]} if "unapplied" in said else {}
        entity = self._customers[said["customer"]]["books"]
        self._post(said, books_id, "customerpayment", said["id"], lines, entity=entity, **parts)

    def _supplied(self, said: Mapping[str, Any], books_id: str) -> None:
        """What a supplier bills: an agency, or the other company of the group in the currency of that one."""
        within = said.get("within_the_group", False)
        lines = _two_lines("5000" if within else "6000", "2000", said["amount"])
        parts = {"currency": "USD", "exchange_rate": _OF_A_DOLLAR} if within else {}
        entity = _GROUP_AS_SUPPLIER if within else _AGENCY
        self._post(said, books_id, "vendorbill", said.get("number", said["id"]), lines, entity=entity, **parts)

    def _intercompany(self, said: Mapping[str, Any], books_id: str) -> None:
        self._post(
            said, books_id, "invoice", said["id"], _two_lines("1100", "4800", said["amount"]), entity=_EMEA_AS_CUSTOMER
        )

    def _accrual(self, said: Mapping[str, Any], books_id: str) -> None:
        self._post(said, books_id, "journalentry", said["id"], _two_lines("6000", "2200", said["amount"]))

    def _reversal(self, said: Mapping[str, Any], _: str) -> None:
        self._counter(said, "reverse", {})

    def _void(self, said: Mapping[str, Any], _: str) -> None:
        self._counter(said, "void", {"how": "journal"})

    def _counter(self, said: Mapping[str, Any], route: str, how: Mapping[str, str]) -> None:
        """Take a document back on another day, by a journal of that day's period."""
        [found] = [
            each for each in self._systems.control(_BOOKS, "GET", "documents") if each["number"] == said["document"]
        ]
        company = next(name for name, subsidiary in _SUBSIDIARIES.items() if subsidiary == found["subsidiary"])
        body = {**how, "date": str(said["day"]), "period": self._period({**said, "company": company})}
        made = self._systems.control(_BOOKS, "POST", f"documents/{found['id']}/{route}", body)
        self.documents[made["id"]] = said["id"]

    def _typing(self, said: Mapping[str, Any], _: str) -> None:
        """Somebody sets a cell in planning to more than it holds."""
        self._line.type_over(
            said["cube"],
            said["measure"],
            {"Legal entity": said["company"], "Customer": said["customer"]},
            Decimal(said["adds"]),
        )

    def _in_crm(self, said: Mapping[str, Any], method: str, route: str, body: object) -> None:
        crm = _CRMS[said["company"]]
        self._systems.control(crm, method, route, body)
        self._systems.control(crm, "POST", "deliver", {})

    def _post(
        self, said: Mapping[str, Any], books_id: str, kind: str, number: str, lines: list[dict[str, str]], **parts: str
    ) -> None:
        company = said["company"]
        document = {
            "id": books_id,
            "type": kind,
            "number": number,
            "date": str(said["day"]),
            "period": self._period(said),
            "subsidiary": _SUBSIDIARIES[company],
            "currency": _CURRENCIES[company],
            "lines": lines,
            **parts,
        }
        self._systems.control(_BOOKS, "POST", "documents", document)
        self.documents[books_id] = said["id"]

    def _period(self, said: Mapping[str, Any]) -> str:
        """The period of the books that a document is posted to: that of its day, unless it names another."""
        period = said.get("period") or str(self._calendars.period_of(said["company"], said["day"]))
        return _MONTHS.get(period, period)


def _two_lines(debit: str, credit: str, amount: str) -> list[dict[str, str]]:
    return [{"account": debit, "amount": amount}, {"account": credit, "amount": f"-{amount}"}]


def _minor(amount: str) -> int:
    return int(Decimal(amount).scaleb(2))


_DEEDS: Mapping[str, Callable[[Acting, Mapping[str, Any], str], None]] = {
    "customers": Acting._customer,
    "mappings": Acting._mapping,
    "deals": Acting._deal,
    "reopenings": Acting._reopening,
    "merges": Acting._merge,
    "orders": Acting._order,
    "invoices": Acting._invoice,
    "credits": Acting._credit,
    "payments": Acting._payment,
    "bills": Acting._supplied,
    "intercompany": Acting._intercompany,
    "accruals": Acting._accrual,
    "reversals": Acting._reversal,
    "voids": Acting._void,
    "typings": Acting._typing,
}
