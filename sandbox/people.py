"""The people of the sandbox: IAM users with fake access keys, made anew each time, each of whom may take the role of one duty."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sandbox.aws import EmulatedAws
from sandbox.deploy import Outputs

type Credentials = Mapping[str, Mapping[str, str]]
"""By person, what the AWS tools read from the environment, and the role that is theirs."""


def settle_people(aws: EmulatedAws, outputs: Outputs) -> Credentials:
    """Make for each duty of the stage a user of the emulated AWS who may take its role and do nothing else."""
    return {name: _settled(aws, name, duty["role_arn"]) for name, duty in outputs.parts("Duty").items()}


def _settled(aws: EmulatedAws, person: str, role: str) -> Mapping[str, str]:
    iam = aws.client("iam")
    may = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may]})
    iam.create_user(UserName=person)
    iam.put_user_policy(UserName=person, PolicyName="duty", PolicyDocument=policy)
    key = iam.create_access_key(UserName=person)["AccessKey"]
    return {
        "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
        "role_arn": role,
    }
