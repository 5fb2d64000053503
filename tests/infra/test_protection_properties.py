from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support.synthesis import STAGES, Synthesis, as_list, logical_id

STATE = ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"]


def denies_plain_http(statements: list[Mapping[str, Any]]) -> bool:
    """Whether a policy refuses every caller that does not use TLS."""
    return any(
        statement["Effect"] == "Deny"
        and statement["Principal"] in ("*", {"AWS": "*"})
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for statement in statements
    )


def policies(synthesis: Synthesis, kind: str, names: str) -> dict[str, list[Mapping[str, Any]]]:
    """The statements of resource policies by the logical id of what they protect."""
    return {
        logical_id(protected): policy["PolicyDocument"]["Statement"]
        for policy in synthesis.properties(kind).values()
        for protected in as_list(policy[names])
    }


def encrypting_key(synthesis: Synthesis) -> Mapping[str, Any]:
    """The one key that encrypts; the other one signs."""
    (key,) = (each for each in synthesis.properties("AWS::KMS::Key").values() if "KeyUsage" not in each)
    return key


@pytest.mark.parametrize(
    ("kind", "policy_kind", "names"),
    [
        ("AWS::SQS::Queue", "AWS::SQS::QueuePolicy", "Queues"),
        ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "Bucket"),
        ("AWS::SNS::Topic", "AWS::SNS::TopicPolicy", "Topics"),
    ],
)
def test_plain_http_is_refused_by_policy(synthesis: Synthesis, kind: str, policy_kind: str, names: str) -> None:
    """Every queue, bucket and topic has a policy that refuses callers without TLS."""
    found = policies(synthesis, policy_kind, names)
    assert set(synthesis.of_type(kind)) == {name for name, statements in found.items() if denies_plain_http(statements)}


def test_everything_that_rests_is_encrypted_under_our_own_key(synthesis: Synthesis) -> None:
    """Queues, dead-letter queues, topic, ledger, archive and secrets stand under the stage's rotating key."""
    key = encrypting_key(synthesis)
    assert key["EnableKeyRotation"] is True
    for kind, field in [
        ("AWS::SQS::Queue", "KmsMasterKeyId"),
        ("AWS::SNS::Topic", "KmsMasterKeyId"),
        ("AWS::SecretsManager::Secret", "KmsKeyId"),
    ]:
        assert synthesis.of_type(kind)
        for properties in synthesis.properties(kind).values():
            assert "Key" in str(properties[field])
    (table,) = synthesis.properties("AWS::DynamoDB::Table").values()
    assert (table["SSESpecification"]["SSEEnabled"], table["SSESpecification"]["SSEType"]) == (True, "KMS")
    algorithms = {
        rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
        for bucket in synthesis.properties("AWS::S3::Bucket").values()
        for rule in bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    }
    assert algorithms == {"aws:kms", "AES256"}  # S3 writes its access logs only under its own key


def test_certificates_are_signed_by_people_with_a_key_that_never_leaves(synthesis: Synthesis) -> None:
    """The account says who of its people may; no function of the line can sign anything."""
    [(name, key)] = [each for each in synthesis.properties("AWS::KMS::Key").items() if "KeyUsage" in each[1]]
    assert (key["KeyUsage"], key["KeySpec"]) == ("SIGN_VERIFY", "ECC_NIST_P256")
    granted = [
        policy for kind in ("AWS::IAM::Role", "AWS::IAM::Policy") for policy in synthesis.properties(kind).values()
    ]
    assert "kms:Sign" not in str(granted)
    assert name not in str(granted)


