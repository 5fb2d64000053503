"""Who may subscribe to the simulated environment, for how long, and how many."""

from __future__ import annotations

import pytest

from sandbox.systems.business_central.answering import ODataError
from sandbox.systems.business_central.posting import Answer
from tests.support.central_environment import NOTIFICATION_URL, SPAIN, Scene

_THREE_DAYS = 259_200


def test_a_subscription_is_made_where_its_address_repeats_the_token() -> None:
    """The token survives only where it is decoded once; it lives for three days."""
    scene = Scene()
    subscription_id = scene.subscribe()
    (token,) = scene.listener.asked
    assert {" ", "+", "%", "&", "="} <= set(token)
    (kept,) = scene.subscriptions.living()
    assert kept.plain() == {
        "@odata.etag": 'W/"JzE5OzE7MDA7Jw=="',
        "subscriptionId": subscription_id,
        "notificationUrl": NOTIFICATION_URL,
        "resource": f"/api/v2.0/companies({SPAIN})/salesInvoices",
        "timestamp": 1,
        "userId": "00000000-0000-0000-0000-000000000000",
        "lastModifiedDateTime": "2026-03-02T09:00:00Z",
        "clientState": "a-state-of-ours-1",
        "expirationDateTime": "2026-03-05T09:00:00Z",
    }


@pytest.mark.parametrize(
    "answer",
    [
        Answer(200, b"something else"),
        Answer(202, b"token"),
        Answer(200),
        Answer(500),
        Answer(None, error="ReadTimeout"),
    ],
)
def test_no_other_answer_makes_a_subscription(answer: Answer) -> None:
    """Nor renews one: it goes on to its old end."""
    scene = Scene()
    scene.subscribe()
    scene.listener.proves = answer
    with pytest.raises(ODataError) as refused:
        scene.subscribe("customers")
    assert (refused.value.status, refused.value.code) == (400, "BadRequest")
    (kept,) = scene.subscriptions.living()
    scene.clock.advance(60)
    with pytest.raises(ODataError):
        scene.subscriptions.renew(kept, {})
    assert scene.subscriptions.living() == [kept]


def test_a_renewal_asks_again_and_gives_three_more_days() -> None:
    """Under the same id, with another tag."""
    scene = Scene()
    subscription_id = scene.subscribe()
    scene.clock.advance(_THREE_DAYS - 1)
    (kept,) = scene.subscriptions.living()
    scene.subscriptions.renew(kept, {"clientState": "another-state-of-ours"})
    assert len(set(scene.listener.asked)) == 2
    scene.clock.advance(_THREE_DAYS - 1)
    (renewed,) = scene.subscriptions.living()
    assert (renewed.subscription_id, renewed.client_state) == (subscription_id, "another-state-of-ours")
    assert renewed.plain()["@odata.etag"] != kept.plain()["@odata.etag"]
    scene.clock.advance(1)
    assert scene.subscriptions.living() == []


@pytest.mark.parametrize(
    "stated",
    [
        {"resource": f"/api/v2.0/companies({SPAIN})/customerPayments"},
        {"resource": "/api/v2.0/companies(b18aed47-0000-4000-8000-000000000000)/customers"},
        {"resource": "/api/v2.0/customers"},
        {"resource": f"/api/v2.0/companies({SPAIN})/customers", "clientState": "x" * 2_049},
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(stated: dict[str, str]) -> None:
    """Payments are not notified, a company must exist, a state must not be too long; nobody is even asked."""
    scene = Scene()
    with pytest.raises(ODataError) as refused:
        scene.subscriptions.create({"notificationUrl": NOTIFICATION_URL, **stated})
    assert refused.value.status == 400
    assert scene.listener.asked == []


def test_an_environment_has_so_many_subscriptions_and_no_more() -> None:
    """Until one of them ends."""
    scene = Scene(subscriptions_max=2)
    first = scene.subscribe()
    scene.subscribe("customers")
    with pytest.raises(ODataError, match="maximum"):
        scene.subscribe("accounts")
    scene.subscriptions.remove({first})
    scene.subscribe("accounts")
