"""What a function is given leave to do with the ledger, the key and the secrets: as little as its step needs."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms

from tieout.ledger.table import CATALOGUE, CELLS_BY_STATE


def change_items(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to read and write items of the ledger by their keys; a transaction is allowed by the actions inside it."""
    actions = ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
    return iam.PolicyStatement(actions=actions, resources=[table.table_arn])


def read_items(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to read items of the ledger by their keys, and no more."""
    return iam.PolicyStatement(actions=["dynamodb:BatchGetItem"], resources=[table.table_arn])


def check_items(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to let a transaction depend on items that it does not write."""
    return iam.PolicyStatement(actions=["dynamodb:ConditionCheckItem"], resources=[table.table_arn])


def list_items(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to list the items of a partition, such as a target's receipts, or the books that are closed."""
    return iam.PolicyStatement(actions=["dynamodb:Query"], resources=[table.table_arn])


def find_cells(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to find the cells that planning does not hold yet."""
    return iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/{CELLS_BY_STATE}"])


def go_through(table: dynamodb.ITable) -> iam.PolicyStatement:
    """Leave to go through all that the ledger knows of an entity, or all intersections of a target."""
    return iam.PolicyStatement(actions=["dynamodb:Query"], resources=[f"{table.table_arn}/index/{CATALOGUE}"])


def use_key(key: kms.IKey) -> iam.PolicyStatement:
    """Leave to encrypt and decrypt what the key protects and the role may reach by its other permissions."""
    return iam.PolicyStatement(actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[key.key_arn])


def use_ledger_key(key: kms.IKey) -> iam.PolicyStatement:
    """What DynamoDB does with the key in the name of whoever reads and writes the table, and what queues and secrets need."""
    return iam.PolicyStatement(
        actions=[
            "kms:Decrypt",
            "kms:DescribeKey",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            "kms:ReEncryptFrom",
            "kms:ReEncryptTo",
        ],
        resources=[key.key_arn],
    )


def read_secrets(arns: Sequence[str]) -> list[iam.PolicyStatement]:
    """Leave to read these secrets; nothing where there are none."""
    return [iam.PolicyStatement(actions=["secretsmanager:GetSecretValue"], resources=list(arns))] if arns else []
