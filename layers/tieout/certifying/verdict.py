"""Says of a derived period what keeps a certificate from being signed, and what somebody has to sign for by name: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tieout.certifying.bridge import NEEDS_NOBODY
from tieout.closing import BooksState
from tieout.reconciling.tracking import BreakState

_STANDS = frozenset({str(BreakState.ACCEPTED), NEEDS_NOBODY})


def obstacles(derived: Mapping[str, Any]) -> list[str]:
    """What has to be done first: books that are not closed, and breaks that nobody answers for."""
    return [*_open_books(derived), *_open_breaks(derived)]


def exceptions(derived: Mapping[str, Any]) -> list[str]:
    """What is not as it should be, and which a person may sign for with a reason."""
    return [*_parked(derived), *_planning(derived), *_unlisted(derived)]


def unanswered(derived: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The breaks that nobody answers for yet, each with the name of its reconciliation."""
    for leg in derived["legs"]:
        for each in (*leg["breaks"], *leg["of_no_period"]):
            is_later = leg["across_periods"] and each["since"] > derived["days"][1]  # a later period's, so far
            if each["state"] not in _STANDS and not is_later:
                yield leg["reconciliation"], each


def verdict(derived: Mapping[str, Any]) -> dict[str, Any]:
    """Whether the period ties out, and why not; who has signed for what is not as it should be."""
    found, excepted, evidence = obstacles(derived), exceptions(derived), derived["evidence"]
    signed_for = {"by": evidence["by"], "reason": evidence["reason"]} if excepted and evidence["reason"] else None
    return {
        "ties_out": not found and (not excepted or signed_for is not None),
        "obstacles": found,
        "exceptions": excepted,
        "signed_for": signed_for,
    }


def _open_books(derived: Mapping[str, Any]) -> Iterator[str]:
    if not derived["books"]:
        yield "no plan version's books are closed here (landscape/periods.toml): there is nothing to certify"
    for each in derived["books"]:
        if each["state"] != BooksState.CLOSED or not each["is_done"]:
            command = f"tieout periods close {derived['period']} --entity {derived['legal_entity']}"
            half = "" if each["is_done"] else "half "
            yield f"the books of {each['version']} are {half}{each['state']}: {command}"


def _open_breaks(derived: Mapping[str, Any]) -> Iterator[str]:
    for reconciliation, each in unanswered(derived):
        do = f"tieout breaks {'accept' if each['state'] == BreakState.EXPLAINED else 'explain'} {each['break'][:8]}"
        yield f"{reconciliation}: a break of kind {each['kind']} is {each['state']}: {do}"


def _parked(derived: Mapping[str, Any]) -> Iterator[str]:
    for name, count in sorted(derived["evidence"]["parked"].items()):
        if count:
            yield f"{count} messages are parked in {name}: tieout dlq show {name}"


def _planning(derived: Mapping[str, Any]) -> Iterator[str]:
    planning = derived["planning"]
    for each in planning["unsettled"]:
        yield f"{each['target']} does not hold {each['cube']} {each['measure']} {each['cell'][:8]}: it is {each['state']}"
    for each in planning["differences"]:
        yield f"{each['target']} was read to hold {each['held']} in {each['cell'][:8]}, and not {each['wanted']}"
    for each in planning["cycles"]:
        if not each["is_behind_last_write"]:
            yield f"{each['target']} was not read back as a whole since {each['last_write'] or 'the beginning'}"


def _unlisted(derived: Mapping[str, Any]) -> Iterator[str]:
    for each in derived["census"]:
        if each["is_listed"] and each["gaps"]:
            first, last = each["gaps"][0][0], each["gaps"][-1][1]
            yield f"no census covers all of {each['entity']} of {each['connection']} from {first} to {last}"
