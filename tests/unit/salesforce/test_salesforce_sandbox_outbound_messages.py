"""How the simulated organisation sends outbound messages, and when it sends them again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from sandbox.systems.salesforce.posting import Answer
from tests.support.salesforce_organization import ACKNOWLEDGED, Posted, Scene

OUTBOUND = "{http://soap.sforce.com/2005/09/outbound}"
OBJECTS = "{urn:sobject.enterprise.soap.sforce.com}"
INSTANCE = "{http://www.w3.org/2001/XMLSchema-instance}"
NACK = Answer(200, ACKNOWLEDGED.replace(b"true", b"false"))


def scene(**settings: Any) -> Scene:  # noqa: ANN401 settings of every kind
    """An organisation that tells by outbound messages only."""
    return Scene(**{"ways": ("outbound_message",), "told_objects": ("Opportunity",), **settings})


def notifications(posted: Posted) -> Element:
    """What stands in the body of a message."""
    found = fromstring(posted.body).find(f"{{http://schemas.xmlsoap.org/soap/envelope/}}Body/{OUTBOUND}notifications")
    assert found is not None
    return found


def ids(posted: Posted) -> list[str]:
    """The ids of a message's notifications."""
    return [str(each.findtext(f"{OUTBOUND}Id")) for each in notifications(posted).iter(f"{OUTBOUND}Notification")]


def fields(posted: Posted) -> list[dict[str, str]]:
    """The fields of each notification's record, in their order."""
    records = notifications(posted).iter(f"{OUTBOUND}sObject")
    return [{field.tag.removeprefix(OBJECTS): field.text or "" for field in each} for each in records]


def test_a_message_has_the_form_of_the_wsdl() -> None:
    """Head, notifications with ids of their own, the record's id first and then its fields by name, none that is empty."""
    told = scene()
    record_id = told.opportunity(Probability=None)
    assert [each.error for each in told.deliver()] == [""]
    (posted,) = told.target.posted
    root = notifications(posted)
    assert [each.tag.removeprefix(OUTBOUND) for each in root] == [
        "OrganizationId", "ActionId", "SessionId", "EnterpriseUrl", "PartnerUrl", "Notification",
    ]  # fmt: skip
    assert root[0].text == told.settings.organization_id
    assert str(root[1].text).startswith("04k")
    assert (root[2].text, root[2].get(f"{INSTANCE}nil")) == (None, "true")
    assert str(root[3].text).endswith(f"/services/Soap/c/62.0/{told.settings.organization_id[:15]}")
    assert next(root.iter(f"{OUTBOUND}sObject")).get(f"{INSTANCE}type") == "sf:Opportunity"
    assert ids(posted)[0].startswith("04l")
    (told_fields,) = fields(posted)
    assert list(told_fields) == [
        "Id", "Amount", "CloseDate", "CreatedDate", "CurrencyIsoCode", "LastModifiedDate", "Name", "StageName",
        "SystemModstamp",
    ]  # fmt: skip
    assert (told_fields["Id"], told_fields["Amount"], told_fields["CloseDate"]) == (record_id, "120000.5", "2026-12-31")
    assert (told_fields["Name"], told_fields["CreatedDate"]) == ("Müller & Söhne renewal", "2026-03-02T09:00:00.000Z")


def test_a_message_is_posted_as_xml_with_the_secret_in_its_address() -> None:
    """Content type and SOAP action as Salesforce has them; whoever has another secret can be told apart."""
    told = scene()
    told.opportunity()
    told.deliver(secret="whsec_other+/=")
    told.deliver(again=1)
    for posted, secret in zip(told.target.posted, ("whsec_other+/=", told.settings.webhook_secret), strict=True):
        assert parse_qs(urlsplit(posted.address).query) == {"key": [secret]}
        assert posted.headers == {"content-type": "text/xml; charset=utf-8", "soapaction": '""'}


def test_only_the_latest_of_a_record_is_told() -> None:
    """Two changes are two notifications, both of what the record is when they are sent; of a deleted one nothing is told."""
    told = scene()
    record_id, other = told.opportunity(), told.opportunity()
    told.change("Opportunity", record_id, Amount="5")
    told.organization.delete("Opportunity", [other])
    told.deliver()
    first, gone, second = fields(told.target.posted[0])
    assert (first, first["Amount"], gone) == (second, "5.0", {})
    assert len(set(ids(told.target.posted[0]))) == 3


