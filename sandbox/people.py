"""The people of the sandbox: IAM users with fake access keys, made anew each time, so that two can do what one may not do alone."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.aws import EmulatedAws

PEOPLE = ("operator", "controller")
_MAY_ALL = "arn:aws:iam::aws:policy/AdministratorAccess"

type Credentials = Mapping[str, Mapping[str, str]]
"""By person, what the AWS tools read from the environment."""


def settle_people(aws: EmulatedAws) -> Credentials:
    """Make each of the people a user of the emulated AWS, who may do all."""
    iam = aws.client("iam")
    found = {}
    for person in PEOPLE:
        iam.create_user(UserName=person)
        iam.attach_user_policy(UserName=person, PolicyArn=_MAY_ALL)
        key = iam.create_access_key(UserName=person)["AccessKey"]
        found[person] = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return found
