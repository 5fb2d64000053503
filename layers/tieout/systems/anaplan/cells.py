"""Opens what writes to one Anaplan model: cell by cell, and by its imports where the landscape names any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tieout.landscape import Target
from tieout.ports import Clock
from tieout.systems.anaplan.bulk import BulkWriter
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.imports import ModelImports
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.tokens import TokenKeeper
from tieout.systems.anaplan.writing import AnaplanWriter

if TYPE_CHECKING:
    import httpx


def open_writer(target: Target, credentials: Mapping[str, str], http: httpx.Client, clock: Clock) -> AnaplanWriter:
    """The writer of a target, which can use imports where the landscape names any; keeps its token and ids: open it once a process.

    Args:
        target: with the options of `options.Options`.
        credentials: `certificate_pem` and `private_key_pem`, or `username` and `password`, as `authentication` says.
        http: sends the requests; timeouts are set per request.
        clock: decides when the token is refreshed, and waits for imports.
    """
    options = Options(**target.options)  # type: ignore[arg-type]  # checked against the class at synth
    tokens = TokenKeeper(options, credentials, http, clock)
    client = AnaplanClient(target.api_base_url, options, tokens, http, clock)
    if not options.imports:
        return AnaplanWriter(client, options)
    return BulkWriter(client, options, ModelImports(client, clock, options.poll_seconds), clock)
