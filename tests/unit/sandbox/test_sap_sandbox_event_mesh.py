"""The simulated Event Mesh: it asks before it pushes, pushes with a token until it is taken, and may lose what it is told to."""

from __future__ import annotations

import pytest

from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.posting import Answer
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from tests.support.sap_tenant import BILL, ORDER, WEBHOOK_URL, Scene

UNAVAILABLE = Answer(503)


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents, called at its address before."""
    scene = Scene()
    scene.ask("GET", "/_control/settings")
    return scene


def happen(scene: Scene, count: int = 1) -> list[str]:
    """Let orders be created; the ids of the events, in order."""
    for _ in range(count):
        scene.do(SalesOrders.create, ORDER)
    return [each["id"] for each in scene.mesh.queue.plain()["waiting"]][-count:]


def ids_of(scene: Scene) -> list[str]:
    """The ids of the events pushed, in order."""
    return [each.plain()["id"] for each in scene.receiver.pushed()]


def test_it_asks_once_before_it_pushes(scene: Scene) -> None:
    """With its origin and the rate it wants; then it pushes a structured event in whole seconds, with a token."""
    scene.clock.advance(0.7)
    (event_id,) = happen(scene)
    made = scene.deliver()
    happen(scene)
    made += scene.deliver()
    assert [(each.kind, each.status, each.error) for each in made] == [
        ("handshake", 200, ""), ("push", 202, ""), ("push", 202, ""),
    ]  # fmt: skip
    asked, pushed, _ = scene.receiver.sent
    assert (asked.method, asked.address, asked.body) == ("OPTIONS", WEBHOOK_URL, b"")
    assert asked.headers == {"webhook-request-origin": "eventmesh.sandbox.example", "webhook-request-rate": "600"}
    assert pushed.headers["content-type"] == "application/cloudevents+json; charset=UTF-8"
    assert pushed.headers["authorization"].startswith("Bearer ey")
    event = pushed.plain()
    assert event.pop("data")["SalesOrder"] == "3000001"
    assert event == {
        "type": "sap.s4.beh.salesorder.v1.SalesOrder.Created.v1",
        "specversion": "1.0",
        "source": "/default/sap.s4.beh/100200300",
        "id": event_id,
        "time": "2026-03-02T09:00:00Z",
        "datacontenttype": "application/json",
    }


@pytest.mark.parametrize(
    ("answer", "consents"),
    [
        (Answer(200, {"webhook-allowed-origin": "*", "webhook-allowed-rate": "*"}), True),
        (Answer(200, {"webhook-allowed-origin": "eventmesh.sandbox.example", "webhook-allowed-rate": "1"}), True),
        (Answer(200, {"webhook-allowed-origin": "somebody.example", "webhook-allowed-rate": "600"}), False),
        (Answer(200, {"webhook-allowed-origin": "*"}), False),
        (Answer(200, {"webhook-allowed-origin": "*", "webhook-allowed-rate": "0"}), False),
        (Answer(200), False),
        (Answer(204), False),
        (Answer(403, {"webhook-allowed-origin": "*", "webhook-allowed-rate": "600"}), False),
        (Answer(None, error="ConnectError"), False),
    ],
)
def test_a_status_is_no_consent(scene: Scene, answer: Answer, consents: bool) -> None:  # noqa: FBT001 a parameter of the test
    """Without consent nothing is pushed, and nothing is lost: it asks again after a pause."""
    scene.receiver.consent = answer
    happen(scene)
    made = scene.deliver()
    assert bool(scene.receiver.pushed()) is consents
    assert (made[0].error == "") is consents
    if consents:
        return
    assert scene.deliver() == []
    assert scene.mesh.plain()["consent"] is False
    scene.clock.advance(1)
    scene.receiver.consent = Answer(200, {"webhook-allowed-origin": "*", "webhook-allowed-rate": "600"})
    scene.deliver()
    assert len(scene.receiver.pushed()) == 1


def test_no_rate_is_needed_where_none_was_asked_for() -> None:
    """And none at all where the subscription is exempt from asking."""
    scene = Scene(request_rate=0)
    scene.receiver.consent = Answer(200, {"webhook-allowed-origin": "*"})
    happen(scene)
    assert [each.kind for each in scene.deliver()] == ["handshake", "push"]
    assert "webhook-request-rate" not in scene.receiver.sent[0].headers
    scene = Scene(exempt_handshake=True)
    happen(scene)
    assert [each.kind for each in scene.deliver()] == ["push"]


def test_consent_is_given_for_one_address(scene: Scene) -> None:
    """Another one is asked again."""
    happen(scene)
    scene.deliver()
    scene.settings.change({"webhook_url": f"{WEBHOOK_URL}/other"})
    happen(scene)
    assert [each.kind for each in scene.deliver()] == ["handshake", "push"]


def test_binary_events_stand_in_the_headers(scene: Scene) -> None:
    """The body is the data alone."""
    scene.settings.change({"mode": "binary"})
    (event_id,) = happen(scene)
    scene.deliver()
    (pushed,) = scene.receiver.pushed()
    assert pushed.plain()["SalesOrder"] == "3000001"
    assert pushed.headers["content-type"] == "application/json"
    own = {name: value for name, value in pushed.headers.items() if name.startswith("ce-")}
    assert own == {
        "ce-id": event_id,
        "ce-type": "sap.s4.beh.salesorder.v1.SalesOrder.Created.v1",
        "ce-source": "/default/sap.s4.beh/100200300",
        "ce-specversion": "1.0",
        "ce-time": "2026-03-02T09:00:00Z",
    }


def test_batches_have_so_many_events_at_most(scene: Scene) -> None:
    """What is not taken of a batch is not taken at all."""
    scene.settings.change({"mode": "batched", "batch_size": 2})
    told = happen(scene, 3)
    scene.receiver.answers = [UNAVAILABLE]
    scene.deliver()
    batches = [[each["id"] for each in pushed.plain()] for pushed in scene.receiver.pushed()]
    assert batches == [told[:2], told[2:]]
    assert {each.headers["content-type"] for each in scene.receiver.pushed()} == {
        "application/cloudevents-batch+json; charset=UTF-8"
    }
    assert [each["id"] for each in scene.mesh.plain()["waiting"]] == told[:2]


@pytest.mark.parametrize(
    "answer", [UNAVAILABLE, Answer(400), Answer(401), Answer(302), Answer(None, error="ReadTimeout")]
)
def test_what_is_not_taken_is_pushed_again(scene: Scene, answer: Answer) -> None:
    """Whatever the answer was, after a pause, with the same id; the others are not held up by it."""
    told = happen(scene, 2)
    scene.receiver.answers = [answer]
    assert [each.error for each in scene.deliver()][1:] == [answer.error or f"answered {answer.status}", ""]
    assert scene.deliver() == []
    scene.clock.advance(1)
    again = scene.deliver()
    assert [(each.event_ids, each.number) for each in again] == [((told[0],), 1)]
    assert ids_of(scene) == [told[0], told[1], told[0]]
    assert scene.mesh.plain()["waiting"] == []


def test_a_receiver_may_ask_for_a_longer_pause(scene: Scene) -> None:
    """By Retry-After, which a 429 must carry."""
    happen(scene)
    scene.receiver.answers = [Answer(429, {"retry-after": "30"})]
    scene.deliver()
    scene.clock.advance(29)
    assert scene.deliver() == []
    assert len(scene.deliver(everything=True)) == 1


def test_a_receiver_that_is_gone_gets_nothing_more(scene: Scene) -> None:
    """Until it is asked again and consents; what waits is kept."""
    told = happen(scene, 2)
    scene.receiver.answers = [Answer(410)]
    scene.deliver()
    scene.clock.advance(60)
    assert (scene.deliver(), scene.mesh.plain()["retired"]) == ([], True)
    assert scene.mesh.ask()
    scene.deliver()
    assert sorted(ids_of(scene)[1:]) == sorted(told)


def test_what_is_tried_too_often_is_dropped_without_a_word() -> None:
    """A queue without a dead-message queue; and with quality of service 0 a single try is all there is."""
    scene = Scene(max_redelivery=1)
    told = happen(scene)
    scene.receiver.answers = [UNAVAILABLE] * 2
    scene.deliver()
    assert scene.mesh.plain()["dropped"] == []
    scene.deliver(everything=True)
    assert ([each["id"] for each in scene.mesh.plain()["dropped"]], scene.mesh.plain()["waiting"]) == (told, [])
    scene = Scene(qos=0)
    happen(scene)
    scene.receiver.answers = [UNAVAILABLE]
    scene.deliver()
    assert scene.mesh.plain()["waiting"] == []


def test_events_are_repeated_shuffled_and_sent_again(scene: Scene) -> None:
    """At least once, in no order that anybody promises."""
    told = happen(scene, 6)
    scene.deliver(shuffle=True)
    first = ids_of(scene)
    assert (sorted(first), first != told) == (sorted(told), True)
    scene.receiver.sent.clear()
    scene.deliver(again=2)
    assert ids_of(scene) == first[-2:]
    more = happen(scene)
    scene.receiver.sent.clear()
    scene.deliver(repeat=3)
    assert ids_of(scene) == more * 3
    late, early = happen(scene, 2)
    scene.receiver.sent.clear()
    scene.deliver(ids=(early,))
    scene.deliver()
    assert ids_of(scene) == [early, late]


def test_some_events_get_lost_on_command(scene: Scene) -> None:
    """Those named, all that wait, or all that happen while nothing is told: they are never pushed, and it is known which."""
    told = happen(scene, 3)
    assert scene.control("POST", "events/drop", ids=[told[1]]) == {"dropped": [told[1]]}
    scene.deliver()
    assert ids_of(scene) == [told[0], told[2]]
    scene.control("POST", "settings", tells=False)
    scene.do(Billing.create, BILL)
    scene.control("POST", "settings", tells=True)
    (kept,) = happen(scene)
    assert scene.control("DELETE", "events") == {"dropped": [kept]}
    happened = [each["type"].split(".")[5] for each in scene.control("GET", "deliveries")["dropped"]]
    assert happened == ["SalesOrder", "BillingDocument", "JournalEntry", "SalesOrder"]
    assert scene.deliver() == []


def test_events_are_told_of_what_did_not_happen(scene: Scene) -> None:
    """Such as a document that another tenant has."""
    scene.control("POST", "events", object="CustomerReturn", event="ItemChanged", data={"CustomerReturn": "1"})
    scene.deliver()
    event = scene.receiver.pushed()[0].plain()
    assert (event["type"], event["data"]) == (
        "sap.s4.beh.customerreturn.v1.CustomerReturn.ItemChanged.v1",
        {"CustomerReturn": "1"},
    )