def test_deletions_have_no_message() -> None:
    """Neither a deletion nor what comes back from the recycle bin runs a flow that sends one."""
    told = scene()
    record_id = told.opportunity()
    told.deliver()
    told.organization.delete("Opportunity", [record_id])
    told.organization.undelete("Opportunity", [record_id])
    assert told.deliver() == []


def test_a_message_tells_of_a_hundred_records_of_one_object() -> None:
    """The next ones tell of the rest; another object has a message and an action of its own."""
    told = scene(told_objects=("Opportunity", "Account"))
    told.organization.create("Account", [{"Name": str(each)} for each in range(101)])
    told.opportunity()
    assert [len(each.record_ids) for each in told.deliver()] == [100, 1, 1]
    actions = [str(notifications(each)[1].text) for each in told.target.posted]
    assert actions[0] == actions[1] != actions[2]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NACK, "SOAP response was a nack"),
        (Answer(503, ACKNOWLEDGED), "HTTP 503"),
        (Answer(204, b""), "HTTP 204"),
        (Answer(200, b'{"message": "ok"}'), "org.xml.sax.SAXParseException: Content is not allowed in prolog."),
        (
            Answer(200, b"<!DOCTYPE x>" + ACKNOWLEDGED),
            "org.xml.sax.SAXParseException: Content is not allowed in prolog.",
        ),
        (Answer(200, ACKNOWLEDGED.replace(b"Response", b"")), "no acknowledgement in the SOAP response"),
        (Answer(None, error="ConnectTimeout"), "ConnectTimeout"),
    ],
)
def test_what_is_no_acknowledgement_is_sent_again(answer: Answer, error: str) -> None:
    """With the same ids, after a pause, until the one answer that Salesforce takes."""
    told = scene(retry_seconds=60.0)
    told.opportunity()
    told.target.answers = [answer]
    assert [each.error for each in told.deliver()] == [error]
    assert told.deliver() == []
    told.clock.advance(60)
    assert [(each.error, each.number) for each in told.deliver()] == [("", 1)]
    assert ids(told.target.posted[0]) == ids(told.target.posted[1])
    told.clock.advance(10_000)
    assert told.deliver() == []


def test_pauses_double_up_to_two_hours_and_a_day_is_the_end() -> None:
    """Then the notification is dropped, and nobody is told."""
    told = scene(retry_seconds=600.0)
    told.opportunity()
    told.target.answers = [NACK] * 100
    pauses, last = [], told.clock.now()
    while told.telling.messages.waiting:
        if told.deliver():
            pauses.append((told.clock.now() - last) / timedelta(minutes=10))
            last = told.clock.now()
        told.clock.advance(600)
    assert pauses[:7] == [0, 1, 2, 4, 8, 12, 12]
    assert (len(pauses), told.telling.messages.dropped) == (15, 1)


def test_a_new_change_does_not_wait_for_an_old_one() -> None:
    """Messages are sent out of order."""
    told = scene()
    told.opportunity()
    told.target.answers = [NACK]
    told.deliver()
    new = told.opportunity()
    assert [each.record_ids for each in told.deliver()] == [(new,)]
    assert len(told.deliver(everything=True)) == 1


def test_an_organisation_may_be_set_up_carelessly() -> None:
    """Its messages then hold a session id, or other fields than were asked for."""
    told = scene(send_session_id=True, outbound_fields=("Opportunity.StageName", "Opportunity.CurrencyIsoCode"))
    told.settings.change({"multi_currency": False})
    told.opportunity()
    told.deliver()
    assert notifications(told.target.posted[0])[2].text == "00D000000000001!FAKE_SESSION_ID.NOT_A_SECRET"
    assert list(fields(told.target.posted[0])[0]) == ["Id", "StageName"]


def test_a_delivery_goes_wrong_as_it_is_told_to() -> None:
    """In random order, in smaller messages, each twice, and once more what was taken long ago."""
    told = scene()
    records = [told.opportunity() for _ in range(10)]
    attempts = told.deliver(shuffle=True, batch_size=3, repeat=2)
    assert [len(each.record_ids) for each in attempts] == [3, 3, 3, 3, 3, 3, 1, 1]
    sent = [record for each in attempts[::2] for record in each.record_ids]
    assert sorted(sent) == records != sent
    assert [len(each.record_ids) for each in told.deliver(again=4)] == [4]
    assert ids(told.target.posted[-1])[0] in ids(told.target.posted[4]) + ids(told.target.posted[2])
    told.opportunity()
    assert told.telling.forget()["outbound_message"] == 1
    assert told.deliver() == []
