"""Planning models are compared with what the planning model writes to, over real HTTP."""

from __future__ import annotations

import pytest

from infra.landscape import read_landscape
from sandbox.places import ROOT
from tests.support.sap_analytics import CREDENTIALS
from tests.support.sap_analytics_tenant import RunningTenant, running_tenant
from tieout.discovering import Discovered
from tieout.errors import AccessDeniedError
from tieout.landscape import Target
from tieout.planning.wanted import cubes_wanted, periods_wanted
from tieout.systems.sap_analytics.discovery import open_checker

LANDSCAPE = read_landscape(ROOT, "sandbox")
DECLARED = LANDSCAPE.target("sap-analytics")


def discovered(tenant: RunningTenant) -> Discovered:
    """What a check for the sandbox's target finds."""
    options = {**DECLARED.options, "auth_base_url": tenant.url}
    target = Target(name=DECLARED.name, system=DECLARED.system, api_base_url=tenant.url, options=options)
    wanted = cubes_wanted(LANDSCAPE, DECLARED.name)
    return open_checker(target, CREDENTIALS, tenant.http, tenant.clock).discover(
        wanted, periods_wanted(LANDSCAPE, tenant.clock.now().date())
    )


def test_the_sandboxs_models_have_what_their_target_is_given() -> None:
    """Each is asked for once; a token that has ended is replaced meanwhile."""
    with running_tenant() as tenant:
        tenant.fault("expire_tokens", path="/metadata")
        answer = discovered(tenant)
        assert answer.findings == ()
        assert answer.told == {"models": "10"}


def test_a_client_that_is_not_granted_the_api_is_denied() -> None:
    """Code 3401: a person has to grant it."""
    with running_tenant() as tenant:
        tenant.fault("answer", path="/dataimport/models", status=403, body={"error": {"code": 3401}})
        with pytest.raises(AccessDeniedError, match="not granted this API"):
            discovered(tenant)
