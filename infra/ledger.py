"""The stack that holds state: the ledger, the archive, the secrets, and the key that encrypts them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from aws_cdk import Aws, CfnOutput, CrossStackReferences, Duration, ReferenceStrength, Stack
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager

from infra.acknowledged import acknowledge
from infra.buckets import BucketAccess, make_access_logs, make_archive, make_incoming, make_lake, make_operator_log
from infra.door_options import door_token_issuer
from infra.ids import pascal
from infra.lake_catalogue import LakeCatalogue
from infra.stage import Stage
from tieout.landscape import Connection, Landscape, Target
from tieout.ledger.retention import EXPIRES_AT
from tieout.ledger.table import INDEXES

if TYPE_CHECKING:
    from constructs import Construct

# Rules put events on encrypted queues and alarms publish to an encrypted topic, in their services' own names; without
# this they fail silently. EventBridge asks the key without saying for whom, so that a condition would lose every event:
# what it may reach is limited by the queues' policies, each of which admits one rule.
_ENCRYPTING_SERVICES: list[tuple[str, str, dict[str, dict[str, str]]]] = [
    ("RulesEncrypt", "events.amazonaws.com", {}),
    ("AlarmsEncrypt", "cloudwatch.amazonaws.com", {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}),
]


class LedgerStack(Stack):
    """Everything of a stage that cannot be made again: kept when the stack goes, where the stage is protected."""

    def __init__(self, scope: Construct, construct_id: str, *, stage: Stage, landscape: Landscape) -> None:
        super().__init__(
            scope,
            construct_id,
            description=f"Tieout {stage.name}: the ledger, the archive, the secrets and their key.",
            synthesizer=stage.synthesizer(),
            termination_protection=stage.protected,
        )
        self.stage = stage
        self.key = _key(self, stage)
        self.table = _table(self, stage, self.key)
        assert self.table.table_stream_arn is not None
        self.stream_arn = self.table.table_stream_arn
        access_logs = make_access_logs(self, stage)
        self.archive = make_archive(self, stage, self.key, access_logs)
        # Exported under a name we choose, so that an acknowledged finding can name the objects it is about.
        self._archive_arn = self.export_value(self.archive.bucket_arn, name=f"{self.stack_name}-ArchiveArn")
        self.operator_log = make_operator_log(self, stage, self.key, access_logs, landscape.people.log_lock)
        self.log_arn = self.export_value(self.operator_log.bucket_arn, name=f"{self.stack_name}-LogArn")
        incoming = make_incoming(self, stage, self.key, access_logs)
        # Exported whether the line asks for them or not: the last connection that drops files may go.
        self.incoming_bucket = self.export_value(incoming.bucket_name, name=f"{self.stack_name}-IncomingName")
        self._incoming_arn = self.export_value(incoming.bucket_arn, name=f"{self.stack_name}-IncomingArn")
        lake = make_lake(self, stage, self.key, access_logs)
        self.lake_bucket = self.export_value(lake.bucket_name, name=f"{self.stack_name}-LakeName")
        self.lake_arn = self.export_value(lake.bucket_arn, name=f"{self.stack_name}-LakeArn")
        self.lake_catalogue = LakeCatalogue(self, "Catalogue", stage=stage, bucket=lake, key=self.key).name
        posting = [each for each in landscape.connections if "webhook" in each.arrivals]
        signing = [each for each in posting if door_token_issuer(each) is None]
        self.webhook_secrets = {each.name: self._webhook_secret(each) for each in signing}
        read = [each for each in landscape.connections if each.is_read]
        self.api_secrets = {each.name: self._api_secret(each) for each in read}
        self.target_secrets = {each.name: self._target_secret(each) for each in landscape.targets}
        self.directory_arn = self._directory()
        CfnOutput(self, "TableName", value=self.table.table_name)
        CfnOutput(self, "ArchiveName", value=self.archive.bucket_name)

    def archive_access(self, actions: Sequence[str], prefixes: Sequence[str]) -> BucketAccess:
        """Leave to do something with the objects under some prefixes of the archive, each ending in a slash."""
        return self._access(self._archive_arn, "ArchiveArn", actions, prefixes)

    def log_access(self, actions: Sequence[str], prefixes: Sequence[str]) -> BucketAccess:
        """The same of the bucket of the operators' log."""
        return self._access(self.log_arn, "LogArn", actions, prefixes)

    def incoming_access(self, actions: Sequence[str], prefixes: Sequence[str]) -> BucketAccess:
        """The same of the bucket that sources drop files into."""
        return self._access(self._incoming_arn, "IncomingArn", actions, prefixes)

    def lake_access(self, actions: Sequence[str], prefixes: Sequence[str]) -> BucketAccess:
        """The same of the bucket of the lake."""
        return self._access(self.lake_arn, "LakeArn", actions, prefixes)

    def list_incoming(self) -> iam.PolicyStatement:
        """Leave to be told that there is no such object there: without it S3 says that it may not be read."""
        return iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self._incoming_arn])

    def _access(self, arn: str, export: str, actions: Sequence[str], prefixes: Sequence[str]) -> BucketAccess:
        findings = [f"AwsSolutions-IAM5[Resource::{self.stack_name}-{export}/{prefix}*]" for prefix in prefixes]
        arns = [f"{arn}/{prefix}*" for prefix in prefixes]
        return BucketAccess(iam.PolicyStatement(actions=list(actions), resources=arns), tuple(findings))

    def _webhook_secret(self, connection: Connection) -> str:
        return self._secret(
            f"{pascal(connection.name)}WebhookSecret",
            f"Signs what {connection.system} connection {connection.name} posts. Created empty; put"
            ' {"current": "...", "previous": "..."}; previous may be left out. See'
            f" layers/tieout/systems/{connection.system}/README.md.",
        )

    def _api_secret(self, connection: Connection) -> str:
        return self._secret(
            f"{pascal(connection.name)}ApiSecret",
            f"Lets Tieout read {connection.system} connection {connection.name}. Created empty; put the JSON that"
            f" layers/tieout/systems/{connection.system}/README.md describes.",
        )

    def _directory(self) -> str:
        """The ARN of what tells by connection which secret has its API credentials; no secret, but read as one is.

        A function's environment would end at some thirty connections, and a file in its asset cannot know an ARN.
        """
        directory = secretsmanager.CfnSecret(
            self,
            "Directory",
            description="Says which secret has the API credentials of which connection. Written by the deployment.",
            kms_key_id=self.key.key_arn,
            secret_string=json.dumps(self.api_secrets, sort_keys=True),
        )
        directory.apply_removal_policy(self.stage.removal_policy)
        acknowledge(
            directory, "AwsSolutions-SMG4", "It holds names of secrets and no secret: there is nothing to rotate."
        )
        return directory.ref

    def _target_secret(self, target: Target) -> str:
        return self._secret(
            f"{pascal(target.name)}TargetSecret",
            f"Lets Tieout write to {target.system} target {target.name}. Created empty; put the JSON that"
            f" layers/tieout/systems/{target.system}/README.md describes.",
        )

    def _secret(self, construct_id: str, description: str) -> str:
        """The ARN of a secret without any value: the higher-level construct would always generate one."""
        secret = secretsmanager.CfnSecret(self, construct_id, description=description, kms_key_id=self.key.key_arn)
        secret.apply_removal_policy(self.stage.removal_policy)
        # A strong reference would forbid to remove a connection: its secret goes before the line stops naming it.
        CrossStackReferences.of(secret).produce(ReferenceStrength.WEAK)
        acknowledge(
            secret,
            "AwsSolutions-SMG4",
            "The system at the other end issues the value, so AWS cannot rotate it; webhook secrets keep two live values.",
        )
        return secret.ref


