"""Whom the simulated environment notifies of what, when, and what it makes of the answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.systems.business_central.documents import SALES_INVOICE, Documents
from sandbox.systems.business_central.environment import DELEGATED_ADMIN, USER
from sandbox.systems.business_central.posting import Answer
from tests.support.central_environment import INVOICE, NOTIFICATION_URL, PORTUGAL, SPAIN, Scene

_THREE_DAYS = 259_200


def rename(scene: Scene, document_id: str, company: str = SPAIN, by: str = USER) -> None:
    """Change what a document says of its reference."""
    with scene.environment.saving(company, by) as saving:
        Documents(saving, SALES_INVOICE).change(document_id, {"externalDocumentNumber": "PO-1"})


def address(document_id: str, name: str = "salesInvoices", company: str = SPAIN) -> str:
    """The address of a record, bare."""
    return f"api/v2.0/companies({company})/{name}({document_id})"


def test_a_notification_says_what_became_of_which_record() -> None:
    """Posting an invoice tells of the invoice, which was there, and of the entries, which were not."""
    scene = Scene()
    scene.subscribe()
    scene.subscribe("generalLedgerEntries")
    document_id = scene.draft()
    assert scene.told() == [("created", address(document_id))]
    scene.clock.advance(1)
    scene.bookkeeper.post(SPAIN, "salesInvoices", document_id, by=USER)
    told = scene.told()
    entries = [each["id"] for each in scene.find("generalLedgerEntries")]
    assert sorted(told) == sorted(
        [("updated", address(document_id)), *(("created", address(each, "generalLedgerEntries")) for each in entries)]
    )
    (item, *_) = scene.listener.posted[0].items
    assert item == {
        "subscriptionId": f"{1:032x}",
        "clientState": "a-state-of-ours-1",
        "expirationDateTime": "2026-03-05T09:00:00Z",
        "resource": address(document_id),
        "changeType": "created",
        "lastModifiedDateTime": "2026-03-02T09:00:00Z",
    }


def test_a_change_of_a_line_is_one_of_its_document() -> None:
    """And a deleted draft is told of as deleted."""
    scene = Scene()
    scene.subscribe()
    document_id = scene.draft()
    scene.told()
    with scene.environment.saving(SPAIN) as saving:
        Documents(saving, SALES_INVOICE).set_lines(document_id, INVOICE["lines"][:1])
    assert scene.told() == [("updated", address(document_id))]
    with scene.environment.saving(SPAIN) as saving:
        Documents(saving, SALES_INVOICE).delete(document_id)
    assert scene.told() == [("deleted", address(document_id))]


def test_other_companies_and_other_records_are_told_to_nobody() -> None:
    """A subscription is to one entity set of one company."""
    scene = Scene()
    scene.subscribe("salesInvoices", PORTUGAL)
    scene.subscribe("customers")
    scene.post()
    assert scene.told() == []


def test_changes_are_collected_for_half_a_minute() -> None:
    """From the first on; a record that changed often is told of once, a new one as new, a deleted one as deleted."""
    scene = Scene(delay_seconds=30.0)
    scene.subscribe()
    changed, gone = (scene.draft() for _ in range(2))
    assert scene.told() == []
    scene.clock.advance(30)
    assert {each for each, _ in scene.told()} == {"created"}
    rename(scene, changed)
    scene.clock.advance(29)
    newest = scene.draft()
    rename(scene, newest)
    rename(scene, gone)
    passing = scene.draft()
    for each in (gone, passing):
        with scene.environment.saving(SPAIN) as saving:
            Documents(saving, SALES_INVOICE).delete(each)
    rename(scene, changed)
    assert scene.told() == []
    scene.clock.advance(1)
    deleted = [("deleted", address(each)) for each in (gone, passing)]
    assert sorted(scene.told()) == sorted([("updated", address(changed)), ("created", address(newest)), *deleted])


def test_one_request_tells_of_several_subscriptions_of_an_address() -> None:
    """And another address gets a request of its own."""
    scene = Scene()
    subscriptions = {scene.subscribe(), scene.subscribe("generalLedgerEntries")}
    other = scene.subscribe("salesInvoices", address="https://other.example.com/hook?key=1")
    scene.post()
    scene.deliver()
    assert [posted.address for posted in scene.listener.posted] == [
        NOTIFICATION_URL,
        "https://other.example.com/hook?key=1",
    ]
    first, second = ({each["subscriptionId"] for each in posted.items} for posted in scene.listener.posted)
    assert (first, second) == (subscriptions, {other})
    assert scene.listener.asked[-1].startswith(other)


def test_too_many_changes_are_told_of_as_a_collection() -> None:
    """Which names no record, and a filter whose property is called otherwise."""
    scene = Scene(most_notifications=2)
    scene.subscribe()
    scene.subscribe("customers")
    for _ in range(2):
        scene.draft()
    assert [each for each, _ in scene.told()] == ["created", "created"]
    ids = [scene.draft() for _ in range(3)]
    with scene.environment.saving(SPAIN) as saving:
        saving.update("customers", str(scene.row("customers", number="10000")["id"]), {"displayName": "x"})
    told = scene.told()
    assert [each for each, _ in told] == ["collection", "updated"]
    path, _, stated = told[0][1].partition("?")
    assert path == f"/api/v2.0/companies({SPAIN})/salesInvoices"
    name, since = stated.removeprefix("$filter=").split("%20gt%20")
    assert name == "lastDateTimeModified"
    assert {each["id"] for each in scene.find("salesInvoices", filter=f"lastModifiedDateTime gt {since}")} == set(ids)
    assert len(scene.find("salesInvoices", filter=f"lastModifiedDateTime le {since}")) == 2


@pytest.mark.parametrize(
    ("form", "start"),
    [
        ("bare", "api/"),
        ("slash", "/api/"),
        ("address", "https://api.businesscentral.dynamics.com/v2.0/"),
        ("mixed", "api/"),
    ],
)
def test_the_address_of_what_changed_comes_in_several_forms(form: str, start: str) -> None:
    """With and without a slash, or in full."""
    scene = Scene(resource_form=form)
    scene.subscribe()
    document_id = scene.draft()
    ((_, resource),) = scene.told()
    assert resource.startswith(start)
    assert resource.endswith(address(document_id))


@pytest.mark.parametrize(
    "answer", [Answer(408), Answer(429), Answer(500), Answer(599), Answer(None, error="ReadTimeout")]
)
def test_some_answers_ask_for_another_try(answer: Answer) -> None:
    """After growing pauses, for 36 hours in all; the subscription lives."""
    scene = Scene(retry_pauses_seconds=(60.0, 3_600.0), give_up_seconds=7_300.0)
    scene.subscribe()
    document_id = scene.draft()
    scene.listener.answers = [answer] * 4
    assert [(each.number, each.deleted) for each in scene.deliver()] == [(0, ())]
    assert scene.deliver() == []
    scene.clock.advance(60)
    assert [each.number for each in scene.deliver()] == [1]
    scene.clock.advance(60)
    assert scene.deliver() == []
    scene.clock.advance(3_540)
    assert [(each.number, each.record_ids) for each in scene.deliver()] == [(2, (document_id,))]
    assert scene.notifying.plain()["given_up"] == 0
    assert scene.notifying.plain()["waiting"] == 1
    scene.clock.advance(3_600)
    assert [each.number for each in scene.deliver()] == [3]
    assert (scene.notifying.plain()["given_up"], scene.notifying.plain()["waiting"]) == (1, 0)
    assert len(scene.subscriptions.living()) == 1


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413])
def test_any_other_answer_deletes_the_subscription(status: int) -> None:
    """Without another try; a subscription that was not in the request lives on."""
    scene = Scene()
    first, second = scene.subscribe(), scene.subscribe("customers")
    scene.draft()
    scene.listener.answers = [Answer(status)]
    (attempt,) = scene.deliver()
    assert attempt.deleted == (first,)
    assert [each.subscription_id for each in scene.subscriptions.living()] == [second]
    scene.draft()
    scene.clock.advance(86_400)
    assert scene.deliver() == []
    assert scene.notifying.plain()["waiting"] == 0


def test_any_success_is_one() -> None:
    """200 and 202 alike."""
    scene = Scene()
    scene.subscribe()
    for status in (200, 202, 204):
        scene.listener.answers = [Answer(status)]
        scene.draft()
        assert [each.error for each in scene.deliver()] == [""]
    assert len(scene.subscriptions.living()) == 1


def test_an_expired_subscription_is_told_nothing() -> None:
    """Neither of what changes later nor of what waited."""
    scene = Scene()
    scene.subscribe()
    scene.draft()
    scene.clock.advance(_THREE_DAYS)
    assert scene.deliver() == []
    scene.draft()
    assert scene.deliver() == []


def test_what_a_delegated_administrator_does_is_told_with_the_next_change_of_somebody_else() -> None:
    """Of the same table and company; until then nobody hears of it."""
    scene = Scene()
    for company in (SPAIN, PORTUGAL):
        scene.subscribe("salesInvoices", company)
    silent = scene.draft(by=DELEGATED_ADMIN)
    scene.draft(company=PORTUGAL)
    assert [each for _, each in scene.told()] != [address(silent)]
    assert scene.notifying.plain()["held"] == 1
    heard = scene.draft()
    assert scene.told() == [("created", address(silent)), ("created", address(heard))]
    assert scene.notifying.plain()["held"] == 0


def test_a_delivery_can_be_told_to_go_wrong() -> None:
    """Twice, out of order, with another state than was agreed on; also before it is due."""
    scene = Scene(delay_seconds=30.0)
    scene.subscribe()
    for _ in range(12):
        scene.draft()
    attempts = scene.deliver(everything=True, repeat=2, shuffle=True, client_state="forged")
    assert len(attempts) == 2
    first, second = scene.listener.posted
    assert first.body == second.body
    assert {each["clientState"] for each in first.items} == {"forged"}
    stamps = [each["lastModifiedDateTime"] for each in first.items]
    assert stamps != sorted(stamps)


def test_a_reversal_tells_of_what_it_reverses_too() -> None:
    """The entries that were there are marked, the new ones are new."""
    scene = Scene()
    scene.subscribe("generalLedgerEntries")
    scene.journal()
    scene.told()
    scene.reverse("ACC-03")
    assert sorted(each for each, _ in scene.told()) == ["created", "created", "updated", "updated"]


def test_what_was_sent_is_shown_until_it_is_forgotten() -> None:
    """As JSON values."""
    scene = Scene()
    scene.subscribe()
    document_id = scene.draft()
    scene.deliver()
    shown: dict[str, Any] = json.loads(json.dumps(scene.notifying.plain()))
    assert [(each["record_ids"], each["status"], each["taken"]) for each in shown["attempts"]] == [
        ([document_id], 200, True)
    ]
    scene.notifying.clear()
    assert scene.notifying.plain()["attempts"] == []
