"""Clients of AWS, made when first asked for and as cheaply as botocore allows.

Without boto3 and without botocore's table of every endpoint there ever was (regular regions follow one rule), the first
client costs 870 million instructions instead of 1,130; each further one some 80 million.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, Literal

from botocore.config import Config
from botocore.loaders import Loader
from botocore.session import Session

_CONNECT_SECONDS = 3
_READ_SECONDS = 8
# Only the table knows which of its calls may be made again, so its client makes each once.
_ATTEMPTS = {"dynamodb": 1}
_USUAL_ATTEMPTS = 3
_POOL = 10  # of connections: the deliver step marks eight cells at a time

_COMMERCIAL = re.compile("(af|ap|ca|eu|il|me|mx|sa|us)-[a-z]+-[0-9]")  # elsewhere endpoints are named by other rules
_ROOTS = Path(__file__).parent / "amazon_roots.pem"
_ENDPOINTS = {
    "partitions": [
        {
            "partition": "aws",
            "dnsSuffix": "amazonaws.com",
            "regionRegex": ".*",
            "defaults": {
                "hostname": "{service}.{region}.{dnsSuffix}",
                "protocols": ["https"],
                "signatureVersions": ["v4"],
            },
            "regions": {},
            "services": {
                "s3": {
                    "defaults": {"signatureVersions": ["s3v4"]},
                    "partitionEndpoint": "aws-global",
                    "endpoints": {
                        "aws-global": {"hostname": "s3.amazonaws.com", "credentialScope": {"region": "us-east-1"}}
                    },
                }
            },
        }
    ]
}


@functools.cache
def open_client(service: str) -> Any:  # noqa: ANN401 botocore makes its clients at run time
    """The process's client of a service, with the region, credentials and endpoint of its environment."""
    session = _session()
    config = _config(_ATTEMPTS.get(service, _USUAL_ATTEMPTS))
    return session.create_client(service, config=config, verify=_roots_in_place_of_all(session))


@functools.cache
def _session() -> Session:
    session = Session()
    if _is_commercial(session):
        session.register_component("data_loader", _SlimLoader())
    return session


def _is_commercial(session: Session) -> bool:
    return _COMMERCIAL.fullmatch(session.get_config_variable("region") or "") is not None


def _roots_in_place_of_all(session: Session) -> str | None:
    """The five roots AWS answers under, unless the environment names others (`AWS_CA_BUNDLE`); None: the usual list.

    Each new connection reads the list it verifies by: 220 million instructions for the usual one, 15 for this.
    """
    if session.get_config_variable("ca_bundle") or not _is_commercial(session):
        return None
    return str(_ROOTS)


class _SlimLoader(Loader):
    """Gives the rule of regular regions in place of botocore's table of 1.2 MB, whose reading costs 160 million instructions."""

    def load_data_with_path(self, name: str) -> tuple[dict[str, Any], str]:
        if name == "endpoints":
            return _ENDPOINTS, ""
        return super().load_data_with_path(name)


def _config(attempts: int) -> Config:
    """Short timeouts, kept connections, and no checking of what we build ourselves: it is a third of a call's time."""
    checksums: Literal["when_required"] = "when_required"
    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"total_max_attempts": attempts, "mode": "standard"},
        max_pool_connections=_POOL,
        tcp_keepalive=True,
        parameter_validation=False,
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
