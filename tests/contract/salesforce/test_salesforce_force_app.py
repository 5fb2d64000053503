"""What a customer deploys into the organisation fits what we take, and holds nothing of anybody's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree

import tieout.systems.salesforce
from infra import bundling
from tieout.arriving.standard_webhooks import SIGNATURE_HEADERS
from tieout.systems.salesforce.ids import entity_of
from tieout.systems.salesforce.options import Options

APP = Path(tieout.systems.salesforce.__file__).parent / "force-app/main/default"
CODE = sorted([*APP.glob("classes/*.cls"), *APP.glob("triggers/*.trigger")])
METADATA = sorted(APP.rglob("*-meta.xml"))
CALLOUT = (APP / "classes/TieoutCallout.cls").read_text()
CHANGES = (APP / "classes/TieoutChanges.cls").read_text()


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_every_piece_of_apex_deploys(path: Path) -> None:
    """Beside it stands what Salesforce asks of it, with the version of the API that a connection has by default."""
    root = etree.parse(path.with_name(path.name + "-meta.xml")).getroot()
    assert root.findtext("{*}apiVersion") == Options(organization_id="00D3k00000Qz7Ap").api_version
    assert root.findtext("{*}status") == "Active"


@pytest.mark.parametrize("path", METADATA, ids=lambda path: path.name)
def test_every_description_is_of_the_metadata_api(path: Path) -> None:
    """Sound XML of its namespace, under the name of its kind."""
    root = etree.QName(etree.parse(path).getroot())
    assert root.namespace == "http://soap.sforce.com/2006/04/metadata"
    kind = path.name.removesuffix("-meta.xml").rsplit(".", maxsplit=1)[1]
    kinds = {"cls": "apexclass", "trigger": "apextrigger", "object": "customobject", "field": "customfield"}
    assert root.localname.lower() == kinds.get(kind, kind.lower())


def test_every_object_that_a_flow_carries_has_a_trigger() -> None:
    """And no other has one."""
    found = [re.search(r"trigger Tieout(\w+) on (\w+)\(", path.read_text()) for path in APP.glob("triggers/*.trigger")]
    names = {match[2] for match in found if match and match[1] == match[2]}
    assert names == {"Opportunity", "OpportunityLineItem", "Contract", "Account"}
    assert not any(entity_of(each).startswith("object:") for each in names)


def test_a_callout_is_signed_as_we_verify_it() -> None:
    """Under the names of Standard Webhooks, over id, time and body parted by dots, by version 1."""
    assert set(re.findall(r"setHeader\('(webhook-[a-z]+)'", CALLOUT)) == set(SIGNATURE_HEADERS)
    assert "'v1,' + signatureOf(webhookId + '.' + timestamp + '.' + body)" in CALLOUT
    assert "Crypto.generateMac('HmacSHA256', Blob.valueOf(signed), key)" in CALLOUT
    assert "getTime() / 1000" in CALLOUT


def test_a_callout_says_what_we_read() -> None:
    """The same names on both sides."""
    assert set(re.findall(r"'(\w+)' => ", CHANGES)) == {"object", "id", "operation", "systemModstamp"}
    assert set(re.findall(r"'(\w+)' => ", CALLOUT)) == {"organizationId", "events"}


def test_what_is_deployed_holds_no_secret_and_no_address() -> None:
    """Both are filled in by hand: the endpoint is an example, and the setting has no record."""
    assert not list(APP.rglob("customMetadata"))
    text = "".join(path.read_text() for path in APP.rglob("*") if path.is_file())
    hosts = set(re.findall(r"https?://([^/\s<]+)", text))
    assert hosts == {"soap.sforce.com", "hooks.example.com"}
    assert "getSessionId" not in text


def test_what_is_deployed_there_is_not_deployed_to_us() -> None:
    """Our functions carry only what runs or is read in them."""
    files = [path for path in APP.parents[2].rglob("*") if path.suffix not in {".py", ".pyc"} and path.is_file()]
    assert len(files) > 20
    assert not [path for path in files if any(path.match(pattern) for pattern in bundling._RUN_OR_READ)]
