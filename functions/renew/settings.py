"""The environment contract of the renewal: the infrastructure fills it, the handler reads it."""

from __future__ import annotations

from collections.abc import Mapping

from tieout.settings import Settings

EVERY_MINUTES = 60
RUN_SECONDS = 300


class RenewSettings(Settings):
    """What the renew function is told; it runs every hour and one function serves the stage.

    Attributes:
        public_urls: connection name to the URL that its source is to call; its keys are the connections it renews for.
        webhook_secret_arns: connection name to the secret by which its source is to prove itself.
        directory_arn: the secret that tells of each connection which secret has its API credentials.
        landscape_file: the compiled landscape, relative to the function's asset.
        metric_namespace: where its CloudWatch metrics stand, one namespace per stage.
    """

    public_urls: Mapping[str, str]
    webhook_secret_arns: Mapping[str, str]
    directory_arn: str
    landscape_file: str = "landscape.json"
    metric_namespace: str = "Tieout"
