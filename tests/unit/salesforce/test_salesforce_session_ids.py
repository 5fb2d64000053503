"""No session id of Salesforce survives, wherever it stands; and nothing else of a message is lost with it."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.salesforce_messages import KEY, callout, callout_event, message, notification, posted
from tests.support.salesforce_messages import bus_delivery as on_the_bus
from tieout.systems.salesforce.door import clean
from tieout.systems.salesforce.outbound_message import split_message
from tieout.systems.salesforce.session_ids import without_session_ids

SECRET = "AQ0AQFqzRk.canary_session"
SESSION = f"00D3k00000Qz7Ap!{SECRET}"
NAMES = st.sampled_from(["SessionId", "a:SessionId", "soapenv:SessionId", "sessionid", "SESSIONID", "\u00e9:SessionId"])
SCRAPS = [
    *(
        "<",
        ">",
        "/",
        "'",
        '"',
        "=",
        " ",
        "\n",
        "<a>",
        "</a>",
        "<SessionId>",
        "</SessionId>",
        "<SessionId/>",
        "<Sess",
        "ionId>",
    ),
    *(
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<?x",
        "?>",
        "x",
        "<SessionId x='",
        "<a:SessionId ",
        "</a:SessionId>",
        "&lt;",
        "\u00e9",
    ),
    *("00D3k00000Qz7Ap", "!", "<!DOCTYPE a [", "]>", 'xsi:nil="true"', "<SessionIdentity>", "<OrganizationId>"),
]
AROUND = st.lists(st.sampled_from(SCRAPS), max_size=8).map("".join) | st.text(max_size=20)
SPACE = st.sampled_from(["", " ", "\n\t ", ' a="b"', " a='>'", ' xsi:nil="false"', " a='/>'"])
INSIDE = st.sampled_from(
    [
        "{0}",
        " {0} ",
        "<![CDATA[{0}]]>",
        "<![CDATA[</SessionId>{0}]]>",
        "<!-- </SessionId> -->{0}",
        "<?x </SessionId>?>{0}",
        "<b>{0}</b>",
        "<!-- </SessionId>{0}",
        "<![CDATA[</SessionId>{0}",
        "<?x </SessionId>{0}",
        "<!--{0}-->",
        "x{0}<!--",
        "&#48;{0}",
    ]
)


@given(AROUND, NAMES, SPACE, INSIDE, SPACE.filter(str.isspace) | st.just(""), AROUND)
def test_no_session_id_survives_in_an_element(
    before: str, name: str, space: str, inside: str, end: str, after: str
) -> None:
    """Whatever stands before, in and after the element, in a document or in scraps of one."""
    opening = before + f"<{name}{space}>"
    document = opening + inside.format(SECRET) + f"</{name}{end}>" + after
    assert SECRET.encode() not in without_session_ids(document.encode("utf-8", "surrogatepass"))


@given(AROUND, st.sampled_from(["", "{", "[", "session=", "<x sid='", "<!ENTITY s '", "<a>"]), AROUND)
def test_no_session_id_survives_by_its_form(before: str, hold: str, after: str) -> None:
    """Where no element says what it is, the organisation's id with an exclamation mark does."""
    cleaned = without_session_ids((before + hold + SESSION + " " + after).encode("utf-8", "surrogatepass"))
    assert SECRET.encode() not in cleaned


@given(AROUND, st.sampled_from(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "cp037", "gzip"]))
def test_no_session_id_survives_in_bytes_that_cannot_be_looked_through(after: str, encoding: str) -> None:
    """Nothing of such a body stays, since none of it is what Salesforce sends."""
    text = f"<SessionId>{SESSION}</SessionId>{after}"
    raw = gzip.compress(text.encode("utf-8", "surrogatepass")) if encoding == "gzip" else encoded(text, encoding)
    assert without_session_ids(raw) == b""


def encoded(text: str, encoding: str) -> bytes:
    """The text in an encoding, without what that cannot say."""
    return text.encode(encoding, "ignore")


def test_a_message_cut_anywhere_holds_no_session_id() -> None:
    """An element that is cut off is dropped to the end."""
    whole = message(notification(), session=f"<SessionId a='b'>{SECRET}</SessionId>")
    for length in range(len(whole)):
        cleaned = without_session_ids(whole[:length])
        assert SECRET.encode()[:4] not in cleaned, length