def test_services_that_encrypt_for_us_may_use_the_key(synthesis: Synthesis) -> None:
    """Rules and alarms encrypt in their services' names; without this they fail silently, and alarms reach nobody."""
    key = encrypting_key(synthesis)
    services = {each["Sid"]: each for each in key["KeyPolicy"]["Statement"] if "Service" in each["Principal"]}
    assert {each["Principal"]["Service"] for each in services.values()} == {
        "events.amazonaws.com",
        "cloudwatch.amazonaws.com",
    }
    # EventBridge names no account when it asks a key, so a condition would lose every event.
    assert "Condition" not in services["RulesEncrypt"]
    assert services["AlarmsEncrypt"]["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def test_alarms_may_publish_to_the_topic(synthesis: Synthesis) -> None:
    """The TLS policy replaces the topic's default policy, so alarms of this account are let in by name."""
    (statements,) = policies(synthesis, "AWS::SNS::TopicPolicy", "Topics").values()
    (allowed,) = [each for each in statements if each["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"


def test_buckets_are_private_and_the_archive_is_versioned_logged_and_forgets_in_time(synthesis: Synthesis) -> None:
    """Nothing is public; what is archived outlives the dead-letter queues that point to it and then goes.

    But for payloads: they are the only source of their records, so no rule touches them or their old versions.
    """
    for bucket in synthesis.properties("AWS::S3::Bucket").values():
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
        assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    logged = {
        each["LoggingConfiguration"]["LogFilePrefix"]: each
        for each in synthesis.properties("AWS::S3::Bucket").values()
        if "LoggingConfiguration" in each
    }
    assert set(logged) == {"archive/", "incoming/", "lake/", "operatorlog/"}
    assert all(each["VersioningConfiguration"] == {"Status": "Enabled"} for each in logged.values())
    archive = logged["archive/"]
    rules = {rule["Prefix"]: rule for rule in archive["LifecycleConfiguration"]["Rules"]}
    days = {prefix: rule["ExpirationInDays"] for prefix, rule in rules.items() if "ExpirationInDays" in rule}
    assert set(days) == {"overflow/", "spool/", "rejected/"}
    assert not any("payloads/".startswith(prefix) or prefix.startswith("payloads/") for prefix in days)
    assert rules.keys() - days.keys() == {"journal/"}  # it is kept
    assert "NoncurrentVersionExpiration" in rules["journal/"]
    (kept, asked) = sorted(logged["lake/"]["LifecycleConfiguration"]["Rules"], key=lambda rule: rule.get("Prefix", ""))
    assert "ExpirationInDays" not in kept
    assert (asked["Prefix"], asked["ExpirationInDays"]) == ("queries/", 30)
    longest = max(queue["MessageRetentionPeriod"] for queue in synthesis.properties("AWS::SQS::Queue").values())
    assert min(days["overflow/"], days["spool/"]) * 86_400 > 2 * longest


def test_what_people_did_is_locked_as_the_stage_declares_and_never_expires(
    stages: Callable[[str], Synthesis],
) -> None:
    """In production nobody deletes an entry for seven years; a stage that may be thrown away locks nothing that would keep it."""
    locks = {}
    for stage in STAGES:
        [log] = [each for name, each in stages(stage).properties("AWS::S3::Bucket").items() if "OperatorLog" in name]
        assert log["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "LifecycleConfiguration" not in log
        rule = log.get("ObjectLockConfiguration", {}).get("Rule", {}).get("DefaultRetention", {})
        assert bool(rule) is log.get("ObjectLockEnabled", False)
        locks[stage] = (rule.get("Mode"), rule.get("Days"))
    assert locks == {"prod": ("GOVERNANCE", 2555), "dev": (None, None), "sandbox": ("GOVERNANCE", 1)}


def test_the_ledger_can_be_restored_to_any_second(synthesis: Synthesis) -> None:
    """Point-in-time recovery is on, capacity is on demand, and the two indexes are those the functions query."""
    (table,) = synthesis.properties("AWS::DynamoDB::Table").values()
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert {
        index["IndexName"]: (
            [key["AttributeName"] for key in index["KeySchema"]],
            index["Projection"],
        )
        for index in table["GlobalSecondaryIndexes"]
    } == {
        "cells_by_state": (
            ["cell_state", "pk"],
            {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["dirty_since", "cube"]},
        ),
        "catalogue": (["catalogue", "pk"], {"ProjectionType": "KEYS_ONLY"}),
    }


def test_what_only_tells_of_the_past_expires_by_the_attribute_that_is_written(synthesis: Synthesis) -> None:
    """The table looks at the attribute the ledger writes, and the sweeper closes receipts with the declared days."""
    (table,) = synthesis.properties("AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    told = [
        environment["TIEOUT_RECEIPT_DAYS"]
        for name in synthesis.of_type("AWS::Lambda::Function")
        if "TIEOUT_RECEIPT_DAYS" in (environment := synthesis.environment(name))
    ]
    assert told == ["400"]


def test_state_stands_in_its_own_stack(synthesis: Synthesis) -> None:
    """The line can be deleted and deployed again without touching what was recorded."""
    for kind in STATE:
        for template in (synthesis.line, synthesis.door):
            assert not [each for each in template["Resources"].values() if each["Type"] == kind]
        assert [each for each in synthesis.ledger["Resources"].values() if each["Type"] == kind]


def test_production_state_cannot_be_lost_by_a_deployment(prod: Synthesis) -> None:
    """In prod everything that holds state is kept when it is removed from a template, and its stack refuses deletion."""
    for kind in STATE:
        for name, resource in prod.of_type(kind).items():
            assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
    (table,) = prod.properties("AWS::DynamoDB::Table").values()
    assert table["DeletionProtectionEnabled"] is True
    assert prod.manifest["artifacts"]["Tieout-prod-Ledger"]["properties"]["terminationProtection"] is True


def test_an_expendable_stage_leaves_nothing_behind(stages: Callable[[str], Synthesis]) -> None:
    """What a developer deploys can be taken away again."""
    for kind in STATE:
        for resource in stages("dev").of_type(kind).values():
            assert resource["DeletionPolicy"] == "Delete"


def test_secrets_are_created_empty_with_instructions(synthesis: Synthesis) -> None:
    """No generated value is ever mistaken for a key; the description says what to put where."""
    for name, secret in synthesis.properties("AWS::SecretsManager::Secret").items():
        if name == "Directory":  # the names of secrets, and none itself
            continue
        assert not {"SecretString", "GenerateSecretString", "Name"} & set(secret)
        assert "Created empty; put" in secret["Description"]
        assert "README.md" in secret["Description"]


def test_logs_are_kept_for_a_time_and_not_for_ever(synthesis: Synthesis) -> None:
    """Every log group says how long."""
    for group in synthesis.properties("AWS::Logs::LogGroup").values():
        assert group["RetentionInDays"] in {14, 90}
