"""The buckets of a stage, and what a role or a policy may be given leave to do with their objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3

from infra.acknowledged import acknowledge
from infra.ids import pascal
from infra.stage import Stage
from tieout.duties import LogLock
from tieout.ledger.journal import PREFIX as JOURNAL_PREFIX

if TYPE_CHECKING:
    from constructs import Construct

# How long each part of the archive is of use: overflow must outlive the queues and dead-letter queues that point to it.
# `payloads/` is not among them: a payload is the only source of its records, read again by every redrive, every entry of a
# mapping that arrives late and every correction of how it is read, so it is kept, with all its versions, for good.
ARCHIVE_DAYS = {"overflow/": 60, "spool/": 60, "rejected/": 30}
LAKE_QUERIES = "queries/"
LAKE_QUERY_DAYS = 30  # what a query answered can be asked again
INCOMING_DAYS = 400  # what counts of a file is kept as payloads; the file itself as long as the outcomes of its records
_ACCESS_LOG_DAYS = 90


@dataclass(frozen=True, slots=True)
class BucketAccess:
    """A permission on objects by prefix, and the findings it makes: object keys are not known at deployment."""

    statement: iam.PolicyStatement
    findings: tuple[str, ...]

    def acknowledge_for(self, holder: iam.Role | iam.ManagedPolicy) -> None:
        """Let the wildcard behind the prefix stand for the role or policy that has the permission."""
        for finding in self.findings:
            acknowledge(
                holder, finding, "Object keys are not known at deployment; the prefix is the narrowest S3 allows."
            )


def make_access_logs(scope: Construct, stage: Stage) -> s3.Bucket:
    """Who asked for which object of the other buckets."""
    access_logs = s3.Bucket(
        scope,
        "ArchiveAccessLogs",
        encryption=s3.BucketEncryption.S3_MANAGED,  # S3 delivers access logs only under its own key
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        removal_policy=stage.removal_policy,
        lifecycle_rules=[_expiry("", _ACCESS_LOG_DAYS)],
    )
    acknowledge(access_logs, "AwsSolutions-S1", "It holds the access logs; logging its own accesses would never end.")
    return access_logs


def make_archive(scope: Construct, stage: Stage, key: kms.IKey, access_logs: s3.IBucket) -> s3.Bucket:
    """Where the functions keep what is too large for the ledger, or for good; EventBridge is told of the journal's objects.

    The journal is kept; each of its objects is written a few times while its seconds pass, and only the last counts.
    """
    rules = [
        *(_expiry(prefix, days) for prefix, days in ARCHIVE_DAYS.items()),
        _old_versions("Journal", JOURNAL_PREFIX),
    ]
    return _telling(_kept(scope, "Archive", stage, key, access_logs, rules))


def make_incoming(scope: Construct, stage: Stage, key: kms.IKey, access_logs: s3.IBucket) -> s3.Bucket:
    """Where sources drop files, which EventBridge is told of.

    It is a bucket of its own, so that whoever drops files needs no leave in the archive, whose payloads are the only source
    of their records.
    """
    rules = [_expiry("", INCOMING_DAYS, old_versions=INCOMING_DAYS)]
    return _telling(_kept(scope, "Incoming", stage, key, access_logs, rules))


def make_lake(scope: Construct, stage: Stage, key: kms.IKey, access_logs: s3.IBucket) -> s3.Bucket:
    """Where the lake's rows and tables are kept for good, and for some days what queries answered.

    It is a bucket of its own, so that whoever queries needs no leave in the archive.
    """
    rules = [_expiry(LAKE_QUERIES, LAKE_QUERY_DAYS), _old_versions("Lake", None)]
    return _kept(scope, "Lake", stage, key, access_logs, rules)


def make_operator_log(
    scope: Construct, stage: Stage, key: kms.IKey, access_logs: s3.IBucket, lock: LogLock
) -> s3.Bucket:
    """Where what people do is kept for good, each entry an object that nobody deletes before its lock ends.

    It is a bucket of its own, because a lock is a bucket's: the archive's objects are written again and expire.
    """
    retentions = {"governance": s3.ObjectLockRetention.governance, "compliance": s3.ObjectLockRetention.compliance}
    retention = retentions[lock.mode](Duration.days(lock.days)) if lock.mode in retentions else None
    return _kept(scope, "OperatorLog", stage, key, access_logs, [], retention)


def _telling(bucket: s3.Bucket) -> s3.Bucket:
    """A bucket that tells EventBridge of its objects."""
    resource = bucket.node.default_child
    assert isinstance(resource, s3.CfnBucket)
    # Said as `event_bridge_enabled=`, it would be done by a function of the CDK's, with a role over all buckets.
    resource.notification_configuration = s3.CfnBucket.NotificationConfigurationProperty(
        event_bridge_configuration=s3.CfnBucket.EventBridgeConfigurationProperty(event_bridge_enabled=True)
    )
    return bucket


def _kept(
    scope: Construct,
    construct_id: str,
    stage: Stage,
    key: kms.IKey,
    access_logs: s3.IBucket,
    rules: Sequence[s3.LifecycleRule],
    lock: s3.ObjectLockRetention | None = None,
) -> s3.Bucket:
    """What all have in common: they are private, encrypted with our key and versioned, and who asks is logged."""
    return s3.Bucket(
        scope,
        construct_id,
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        enforce_ssl=True,
        versioned=True,
        object_lock_enabled=True if lock else None,
        object_lock_default_retention=lock,
        server_access_logs_bucket=access_logs,
        server_access_logs_prefix=f"{construct_id.lower()}/",
        removal_policy=stage.removal_policy,
        lifecycle_rules=rules,
    )


def _old_versions(what: str, prefix: str | None) -> s3.LifecycleRule:
    """Objects that are kept, and of each only what it is now."""
    return s3.LifecycleRule(
        id=f"ExpireVersionsOf{what}",
        prefix=prefix,
        noncurrent_version_expiration=Duration.days(7),
        abort_incomplete_multipart_upload_after=Duration.days(1),
    )


def _expiry(prefix: str, days: int, *, old_versions: int = 7) -> s3.LifecycleRule:
    return s3.LifecycleRule(
        id=f"Expire{pascal(prefix.strip('/') or 'all')}",
        prefix=prefix or None,
        expiration=Duration.days(days),
        noncurrent_version_expiration=Duration.days(old_versions),
        abort_incomplete_multipart_upload_after=Duration.days(1),
    )
