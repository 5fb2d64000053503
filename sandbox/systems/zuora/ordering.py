"""What is ordered of subscriptions: each order makes a new version of one, and what was the last version expires."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from sandbox.systems.keeping import Object, Where
from sandbox.systems.zuora import segments
from sandbox.systems.zuora.tenant import Tenant, plain

_ACTIVE, _SUSPENDED, _PENDING = "Active", "Suspended", "Pending Activation"
_GOING_ON = (_ACTIVE, _SUSPENDED, _PENDING)
_CHANGED = "AmendmentProcessed"
_Charges = list[Object]


class Ordering:
    """The subscriptions of one tenant, by their numbers. A day that is not stated is today."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._store = tenant.store

    def begin(
        self,
        account: str,
        charges: Sequence[Mapping[str, Any]],
        start: str | None = None,
        *,
        term_months: int | None = 12,
        activated: bool = True,
        **stated: Any,  # noqa: ANN401 JSON
    ) -> Object:
        """A new subscription: of each charge its `product`, `price` for a `period`, `quantity`; see `segments.first_segment`.

        It is evergreen where a term has no months. Where it is not activated, nothing is in force before it is.
        """
        owner, day = self._store.found("account", account), self._tenant.day(start)
        end = later(day, term_months) if term_months is not None else None
        made = {
            "accountId": owner["id"],
            "currency": owner["currency"],
            "version": 1,
            "revision": "1.0",
            "isLatestVersion": True,
            "status": _ACTIVE if activated else _PENDING,
            "termType": "EVERGREEN" if term_months is None else "TERMED",
            "autoRenew": True,
            "currentTerm": term_months,
            "renewalTerm": term_months,
            **dict.fromkeys(("contractEffectiveDate", "subscriptionStartDate", "termStartDate"), day),
            **dict.fromkeys(("subscriptionEndDate", "termEndDate"), end),
            "serviceActivationDate": day if activated else None,
            "lastBookingDate": self._tenant.day(None),
            "originalCreatedDate": self._store.moment(),
            "cancelledDate": None,
            "previousSubscriptionId": None,
            "ratePlans": [self._plan(each, *((day, end) if activated else (None, None))) for each in charges],
            **stated,
        }
        made["cMRR"] = _contracted(made)
        version = self._tenant.make("subscription", made | {"originalId": None})
        return self._tenant.change(version, "SubscriptionCreated", originalId=version["id"])

    def last(self, name: str) -> Object:
        """The last version of a subscription; `KeyError` where there is none of that number."""
        return self.versions(name)[-1]

    def versions(self, name: str) -> list[Object]:
        """All versions of a subscription, in their order."""
        where = Where(["json_extract(body, '$.name') = ? COLLATE NOCASE"], [name], "number")
        found, _ = self._store.page_of("subscription", where, 10_000)
        if not found:
            raise KeyError(name)
        return list(found)

    def add(self, name: str, charge: Mapping[str, Any], start: str | None = None) -> Object:
        """Have one product more, from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            version["ratePlans"].append(self._plan(charge, day, version["termEndDate"]) | {"lastChangeType": "Add"})

        return self._ordered(name, change)

    def change(self, name: str, charge: str, start: str | None = None, **changes: Any) -> Object:  # noqa: ANN401 JSON
        """Have another `price` or `quantity` of a charge, from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            plan = _plan_of(version, charge)
            plan["lastChangeType"] = "Update"
            _apply(plan, charge, lambda found: segments.followed(found, day, version["termEndDate"], **changes))

        return self._ordered(name, change)

    def remove(self, name: str, charge: str, start: str | None = None) -> Object:
        """Have one product less, from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            plan = _plan_of(version, charge)
            plan["lastChangeType"] = "Remove"
            _apply(plan, charge, lambda found: segments.cut(found, day))

        return self._ordered(name, change)

    def renew(self, name: str) -> Object:
        """Begin another term at the end of this one."""

        def change(version: Object) -> None:
            old = version["termEndDate"]
            if old is None:
                raise ValueError("it is evergreen")
            new = later(old, version["renewalTerm"])
            version |= {"termStartDate": old, "termEndDate": new, "subscriptionEndDate": new}
            _apply_to_all(version, lambda found: segments.extended(found, old, new))

        return self._ordered(name, change)

    def cancel(self, name: str, start: str | None = None) -> Object:
        """End it on a day, be it one to come."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            version |= {"status": "Cancelled", "cancelledDate": day, "subscriptionEndDate": day}
            version |= {"termEndDate": day, "autoRenew": False}
            _apply_to_all(version, lambda found: segments.cut(found, day))

        return self._ordered(name, change)

    def suspend(self, name: str, start: str | None = None) -> Object:
        """Let nothing be in force from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            going_on = [each[-1] for each in _charges(version) if _goes_on(each[-1], day)]
            ends = {each["chargeNumber"]: each["effectiveEndDate"] for each in going_on}
            version |= {"status": _SUSPENDED, "suspended": ends}
            _apply_to_all(version, lambda found: segments.cut(found, day))

        return self._ordered(name, change, _ACTIVE)

    def resume(self, name: str, start: str | None = None) -> Object:
        """Let what was suspended be in force again, from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            ends = version.pop("suspended")
            for number in {each[0]["chargeNumber"] for each in _charges(version)} & ends.keys():
                if ends[number] is None or day < ends[number]:
                    follow = partial(segments.followed, day=day, end=ends[number])
                    _apply(_plan_of(version, number), number, follow)
            version["status"] = _ACTIVE

        return self._ordered(name, change, _SUSPENDED)

    def activate(self, name: str, start: str | None = None) -> Object:
        """Let what was agreed be in force, from a day on."""
        day = self._tenant.day(start)

        def change(version: Object) -> None:
            version |= {"status": _ACTIVE, "serviceActivationDate": day}
            for plan in version["ratePlans"]:
                for each in plan["ratePlanCharges"]:
                    each |= {"effectiveStartDate": day, "effectiveEndDate": version["termEndDate"]}

        return self._ordered(name, change, _PENDING)

    def undo(self, name: str) -> Object:
        """Take the last order back, as if it had never been: the version before it is the last one again, where there is one."""
        versions = self.versions(name)
        last = self._tenant.change(versions[-1], deleted=True, isLatestVersion=len(versions) == 1)
        if len(versions) == 1:
            self._tenant.note("SubscriptionDeleted", last)
            return last
        before = versions[-2]
        return self._tenant.change(before, "OrderDeleted", status=before.pop("until"), isLatestVersion=True)

    def _ordered(self, name: str, change: Callable[[Object], None], *statuses: str) -> Object:
        """A new version, which is the last one changed."""
        last = self.last(name)
        if last["status"] not in (statuses or _GOING_ON):
            raise ValueError(f"it is {last['status']}")
        today = self._tenant.day(None)
        made = deepcopy(last)
        made["ratePlans"] = [each for each in made["ratePlans"] if not _is_over(each, today)]
        change(made)
        for plan in made["ratePlans"]:
            plan["id"] = self._store.new_id()
            plan["ratePlanCharges"] = [self._called(each) for each in plan["ratePlanCharges"]]
        made |= {
            "id": self._store.new_id(),
            "version": last["version"] + 1,
            "revision": f"{last['version'] + 1}.0",
            "previousSubscriptionId": last["id"],
            "lastBookingDate": today,
            "cMRR": _contracted(made),
            **dict.fromkeys(("createdDate", "updatedDate"), self._store.moment()),
        }
        self._tenant.change(last, status="Expired", isLatestVersion=False, until=last["status"])
        return self._tenant.make("subscription", made, _CHANGED)

    def _plan(self, stated: Mapping[str, Any], start: str | None, end: str | None) -> Object:
        """A rate plan with the one charge that is stated."""
        segment = segments.first_segment(stated, stated.get("start", start), end)
        charge = {"chargeNumber": self._store.new_number("C-"), **self._called(segment)}
        plan = {"id": self._store.new_id(), "productId": stated.get("product"), "name": stated.get("plan", "Standard")}
        return plan | {"ratePlanCharges": [charge | {"originalId": charge["id"]}]}

    def _called(self, segment: Mapping[str, Any]) -> Object:
        """A segment under ids that no version before had."""
        tiers = [{**each, "id": self._store.new_id()} for each in segment["ratePlanChargeTiers"]]
        return {**segment, "id": self._store.new_id(), "ratePlanChargeTiers": tiers}