@pytest.mark.parametrize(
    "session",
    [
        '<SessionId xsi:nil="true"/>',
        "<SessionId/>",
        f"<SessionId a='{SECRET}' />",
        f"<SessionId>{SESSION}</SessionId>",
        f"<SessionId><![CDATA[{SESSION}]]></SessionId>",
        f"<SessionId\n>{SESSION}</SessionId\n>",
        f"<SessionId a='/>'>{SECRET}</SessionId>",
        f"<SessionId>{SECRET}<SessionId>{SECRET}</SessionId>{SECRET}</SessionId>",
        f"<SessionId><SessionId/>{SECRET}</SessionId>",
        f"<SessionId><b>{SECRET}</b></SessionId>",
        f"<SessionId><!-- </SessionId> -->{SECRET}</SessionId>",
        f"<SessionId><![CDATA[</SessionId>]]>{SECRET}</SessionId>",
        f"<SessionId><?x </SessionId>?>{SECRET}</SessionId>",
        f"<SessionId>{SECRET}</SessionId><SessionId>{SECRET}</SessionId>",
    ],
)
def test_a_message_loses_its_session_id_and_nothing_else(session: str) -> None:
    """Its notifications are the same as of one that was sent without."""
    cleaned = without_session_ids(message(notification(1), notification(2), session=session))
    assert SECRET.encode() not in cleaned
    assert split_message(cleaned, "c") == split_message(message(notification(1), notification(2), session=""), "c")


@pytest.mark.parametrize("opener", ["<!--", "<![CDATA[", "<?x", "<b a='", "<!-- x>", "<![CDATA[ x>", "<?x >"])
def test_an_end_that_may_be_none_ends_nothing(opener: str) -> None:
    """In what is never closed a closing tag closes nothing, so all that follows is dropped."""
    document = f"<SessionId>{opener}</SessionId>{SECRET}</SessionId>".encode()
    assert SECRET.encode() not in without_session_ids(document)


def test_what_stood_around_a_session_id_does_not_become_one() -> None:
    """Pieces of an element that stand before and after it are not put together."""
    document = f"<Sess<SessionId>x</SessionId>ionId>{SECRET}</SessionId>".encode()
    assert b"<SessionId" not in without_session_ids(document)


def test_elements_that_only_begin_alike_stay() -> None:
    """A field of the company's own is no session."""
    body = b"<sf:SessionIdentity__c>x</sf:SessionIdentity__c><sf:MySessionId>y</sf:MySessionId>"
    assert without_session_ids(body) == body


def test_a_body_made_to_be_slow_is_cleaned_at_once() -> None:
    """A million opening tags, quotes or colons cost one look each: the test's own time-out is the bound."""
    for scrap in (
        b"<SessionId>",
        b"<SessionId/>",
        b"<SessionId '",
        b"<a:",
        b":",
        b"<!--",
        b"00D3k00000Qz7Ap",
        b"<SessionId><SessionId/>",
    ):
        assert len(without_session_ids(scrap * (4_000_000 // len(scrap)))) <= 4_000_000


def test_signed_json_and_events_of_a_bus_stay_as_they_are() -> None:
    """A signature covers every byte, and neither of the two ever holds a session."""
    body = callout([callout_event(note=f"<SessionId>{SESSION}</SessionId>")])
    signed = posted(body, headers={"webhook-signature": "v1,x"})
    event = on_the_bus(body.decode())
    assert clean(signed) == signed
    assert clean(event) == event


def test_a_message_that_claims_to_be_signed_is_cleaned_too() -> None:
    """A header is no proof that a body is JSON."""
    body = message(notification(), session=f"<SessionId>{SESSION}</SessionId>")
    for each in (body, b"\xef\xbb\xbf" + body, body.decode().encode("utf-16")):
        assert SECRET not in clean(posted(each, headers={"webhook-signature": "v1,x"})).body.decode()


def test_cleaning_leaves_everything_else_of_a_delivery() -> None:
    """Above all the key, without which it could not be proven."""
    delivery = posted(message(notification(), session=f"<SessionId>{SESSION}</SessionId>"))
    cleaned = clean(delivery)
    assert cleaned._replace(body=delivery.body) == delivery
    assert KEY.decode().replace("/", "%2F").replace("+", "%2B").replace("=", "%3D").replace("!", "%21") in cleaned.query
