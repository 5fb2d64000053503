"""What libraries work out anew for each client, session or request, worked out once for all tests: it is always the same."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.hooks
import botocore.httpsession
import botocore.session
import botocore.useragent
import httpx._transports.default
import moto.core.responses
import typer.testing
from botocore.compat import accepts_kwargs
from botocore.hooks import EventAliaser, HierarchicalEmitter
from botocore.loaders import create_loader
from typer.main import get_command


def work_out_once() -> None:
    """Keep all of it from now on; whatever differs from test to test (credentials, addresses, answers) is none of it."""
    _by_name(botocore.session, "create_loader", cache(create_loader))  # what is told of the services
    named = getattr(EventAliaser(HierarchicalEmitter()), "_alias_event_name")  # noqa: B009 untyped; it keeps the names by itself, for each session anew
    _by_name(EventAliaser, "_alias_event_name", lambda _, name: named(name))
    _by_name(botocore.hooks, "accepts_kwargs", lambda function: _takes_names(getattr(function, "__func__", function)))
    for module, name in (
        (botocore.useragent, "sanitize_user_agent_string_component"),
        (botocore.httpsession, "create_urllib3_context"),
        (httpx._transports.default, "create_ssl_context"),  # the certificates of all authorities, be it for plain HTTP
        (moto.core.responses, "method_names_from_class"),
    ):
        _by_name(module, name, cache(getattr(module, name)))
    _by_name(typer.testing, "_get_command", cache(get_command))  # what `tieout` reads out of its functions' signatures


@cache
def _takes_names(function: Callable[..., Any]) -> bool:
    return bool(accepts_kwargs(function))


def _by_name(where: object, name: str, made: Callable[..., Any]) -> None:
    """Put it where it is looked up, if it is looked up there at all."""
    assert hasattr(where, name)
    setattr(where, name, made)
