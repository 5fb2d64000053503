"""What the stacks of a stage tell about themselves, asked of CloudFormation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from tieout.errors import PermanentError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient


class PlaceNotFoundError(PermanentError):
    """There is no running sandbox, or no deployed stage of that name where the credentials point."""


def outputs_of(client: CloudFormationClient, stack: str, silent: str) -> list[tuple[str, str]]:
    """The outputs of a stack by key.

    Raises:
        PlaceNotFoundError: there is no such stack, or nobody to ask; then it says `silent`.
    """
    try:
        stacks = client.describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        raise PlaceNotFoundError(f"no stack {stack} to be found: {error.response['Error']['Code']}") from error
    except EndpointConnectionError as error:
        raise PlaceNotFoundError(silent) from error
    except BotoCoreError as error:
        raise PlaceNotFoundError(f"no stack {stack} to be found: {error}") from error
    return [(output["OutputKey"], output["OutputValue"]) for output in stacks[0].get("Outputs", [])]