def _key(scope: Construct, stage: Stage) -> kms.Key:
    key = kms.Key(
        scope,
        "Key",
        description=f"Tieout {stage.name}: ledger, archive, queues, secrets and alarms.",
        enable_key_rotation=True,
        pending_window=Duration.days(30 if stage.protected else 7),
        removal_policy=stage.removal_policy,
    )
    for sid, service, conditions in _ENCRYPTING_SERVICES:
        key.add_to_resource_policy(
            iam.PolicyStatement(
                sid=sid,
                principals=[iam.ServicePrincipal(service)],
                actions=["kms:Decrypt", "kms:GenerateDataKey*"],
                resources=["*"],  # in a key's own policy: this key
                conditions=conditions,
            )
        )
    return key


def _table(scope: Construct, stage: Stage, key: kms.IKey) -> dynamodb.Table:
    def text(name: str) -> dynamodb.Attribute:
        return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)

    table = dynamodb.Table(
        scope,
        "Ledger",
        partition_key=text("pk"),
        sort_key=text("sk"),
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.CUSTOMER_MANAGED,
        encryption_key=key,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=True
        ),
        stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
        time_to_live_attribute=EXPIRES_AT,
        deletion_protection=stage.protected,
        removal_policy=stage.removal_policy,
    )
    for name, index in INDEXES.items():
        table.add_global_secondary_index(
            index_name=name,
            partition_key=text(index.attribute),
            sort_key=text("pk"),
            projection_type=dynamodb.ProjectionType.INCLUDE if index.carries else dynamodb.ProjectionType.KEYS_ONLY,
            non_key_attributes=list(index.carries) or None,
        )
    return table
