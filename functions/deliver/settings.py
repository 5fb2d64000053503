"""The environment contract of the deliver step: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from tieout.settings import Settings

# A planning system may keep one write waiting for two minutes, and what it took has to be marked.
RUN_SECONDS = 240
# A writer that is killed blocks its target until its message is seen again: soon after it cannot be running any more. A late
# or doubled writer repairs itself, so this need not be six times the time-out, as it is for queues whose batches Lambda retries.
UNSEEN_SECONDS = 300


class DeliverSettings(Settings):
    """What the deliver function of one target is told; one function writes to one target.

    Attributes:
        target: the target's name.
        ledger_table: the DynamoDB table.
        secret_arn: the secret with the target's API credentials.
        landscape_file: the compiled landscape, relative to the function's asset.
        members_file: the files of members that the target declares, name to text, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    target: str
    ledger_table: str
    secret_arn: str
    landscape_file: str = "landscape.json"
    members_file: str = "members.json"
    metric_namespace: str = "Tieout"
