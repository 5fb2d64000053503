"""Beside the line, every hour: makes the subscriptions that are missing, renews those that are due, and tells of those that end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tieout.errors import ThrottledError, UnavailableError
from tieout.ports import Clock
from tieout.subscribing import Subscriber, Subscription

ENDING_WITHIN = timedelta(hours=24)
"""What ends so soon although it was to be renewed is somebody's business."""

_RENEWING_TIME = timedelta(seconds=180)  # of the 300 the function has: calls that hang must still fit in


@dataclass(frozen=True, kw_only=True)
class RenewStep:
    """Everything the step works with.

    Attributes:
        connections: whose sources are subscribed to.
        subscriber_of: the subscriber of a connection; raises `TieoutError` where it cannot be opened.
        note_failure: takes an error, the connection it struck and the subscription, empty where it struck all of them.
    """

    connections: Sequence[str]
    subscriber_of: Callable[[str], Subscriber]
    clock: Clock
    note_failure: Callable[[Exception, str, str], None]


@dataclass(slots=True)
class RenewReport:
    """What one run did and found for one connection.

    Attributes:
        failed: how many it tried to renew in vain.
        ending: how many there are not, or end within a day.
        unknown: 1 where the source did not say which there are, or could not be asked any more; then nothing else is known.
    """

    renewed: int = 0
    failed: int = 0
    ending: int = 0
    unknown: int = 0


def renew(step: RenewStep) -> dict[str, RenewReport]:
    """Keep every connection subscribed; by connection, what came of it. Nothing that strikes one strikes another.

    What is not reached within the time is reached in an hour: it was due long before it ends.
    """
    give_up_at = step.clock.now() + _RENEWING_TIME
    return {name: _renew_for(name, step, give_up_at) for name in step.connections}


def _renew_for(name: str, step: RenewStep, give_up_at: datetime) -> RenewReport:
    report = RenewReport()
    if step.clock.now() >= give_up_at:
        step.note_failure(UnavailableError("no time is left to ask"), name, "")
        report.unknown = 1
        return report
    try:
        subscriber = step.subscriber_of(name)
        subscriptions = subscriber.subscriptions()
    except Exception as error:  # noqa: BLE001 a bug in one system costs its own connections, never the others
        step.note_failure(error, name, "")
        report.unknown = 1
        return report
    is_answering = True
    for each in subscriptions:
        ends_at = each.ends_at
        if each.is_due and is_answering and step.clock.now() < give_up_at:
            outcome = _try_to_renew(each, subscriber, report)
            if isinstance(outcome, datetime):
                ends_at = outcome
            else:
                step.note_failure(outcome, name, each.name)
                is_answering = not isinstance(outcome, ThrottledError | UnavailableError)
        report.ending += ends_at is None or ends_at - step.clock.now() < ENDING_WITHIN
    return report


def _try_to_renew(subscription: Subscription, subscriber: Subscriber, report: RenewReport) -> datetime | Exception:
    """When it ends now, or why it could not be renewed."""
    try:
        ends_at = subscriber.renew(subscription)
    except Exception as error:  # noqa: BLE001 as above
        report.failed += 1
        return error
    report.renewed += 1
    return ends_at
