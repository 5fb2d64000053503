"""The yardstick for receive: the same webhook as one usually writes it, with Powertools, pydantic and boto3.

Written to do its work well, not to be slow: one event per notice on the bus, in calls of ten.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.metrics import MetricUnit
from pydantic import TypeAdapter

from tests.bench.conventional_models import Accepted, Published, Secret, Tracing

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="conventional")
metrics = Metrics(namespace="Conventional", service="conventional")
tracer = Tracer(service="conventional")
app = APIGatewayHttpResolver()
secrets = boto3.client("secretsmanager")
bus = boto3.client("events")
LIST: TypeAdapter[list[dict[str, Any]]] = TypeAdapter(list[dict[str, Any]])


@functools.cache
def secret_of(name: str) -> Mapping[str, str]:
    """A secret, read once."""
    plain: dict[str, str] = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
    return plain


@app.post("/webhooks/<connection>")
@tracer.capture_method
def accept(connection: str) -> Response[str]:
    """Verify and publish."""
    logger.append_keys(connection=connection)
    event = app.current_event
    body, headers = event.decoded_body or "", event.headers
    secret = Secret.model_validate(secret_of(os.environ["WEBHOOK_SECRET"]))
    signed = f"POST{os.environ['PUBLIC_URL']}{body}{headers['x-hubspot-request-timestamp']}"
    expected = base64.b64encode(hmac.new(secret.current.encode(), signed.encode(), hashlib.sha256).digest()).decode()
    if not hmac.compare_digest(expected, headers["x-hubspot-signature-v3"]):
        return Response(status_code=401, content_type="application/json", body="{}")
    tracing = Tracing(request_id=event.request_context.request_id, received_at=datetime.now(UTC))
    notices = [Published.model_validate({"tracing": tracing, "event": each}) for each in LIST.validate_json(body)]
    for ten in batched(notices, 10, strict=False):
        entries = [
            {
                "Source": f"conventional.{connection}",
                "DetailType": each.event.subscription_type,
                "Detail": each.model_dump_json(by_alias=True),
                "EventBusName": os.environ["BUS_NAME"],
            }
            for each in ten
        ]
        if bus.put_events(Entries=entries)["FailedEntryCount"]:  # type: ignore[arg-type]  # plain dictionaries
            return Response(status_code=503, content_type="application/json", body="{}")
    metrics.add_metric(name="Accepted", unit=MetricUnit.Count, value=len(notices))
    logger.info("accepted", extra={"notices": len(notices)})
    return Response(
        status_code=200, content_type="application/json", body=Accepted(accepted=len(notices)).model_dump_json()
    )


@logger.inject_lambda_context
@metrics.log_metrics
@tracer.capture_lambda_handler
def receive(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The webhook."""
    return app.resolve(event, context)
