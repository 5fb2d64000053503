"""Step 1: the HTTP API with one route, one throttle and one function per connection."""

from __future__ import annotations

import json
from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions.receive.settings import NO_SECRET, ReceiveSettings
from infra.acknowledged import acknowledge
from infra.alarms import FIVE_MINUTES, Alarms, Runbook, counted, counted_of_each
from infra.door_options import door_needs_libraries, door_options, door_path, door_token_issuer
from infra.grants import read_secrets, use_key
from infra.ids import pascal
from infra.ledger import LedgerStack
from infra.python_function import FunctionParts, PythonFunction, Shape
from infra.stage import Stage
from tieout.arriving.bearer_tokens import TokenIssuer
from tieout.arriving.door import MOST_REQUESTS_PER_SECOND
from tieout.arriving.envelope import SOURCE_PREFIX
from tieout.arriving.payload import PAYLOADS_PREFIX
from tieout.landscape import Connection, Landscape

# Senders give up after seconds; the function answers before the gateway would. 256 MB would save 0.04 USD per million and
# let the sender of a cold one wait 0.2 s longer.
SHAPE = Shape(memory_mb=512, timeout=Duration.seconds(20))
ROUTE_BURST = 100
_ARCHIVE_PREFIXES = ("overflow/", "rejected/", "spool/")
# No query string, no path, no header, no body: each of them may carry a secret or personal data. `routeKey` is the route as
# declared, in which a key that stands in the path is `{key}`.
ACCESS_LOG_FIELDS = {
    "requestId": "$context.requestId",
    "requestTime": "$context.requestTime",
    "routeKey": "$context.routeKey",
    "httpMethod": "$context.httpMethod",
    "protocol": "$context.protocol",
    "status": "$context.status",
    "responseLength": "$context.responseLength",
    "responseLatency": "$context.responseLatency",
    "integrationStatus": "$context.integrationStatus",
    "integrationLatency": "$context.integrationLatency",
    "integrationError": "$context.integrationErrorMessage",
    "sourceIp": "$context.identity.sourceIp",
}
# What the connections' functions count: above how many, for how many times five minutes, it is somebody's business. One
# alarm watches all connections, each apart; one per connection would cost a stack of 40 the 500 resources it may have.
_COUNTS_THAT_ALARM = (
    (
        "Rejected",
        10,
        1,
        Runbook.REJECTED_DELIVERIES,
        "its deliveries are not authentic: a secret was rotated on one side, or somebody tries.",
    ),
    ("SecretMissing", 0, 1, Runbook.MISSING_SECRET, "its webhook secret is empty, so every delivery is refused."),
    (
        "Malformed",
        0,
        1,
        Runbook.MALFORMED_DELIVERIES,
        "its authentic deliveries are not what the source's contract promises; they are kept.",
    ),
    (
        "Drifted",
        0,
        1,
        Runbook.DRIFTED_FIELDS,
        "its source answers something that it never did; what is recorded goes on.",
    ),
    (
        "Spooled",
        0,
        3,
        Runbook.SPOOLED_DELIVERIES,
        "the bus has refused its deliveries for a quarter of an hour; they wait in the archive.",
    ),
)


