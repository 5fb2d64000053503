"""Lambda entry point of the renewal: wires the hour's schedule to the sources that are subscribed to."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from aws_lambda_powertools import Logger

from functions.renew.pipeline import RenewReport, RenewStep, renew
from functions.renew.settings import RenewSettings
from tieout.arriving.log import DeliveryLog
from tieout.aws.clients import open_client
from tieout.aws.secrets import JsonSecrets
from tieout.landscape import Landscape
from tieout.subscribing import Push, Subscriber
from tieout.system_clock import SystemClock
from tieout.systems import capability

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)  # a source asks our door before it answers


class RenewFunction:
    """What one warm function keeps between hours."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._settings = RenewSettings.of_environment(environ)
        self._landscape = Landscape.of_json(Path(self._settings.landscape_file).read_bytes())
        self._clock = SystemClock()
        self._secrets = JsonSecrets(open_client("secretsmanager"), self._clock)
        self._http = httpx.Client(timeout=_TIMEOUT)
        self._logger = Logger(service="renew")
        self.step = RenewStep(
            connections=sorted(self._settings.public_urls),
            subscriber_of=self._subscriber_of,
            clock=self._clock,
            note_failure=self._note_failure,
        )

    def handle(self) -> None:
        """Renew what is due, and say of each connection what came of it: a line, which is its metrics too."""
        for name, report in renew(self.step).items():
            outcome = "unavailable" if report.unknown or report.failed else "renewed"
            log = DeliveryLog("renew", name, namespace=self._settings.metric_namespace)
            log.note(outcome, self._clock.now(), _counts(report), {})

    def _subscriber_of(self, name: str) -> Subscriber:
        connection = self._landscape.connection(name)
        credentials = self._secrets.get(self._secrets.get(self._settings.directory_arn)[name])
        secret = self._secrets.get(self._settings.webhook_secret_arns[name]).get("current", "")
        push = Push(self._settings.public_urls[name], secret)
        module = capability(connection.system, "subscription")
        subscriber: Subscriber = module.open_subscription(connection, credentials, push, self._http, self._clock)
        return subscriber

    def _note_failure(self, error: Exception, connection: str, subscription: str) -> None:
        fields = {"connection": connection, "subscription": subscription, "error": type(error).__name__}
        self._logger.error("not renewed", extra=fields)


def lambda_handler(_event: dict[str, Any], _context: object) -> None:
    """Renew: see `RenewFunction.handle`."""
    _function().handle()


def _counts(report: RenewReport) -> dict[str, int]:
    return {
        "Renewed": report.renewed,
        "RenewalFailed": report.failed,
        "SubscriptionEnding": report.ending,
        "SubscriptionsUnknown": report.unknown,
    }


@functools.cache
def _function() -> RenewFunction:
    return RenewFunction(os.environ)
