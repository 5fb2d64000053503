"""Clients of AWS that reach nothing by themselves."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from botocore.session import Session


def unreachable_client(service: str) -> Any:  # noqa: ANN401 botocore makes its clients at run time
    """A client that reaches nothing by itself."""
    session = Session()
    session.set_credentials("testing", "testing")
    config = Config(region_name="eu-central-1", retries={"total_max_attempts": 1})
    return session.create_client(service, config=config)