def later(day: str, months: int) -> str:
    """The same day so many months later, or the last one of a month that has none of that number."""
    from_day = date.fromisoformat(day)
    years, month = divmod(from_day.month - 1 + months, 12)
    for number in range(from_day.day, 0, -1):
        try:
            return from_day.replace(year=from_day.year + years, month=month + 1, day=number).isoformat()
        except ValueError:
            continue
    raise AssertionError("every month has a first day")


def _charges(version: Mapping[str, Any]) -> list[_Charges]:
    """The segments of each charge, in their order."""
    found: dict[str, _Charges] = {}
    for plan in version["ratePlans"]:
        for each in plan["ratePlanCharges"]:
            found.setdefault(each["chargeNumber"], []).append(each)
    return list(found.values())


def _apply_to_all(version: Mapping[str, Any], change: Callable[[_Charges], _Charges]) -> None:
    for each in _charges(version):
        number = each[0]["chargeNumber"]
        _apply(_plan_of(version, number), number, change)


def _apply(plan: Object, number: str, change: Callable[[_Charges], _Charges]) -> None:
    """Change the segments of one charge of a plan."""
    all_of_it = plan["ratePlanCharges"]
    others = [each for each in all_of_it if each["chargeNumber"] != number]
    plan["ratePlanCharges"] = [*others, *change([each for each in all_of_it if each["chargeNumber"] == number])]


def _plan_of(version: Mapping[str, Any], number: str) -> Object:
    for plan in version["ratePlans"]:
        if any(each["chargeNumber"] == number for each in plan["ratePlanCharges"]):
            found: Object = plan
            return found
    raise KeyError(number)


def _goes_on(segment: Mapping[str, Any], day: str) -> bool:
    return segment["effectiveEndDate"] is None or segment["effectiveEndDate"] > day


def _is_over(plan: Mapping[str, Any], today: str) -> bool:
    """Whether a removed product is not shown with later versions any more."""
    is_removed = plan.get("lastChangeType") == "Remove"
    return is_removed and not any(_goes_on(each, today) for each in plan["ratePlanCharges"])


def _contracted(version: Mapping[str, Any]) -> str:
    """What recurs in a month at the end of what is agreed, discounts aside."""
    last = [each[-1] for each in _charges(version)]
    going_on = [each for each in last if _ends_with_the_term(each, version)]
    return plain(sum((Decimal(each["mRR"] or 0) for each in going_on), Decimal(0)))


def _ends_with_the_term(segment: Mapping[str, Any], version: Mapping[str, Any]) -> bool:
    start, end = segment["effectiveStartDate"], segment["effectiveEndDate"]
    return bool(version["status"] != "Cancelled" and start != end and end == version["termEndDate"])