class Door(Construct):
    """The HTTP API all connections post to; a path without a connection is answered 404 without running anything."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, public_base_url: str = "") -> None:
        super().__init__(scope, construct_id)
        self._public_base_url = public_base_url
        self._metric_namespace = stage.metric_namespace
        self.api = apigateway.HttpApi(
            self,
            "Api",
            api_name=f"Tieout {stage.name}",
            create_default_stage=False,
            description=f"Tieout {stage.name}: where source systems post.",
        )
        access_logs = logs.LogGroup(
            self, "AccessLogs", retention=stage.log_retention, removal_policy=stage.removal_policy
        )
        self._stage = apigateway.CfnStage(
            self,
            "Stage",
            api_id=self.api.api_id,
            stage_name="$default",
            auto_deploy=True,
            access_log_settings=apigateway.CfnStage.AccessLogSettingsProperty(
                destination_arn=access_logs.log_group_arn, format=json.dumps(ACCESS_LOG_FIELDS)
            ),
            default_route_settings=apigateway.CfnStage.RouteSettingsProperty(
                throttling_rate_limit=MOST_REQUESTS_PER_SECOND,
                throttling_burst_limit=ROUTE_BURST,
                detailed_metrics_enabled=True,
            ),
        )
        self._route_settings: dict[str, object] = {}

    def open(self, connection: Connection, function: PythonFunction, issuer: TokenIssuer | None = None) -> None:
        """Route whatever is sent to the connection's path to its function, under a throttle of its own.

        Where the connection has an issuer of tokens, only what is posted under one, and the question whether it is welcome.
        """
        path = door_path(connection)
        integration = integrations.HttpLambdaIntegration(f"{pascal(connection.name)}Function", handler=function.live)
        if issuer is None:
            for route in self._routes(path, apigateway.HttpMethod.ANY, integration):
                acknowledge(
                    route,
                    "AwsSolutions-APIG4",
                    "Source systems cannot sign for AWS: the function authenticates the raw bytes by the connection's secret.",
                )
            return
        name = f"{pascal(connection.name)}Tokens"
        authorizer = authorizers.HttpJwtAuthorizer(name, issuer.issuer, jwt_audience=list(issuer.audience))
        self._routes(path, apigateway.HttpMethod.POST, integration, authorizer)
        for route in self._routes(path, apigateway.HttpMethod.OPTIONS, integration):
            acknowledge(
                route,
                "AwsSolutions-APIG4",
                "The handshake of CloudEvents comes before there is a token: it says who is welcome, and nothing is taken by it.",
            )

    def _routes(
        self,
        path: str,
        method: apigateway.HttpMethod,
        integration: integrations.HttpLambdaIntegration,
        authorizer: authorizers.HttpJwtAuthorizer | None = None,
    ) -> Sequence[apigateway.HttpRoute]:
        routes = self.api.add_routes(path=path, methods=[method], integration=integration, authorizer=authorizer)
        for route in routes:
            # API Gateway refuses the settings of a route it does not know yet.
            self._stage.node.add_dependency(route)
        self._route_settings[f"{method.value} {path}"] = {
            "ThrottlingRateLimit": MOST_REQUESTS_PER_SECOND,
            "ThrottlingBurstLimit": ROUTE_BURST,
            "DetailedMetricsEnabled": True,
        }
        self._stage.route_settings = self._route_settings
        return routes

    def public_url(self, connection: Connection) -> str:
        """The URL the source calls and signs: the declared one, or one below the stage's, or below this API's own."""
        base_url = self._public_base_url or self.api.api_endpoint
        return connection.public_url or f"{base_url}/webhooks/{connection.name}"

    def watch(self, alarms: Alarms) -> None:
        """Raise the alarms of the door as a whole."""
        count = self.api.metric_count(period=FIVE_MINUTES, statistic="Sum")
        refused = self.api.metric_client_error(period=FIVE_MINUTES, statistic="Sum")
        alarms.raise_when(
            self,
            "Failing",
            metric=self.api.metric_server_error(period=FIVE_MINUTES, statistic="Sum"),
            above=0,
            meaning="A webhook was answered 5xx: the source may not send it again.",
            runbook=Runbook.FAILING_WEBHOOKS,
        )
        alarms.raise_when(
            self,
            "Refused",
            metric=cloudwatch.MathExpression(
                expression="IF(requests >= 20, 100 * refused / requests, 0)",
                using_metrics={"requests": count, "refused": refused},
                period=FIVE_MINUTES,
                label="Refused webhooks, percent",
            ),
            above=20,
            periods=3,
            meaning="More than a fifth of the webhooks are answered 4xx: a secret, a URL or a throttle is wrong.",
            runbook=Runbook.REFUSED_WEBHOOKS,
        )
        alarms.raise_when(
            self,
            "Slow",
            metric=self.api.metric_latency(period=FIVE_MINUTES, statistic="p99"),
            above=3000,
            periods=3,
            meaning="One webhook in a hundred takes over 3 seconds; senders give up after 5.",
            runbook=Runbook.SLOW_WEBHOOKS,
        )

    def watch_connections(self, alarms: Alarms) -> None:
        """Raise the alarms of what the connections' functions count, each for all connections."""
        for counted_as, above, periods, runbook, meaning in _COUNTS_THAT_ALARM:
            alarms.raise_when(
                self,
                counted_as,
                metric=counted_of_each(self._metric_namespace, counted_as, "connection"),
                above=above,
                periods=periods,
                meaning=f"A connection, which the notification names: {meaning}",
                runbook=runbook,
            )


class Receive(Construct):
    """The receive function of one connection: it reads its own secret, publishes as itself, and keeps what it must."""

    def __init__(  # noqa: PLR0913 keyword-only parts of one construct
        self,
        scope: Construct,
        construct_id: str,
        *,
        connection: Connection,
        landscape: Landscape,
        door: Door,
        bus: events.IEventBus,
        ledger: LedgerStack,
        parts: FunctionParts,
    ) -> None:
        super().__init__(scope, construct_id)
        issuer = door_token_issuer(connection)
        secret_arn = ledger.webhook_secrets[connection.name] if issuer is None else NO_SECRET
        archive = ledger.archive_access(["s3:PutObject"], archive_prefixes(connection))
        self.settings = ReceiveSettings(
            connection=connection.name,
            system=connection.system,
            public_url=door.public_url(connection),
            secret_arn=secret_arn,
            bus_name=bus.event_bus_name,
            archive_bucket=ledger.archive.bucket_name,
            flows=landscape.flows_by_entity(),
            options=door_options(connection),
            completion=connection.completion,
            metric_namespace=parts.stage.metric_namespace,
        )
        self.function = PythonFunction(
            self,
            "Receive",
            parts=parts,
            step="receive",
            shape=SHAPE,
            environment=self.settings.environment(),
            description=f"Receives what {connection.system} connection {connection.name} posts.",
            permissions=[
                *read_secrets([secret_arn] if issuer is None else []),
                publish_as(bus, f"{SOURCE_PREFIX}{connection.name}"),
                archive.statement,
                use_key(ledger.key),
            ],
            needs_dependencies=door_needs_libraries(connection),
            no_dead_letters_because="API Gateway invokes it and waits: the sender gets the failure and sends again.",
        )
        archive.acknowledge_for(self.function.role)
        door.open(connection, self.function, issuer)
        self.rejected = counted(parts.stage.metric_namespace, "Rejected", connection=connection.name)


def archive_prefixes(connection: Connection) -> list[str]:
    """Where in the archive a connection's deliveries may be put, whichever step takes them."""
    prefixes = (*_ARCHIVE_PREFIXES, *([PAYLOADS_PREFIX] if connection.keeps_payloads else []))
    return [f"{prefix}{connection.name}/" for prefix in prefixes]


def publish_as(bus: events.IEventBus, *sources: str) -> iam.PolicyStatement:
    """Leave to put events on this bus alone, and only under these sources: `*` in them stands for any text.

    A call carries several entries, so the condition key has several values: all must match, and there must be one.
    """
    return iam.PolicyStatement(
        actions=["events:PutEvents"],
        resources=[bus.event_bus_arn],
        conditions={"ForAllValues:StringLike": {"events:source": list(sources)}, "Null": {"events:source": "false"}},
    )
