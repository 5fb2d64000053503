"""The yardstick for record: the same worker as one usually writes it, with Powertools, pydantic and boto3.

Written to do its work well, not to be slow: a batch processor, an idempotency record per notice, a read of the source per
notice, and a write of the record's state. It knows no cells, no mappings, no versions and no planning system.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import boto3
import httpx
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.idempotency import DynamoDBPersistenceLayer, IdempotencyConfig, idempotent_function
from aws_lambda_powertools.utilities.parser import parse

from tests.bench.conventional_models import BusMessage, Deal

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = Logger(service="conventional")
metrics = Metrics(namespace="Conventional", service="conventional")
tracer = Tracer(service="conventional")
processor = BatchProcessor(event_type=EventType.SQS)
store = DynamoDBPersistenceLayer(table_name=os.environ["IDEMPOTENCY_TABLE"])
once = IdempotencyConfig(event_key_jmespath="event_id")
secrets = boto3.client("secretsmanager")
table = boto3.resource("dynamodb").Table(os.environ["STATE_TABLE"])
http = httpx.Client()


@functools.cache
def secret_of(name: str) -> Mapping[str, str]:
    """A secret, read once."""
    plain: dict[str, str] = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
    return plain


@idempotent_function(  # type: ignore[untyped-decorator]  # Powertools leaves it so
    data_keyword_argument="notice", config=once, persistence_store=store
)
def work(notice: dict[str, Any]) -> dict[str, Any]:
    """Read the record and keep its state."""
    url = f"{os.environ['SOURCE_URL']}/crm/v3/objects/deals/{notice['object_id']}"
    token = secret_of(os.environ["API_SECRET"])["access_token"]
    answer = http.get(
        url, headers={"authorization": f"Bearer {token}"}, params={"properties": os.environ["PROPERTIES"]}
    )
    deal = Deal.model_validate_json(answer.raise_for_status().content)
    table.put_item(Item={"id": deal.id, "state": deal.model_dump_json(by_alias=True)})
    return {"id": deal.id}


@tracer.capture_method
def handle(record: SQSRecord) -> None:
    """One message of the queue."""
    message = parse(event=record.json_body, model=BusMessage)
    work(notice=message.detail.event.model_dump())
    logger.info("recorded", extra={"object_id": message.detail.event.object_id})
    metrics.add_metric(name="Recorded", unit=MetricUnit.Count, value=1)


@logger.inject_lambda_context
@metrics.log_metrics
@tracer.capture_lambda_handler
def record(event: dict[str, Any], context: LambdaContext) -> Any:  # noqa: ANN401 the batch processor's answer
    """The worker."""
    once.register_lambda_context(context)
    return process_partial_response(event=event, record_handler=handle, processor=processor, context=context)
