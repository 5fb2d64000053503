from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import httpx
import pytest
from botocore.exceptions import ClientError

from infra.landscape import read_landscape
from sandbox.aws import REGION
from sandbox.places import ROOT
from sandbox.running import Sandbox

# Where a system is refused otherwise than with the usual 401: the path behind its webhook, the status, and words of the body.
REFUSALS = {
    "salesforce": ("", 401, "<Ack>false</Ack>"),
    "sap_s4hana": ("", 401, '{"message":"Unauthorized"}'),  # its tokens are the gateway's to verify
    "dynamics_finance": ("/wrong-key", 404, '{"message":"NotFound"}'),
    "zuora": ("", 401, '{"success":false}'),  # with the challenge that it waits for
    "business_central": ("", 200, ""),  # which deletes its subscription when it is refused; what it sent is shelved
}


def test_every_declared_connection_flow_and_target_is_deployed(sandbox: Sandbox) -> None:
    """What the landscape declares is what the stacks tell of themselves."""
    landscape = read_landscape(ROOT, "sandbox", None)
    assert set(sandbox.outputs.parts("Connection")) == {each.name for each in landscape.connections}
    assert set(sandbox.outputs.parts("Flow")) == {each.name for each in landscape.flows} | {"unrouted"}
    assert set(sandbox.outputs.parts("Target")) == {each.name for each in landscape.targets}


def test_a_delivery_without_a_proof_is_refused(sandbox: Sandbox) -> None:
    """Whoever proves nothing is refused in the system's own words, and learns nothing."""
    for end in sandbox.connections.values():
        path, status, words = REFUSALS.get(end.system, ("", 401, '{"error":"not_authentic"}'))
        answer = httpx.post(f"{end.webhook_url}{path}", content=b"[]", headers={"content-type": "application/json"})
        assert (end.system, answer.status_code) == (end.system, status)
        assert words in "".join(answer.text.split())


def test_a_delivery_to_nobody_is_not_found(sandbox: Sandbox) -> None:
    """A path without a connection runs no function."""
    assert httpx.post(f"{sandbox.api_url}/webhooks/nobody", content=b"[]").status_code == 404


def test_iam_is_enforced(sandbox: Sandbox) -> None:
    """A caller the account does not know may read nothing, so a missing grant shows here and not in production."""
    stranger = boto3.client(
        "dynamodb",
        endpoint_url=sandbox.aws.endpoint_url,
        region_name=REGION,
        aws_access_key_id="AKIAFAKESTRANGER0000",
        aws_secret_access_key="not-a-secret",
    )
    with pytest.raises(ClientError) as refused:
        stranger.scan(TableName=sandbox.outputs["LedgerTableName"])
    assert refused.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_outside_tools_find_what_they_need(sandbox: Sandbox) -> None:
    """The endpoints file names the API, the emulated AWS, each connection with its secret's file, and each system."""
    endpoints = json.loads(sandbox.places.endpoints.read_text(encoding="utf-8"))
    assert {"api_url", "aws_endpoint_url", "region", "connections", "systems"} <= set(endpoints)
    tools = {"expenses-emea", "procurement-emea", "payroll-emea"}
    assert set(endpoints["systems"]) >= {"hubspot", "netsuite", "anaplan", "oracle_epm", "sap_analytics", *tools}
    assert set(endpoints["connections"]) >= set(sandbox.connections)
    for name, connection in endpoints["connections"].items():
        assert connection["webhook_url"] == f"{endpoints['api_url']}/webhooks/{name}"
        secret = (
            Path(connection["secret_file"]).read_text(encoding="utf-8").rpartition(":")[2]
        )  # behind a login, if any
        assert secret.startswith(("sandbox-not-a-", "whsec_", "whsk_"))


def test_nothing_listens_beyond_this_machine(sandbox: Sandbox) -> None:
    """Every port of the sandbox is open on 127.0.0.1 and closed on every other address of the machine."""
    urls = [sandbox.aws.endpoint_url, *sandbox.systems.values()]
    named = {str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
    others = named - {"127.0.0.1"} | {"127.0.0.2"}  # which a program that listens everywhere answers too
    for url in urls:
        address = urlsplit(url)
        assert address.hostname == "127.0.0.1"
        assert address.port is not None
        for other in others:
            with socket.socket() as caller:
                caller.settimeout(2)
                assert caller.connect_ex((other, address.port)) != 0
