"""Bad input at the door of every source: always the defined answer, never published, never a good neighbour lost."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from tests.support import bad_input
from tests.support.good_bodies import PREVIOUS, SECRET, good_body, hubspot_event, netsuite_post
from tests.support.receiving import Door
from tests.support.salesforce_messages import ORGANIZATION, callout_event, opportunity_id
from tieout.arriving.door import Answer

UNUSABLE = {"hubspot": 200, "netsuite": 400, "salesforce": 200}
MAKE: Mapping[str, Callable[..., dict[str, Any]]] = {
    "hubspot": hubspot_event,
    "netsuite": netsuite_post,
    "salesforce": callout_event,
}
RECORD_ID: Mapping[str, Callable[[int], str]] = {"hubspot": str, "netsuite": str, "salesforce": opportunity_id}
TEXT_FIELDS = {
    "hubspot": [
        "subscriptionType",
        "propertyName",
        "propertyValue",
        "sourceId",
        "objectTypeId",
        "objectId",
        "occurredAt",
    ],
    "netsuite": ["eventId", "eventType", "recordType", "recordId", "occurredAt", "memo"],
    "salesforce": ["object", "id", "operation", "systemModstamp", "nobodyReadsThis"],
}


def framed(door: Door, items: Sequence[bytes]) -> bytes:
    """A body with these items, as the system puts several into one."""
    array = b"[" + b",".join(items) + b"]"
    if door.system == "salesforce":
        return b'{"organizationId":"' + ORGANIZATION.encode() + b'","events":' + array + b"}"
    return array


@pytest.fixture(params=["hubspot", "netsuite", "salesforce"])
def door(request: pytest.FixtureRequest) -> Iterator[Door]:
    """A connection of each system; whatever was done to it, no secret may have left it."""
    door = Door(system=request.param)
    yield door
    everything = b"".join(door.kept("").values()) + "".join(door.lines).encode()
    everything += "".join(entry.detail for entry in door.bus.entries).encode()
    for secret in (SECRET, PREVIOUS):
        assert secret not in everything
        assert base64.b64encode(secret) not in everything


def forget(door: Door) -> None:
    """Empty the bus and the archive between two cases."""
    door.bus.entries.clear()
    for key in door.kept(""):
        door.store.delete(key)


def refused(door: Door, answer: Answer) -> bool:
    """Whether a delivery was answered 401 and nothing of it went further."""
    return answer.status == 401 and not door.bus.entries and not door.kept("overflow/") and not door.kept("spool/")


def set_aside(door: Door, answer: Answer) -> bool:
    """Whether an authentic delivery was kept whole as unusable, and answered so."""
    kept = len(door.kept("rejected/somewhere/unusable/")) == 1
    return answer.status == UNUSABLE[door.system] and kept and not door.bus.entries


def test_documents_no_strict_reader_takes_are_set_aside(door: Door) -> None:
    """Authentic, but of no use: kept, never published, and answered as the sender understands."""
    for raw in bad_input.refused_documents():
        forget(door)
        answer = door.post(raw)
        if raw.lstrip(b" \t\r\n").startswith(b"[") and answer.status == 200 and door.system == "netsuite":
            assert not door.bus.entries, raw[:80]  # an array whose one item is flawed
            assert door.kept("rejected/somewhere/unusable/"), raw[:80]
        elif door.system == "salesforce" and not raw.lstrip().startswith((b"{", b"[")) and not is_plain_text(raw):
            assert refused(door, answer), raw[
                :80
            ]  # no JSON, and a session could hide in it: dropped, so no signature fits
        else:
            assert set_aside(door, answer), raw[:80]


def is_plain_text(raw: bytes) -> bool:
    """Whether bytes are UTF-8 without NUL."""
    try:
        return "\0" not in raw.decode()
    except UnicodeDecodeError:
        return False


def test_a_delivery_cut_anywhere_is_set_aside(door: Door) -> None:
    """Half a document says nothing."""
    for raw in bad_input.truncations(good_body(door.system, 2)):
        forget(door)
        assert set_aside(door, door.post(raw)), raw[-40:]


def test_sound_documents_of_another_shape_are_kept_and_not_published(door: Door) -> None:
    """No event, no notice: the whole is kept, with nothing on the bus, unless there is nothing in it at all."""
    for raw in bad_input.shapes():
        forget(door)
        assert door.post(raw).status in {200, UNUSABLE[door.system]}, raw[:80]
        assert not door.bus.entries, raw[:80]
        assert door.kept("rejected/somewhere/unusable/"), raw[:80]


def test_a_flawed_item_costs_no_neighbour(door: Door) -> None:
    """At any place among good ones, as an item, in a field that matters and in one nobody reads."""
    good = [json.dumps(MAKE[door.system](number)).encode() for number in (1, 2)]
    fields = [None, b"recordId", b"objectId", b"nobodyReadsThis"]
    for value, field, position in product(bad_input.FLAWED_VALUES, fields, range(3)):
        forget(door)
        item = value if field is None else good[0][:-1] + b',"' + field + b'":' + value + b"}"
        items = list(good)
        items.insert(position, item)
        assert door.post(framed(door, items)).status == 200, item[:80]
        [envelope] = door.published()
        good_ids = [RECORD_ID[door.system](number) for number in (1, 2)]
        assert [notice.key.record_id for notice in envelope.notices] == good_ids, item[:80]
        assert door.kept("rejected/somewhere/unusable/"), item[:80]


def test_naughty_texts_in_any_field_travel_or_stay_alone(door: Door) -> None:
    """Whatever a field holds, its item becomes a notice that every queue carries or is kept, and its neighbours go on."""
    make = MAKE[door.system]
    for text, field in product(bad_input.NAUGHTY_TEXTS, TEXT_FIELDS[door.system]):
        forget(door)
        items = [json.dumps(each).encode() for each in (make(1), make(7, **{field: text}), make(2))]
        assert door.post(framed(door, items)).status == 200, (field, text[:40])
        notices = [notice for envelope in door.published() for notice in envelope.notices]
        assert {RECORD_ID[door.system](number) for number in (1, 2)} <= {notice.key.record_id for notice in notices}, (
            field,
            text[:40],
        )
        malformed = len(door.kept("rejected/somewhere/unusable/"))
        assert len(notices) + malformed == 3, (field, text[:40])
        for entry in door.bus.entries:
            assert "\x00" not in entry.detail
            assert entry.detail.encode().decode() == entry.detail


def header_cases(signed: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The headers of a good delivery, spoiled: each gone, odd, doubled, elsewhere."""
    yield {}
    for name, value in signed.items():
        rest = {other: signed[other] for other in signed if other != name}
        yield rest
        yield from (rest | {name: odd} for odd in bad_input.HEADER_VALUES)
        yield from (
            rest | {name: odd}
            for odd in (f"{value},{value}", f"{value}, {value}", f" {value}x", value[:-1], value + "0", value[::-1])
        )
        yield from (
            rest | {other: value} for other in ("authorization", f"x-{name}", name.replace("-", "_"), name + " ")
        )
    yield from (dict.fromkeys(signed, odd) for odd in bad_input.HEADER_VALUES)
    yield {"authorization": f"Bearer {SECRET.decode()}"}
    yield {"authorization": SECRET.decode()}


def test_spoiled_headers_are_refused_with_401(door: Door) -> None:
    """Missing, empty, odd, doubled, huge or not ASCII: 401, and never an error of ours."""
    body = good_body(door.system)
    for headers in header_cases(door.sign(body)):
        forget(door)
        answer = door.post(body, headers)
        # Standard Webhooks signs with several keys in one header, parted by spaces: one of them fits here.
        several = door.system == "salesforce" and ", v1," in headers.get("webhook-signature", "")
        assert answer.status == 200 if several else refused(door, answer), headers


def test_header_names_of_any_case_are_the_same_header(door: Door) -> None:
    """HTTP says so, and some gateways keep the sender's case."""
    body = good_body(door.system)
    headers = {name.title(): value for name, value in door.sign(body).items()}
    assert door.post(body, headers).status == 200


def test_every_single_bit_of_the_body_counts(door: Door) -> None:
    """A signature fits the bytes it was made for and no others."""
    body = good_body(door.system)
    headers = door.sign(body)
    for flipped in bad_input.bit_flips(body):
        assert refused(door, door.post(flipped, headers)), flipped


def test_every_single_bit_of_signature_and_timestamp_counts(door: Door) -> None:
    """But hexadecimal digits may come in either case, as NetSuite writes them."""
    body = good_body(door.system)
    headers = door.sign(body)
    for name, value in headers.items():
        for flipped in bad_input.text_flips(value):
            forget(door)
            answer = door.post(body, headers | {name: flipped})
            if door.system == "netsuite" and name == "x-signature" and flipped.lower() == value:
                assert answer.status == 200, flipped
            else:
                assert refused(door, answer), (name, flipped)


def test_methods_hosts_paths_and_queries_do_not_matter_or_are_signed(door: Door) -> None:
    """What a forger can change without breaking the signature changes nothing."""
    body = good_body(door.system)
    headers = door.sign(body)
    for extra in (
        {"host": "evil.example.com"},
        {"x-forwarded-host": "evil"},
        {"content-type": "text/xml"},
        {"content-encoding": "gzip"},
    ):
        forget(door)
        assert door.post(body, headers | extra).status == 200, extra
        assert len(door.bus.entries) == 1


def junk_events() -> Iterator[Any]:
    """Fields of the event in forms API Gateway may give them: absent, null, empty."""
    yield from ({"body": body} for body in (None, ""))
    yield {"headers": None}
    yield {"headers": {}}
    yield from ({"rawQueryString": query} for query in (None, "", "a=b&c=%00", "%ff", "\ud800"))
    yield from (
        {"isBase64Encoded": True, "body": value}
        for value in ("=", "====", "a", "AA", "\u00e9", "A A=", "*", "QQ==x", "-_-_")
    )


def test_odd_events_prove_nothing(door: Door) -> None:
    """No body, no headers, no base64: 401 as long as nothing is proved, and no error of ours."""
    for change in junk_events():
        forget(door)
        headers = {} if "rawQueryString" in change else door.sign(b"something else")
        answer = door.post(good_body(door.system), headers, change=change)
        assert refused(door, answer), change


def test_enough_is_tried(door: Door) -> None:
    """No generator runs dry unseen: how many cases of each class every source meets."""
    body, headers = good_body(door.system), door.sign(good_body(door.system))
    tried = {
        "documents": len(list(bad_input.refused_documents())),
        "truncations": len(list(bad_input.truncations(good_body(door.system, 2)))),
        "shapes": len(list(bad_input.shapes())),
        "flawed items": len(bad_input.FLAWED_VALUES) * 4 * 3,
        "naughty texts": len(bad_input.NAUGHTY_TEXTS) * len(TEXT_FIELDS[door.system]),
        "headers": len(list(header_cases(headers))),
        "body bits": len(list(bad_input.bit_flips(body))),
        "header bits": sum(len(list(bad_input.text_flips(value))) for value in headers.values()),
    }
    assert min(tried.values()) >= 50, tried
    assert sum(tried.values()) >= 3500, tried
