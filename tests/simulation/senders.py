"""Sends what the sources have to say as signed deliveries: split, merged, out of order, twice, and again after a refusal."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from itertools import batched
from random import Random
from types import MappingProxyType
from typing import Any

from tests.simulation.schedule import Schedule
from tests.simulation.signing import WebhookSecretBox, Wire, Written, is_success
from tests.simulation.spending import makes_notices
from tests.simulation.weather import Weather
from tieout.arriving.door import Answer
from tieout.moments import moment_text

Event = dict[str, Any]
Post = Callable[[Mapping[str, Any], Callable[[Answer], None]], None]  # an HTTP request, and who gets the answer

_MOST_PER_DELIVERY = 8
_SENT_AGAIN_MILLISECONDS = 600_000  # by a person who looks at what was given up
_NOT_AUTHENTIC = frozenset({401, 404})
_ACCEPTED_SKEW_SECONDS = 290
_SKEWS_SECONDS = (*(0,) * 20, 120, -120, 290, -290, 400, -400)


class Sender:
    """One source's webhook sender.

    Args:
        sign: the headers that prove a body sent at a moment.
        post: makes the HTTP request.
        box: the secret both sides have.
        wire: how the source writes its events down.
        is_kept: whether a body that is taken lies in the archive, for a source whose records are completed from it.
    """

    def __init__(
        self,
        random: Random,
        schedule: Schedule,
        weather: Weather,
        sign: Callable[[bytes, float], dict[str, str]],
        post: Post,
        box: WebhookSecretBox,
        wire: Wire,
        *,
        is_kept: Callable[[bytes], bool] | None = None,
    ) -> None:
        self._is_kept, self._wire = is_kept, wire
        self._box = box
        self.misjudged: list[str] = []
        self._random, self._schedule, self._weather = random, schedule, weather
        self._sign, self._post = sign, post
        self._pending: list[Event] = []
        self.said: list[Event] = []
        self._requests = 0

    def say(self, events: list[Event]) -> None:
        """Have events delivered sooner or later."""
        self.said.extend(events)
        for event in events:
            place = self._random.randint(0, len(self._pending)) if self._weather.is_on else len(self._pending)
            if place < len(self._pending):
                self._weather.strike("reordered")
            self._pending.insert(place, event)
            self._schedule.after(self._random.choice((10, 300, 2_000, 15_000)), self._deliver)

    def say_alone(self, event: Event) -> None:
        """Deliver an event now, with no other beside it."""
        self.said.append(event)
        self._attempt([event])

    def repeat_everything(self) -> None:
        """Deliver every event ever said once more, in large deliveries."""
        for events in batched(self.said, min(100, self._wire.most), strict=False):
            self._attempt(list(events))

    def forge(self) -> None:
        """Deliveries by somebody who does not know the secret, or knows it and is not the source."""
        if self._wire.of_another is not None and self._random.random() < 0.5:
            body, headers = self._wire.of_another(self._random)
            headers, query = {**headers, **self._sign(body, 0)}, self._wire.query(self._box)
        else:
            body, headers, query = self._with_a_wrong_proof()

        def answered(answer: Answer) -> None:
            self._judge_goodbye(answer)
            if self._wire.tells_forgeries and self._wire.is_taken(answer):
                self.misjudged.append("a forged delivery was accepted")

        self._weather.strike("forged")
        headers = {"content-type": "application/json", **headers}
        for context in self._wire.other_contexts:
            self._post(self._request(body, headers, query, context=context), answered)

    def _with_a_wrong_proof(self) -> tuple[bytes, dict[str, str], str]:
        body = b'[{"eventId":1,"subscriptionType":"deal.creation","objectId":666,"portalId":1,"occurredAt":1}]'
        headers, query = self._sign(body, 0), self._wire.query(self._box)
        is_flipped = self._random.random() < 0.5
        if not headers:
            return body, headers, _flipped(query) if is_flipped else ""
        signature = next(iter(headers))
        if is_flipped:
            headers[signature] = _flipped(headers[signature])
        else:  # somebody mixed up what is secret and what is signed with it
            headers[signature] = self._box.current.decode()
        return body, headers, query

    def _deliver(self) -> None:
        count = min(len(self._pending), self._wire.most, self._random.choice((1, 1, 2, 3, _MOST_PER_DELIVERY)))
        if count == 0:
            return
        events, self._pending = self._pending[:count], self._pending[count:]
        if count > 1:
            self._weather.strike("merged_delivery")
        self._attempt(events)
        if self._weather.chance("delivered_twice"):
            self._schedule.after(self._random.choice(self._wire.retry_milliseconds), lambda: self._attempt(events))

    def _attempt(self, events: list[Event], tries: int = 1) -> None:
        skew = self._random.choice(_SKEWS_SECONDS) if self._weather.is_on else 0
        body, headers = self._wire.write(events, self._random)
        is_steady = self._box.signing == self._box.current and not self._box.previous

        def answered(answer: Answer) -> None:
            self._judge_goodbye(answer)
            is_taken, is_refused = self._wire.is_taken(answer), answer.status in _NOT_AUTHENTIC
            if is_refused and is_steady and abs(skew) <= _ACCEPTED_SKEW_SECONDS:
                self.misjudged.append(f"an authentic delivery was refused, {skew} s off")
            if is_taken and abs(skew) > _ACCEPTED_SKEW_SECONDS and self._wire.is_dated:
                self.misjudged.append(f"a delivery was accepted {skew} s off")
            if self._is_kept is not None and makes_notices(events):
                self._judge_keeping(answer, is_kept=self._is_kept(body))
            if not is_taken:
                self._weather.strike("skewed_clock" if is_refused and self._wire.is_dated else "delivery_refused")
                self._try_again(events, tries)

        def prove() -> None:
            proven = headers | self._sign(body, skew)
            self._post(self._request(body, proven, self._wire.query(self._box), context=self._wire.context), answered)

        if self._wire.is_challenged:
            self._knock(body, headers, prove, answered)
        else:
            prove()

    def _knock(
        self, body: bytes, headers: dict[str, str], prove: Callable[[], None], answered: Callable[[Answer], None]
    ) -> None:
        """A delivery without a proof, which must be asked for one, and is told of nowhere."""

        def challenged(answer: Answer) -> None:
            if answer.status == 401 and "www-authenticate" in answer.headers:
                self._weather.strike("challenged")
                prove()
            elif self._wire.is_taken(answer):
                self.misjudged.append("what proved nothing was accepted")
            else:
                answered(answer)

        self._post(self._request(body, headers, ""), challenged)

    def _try_again(self, events: list[Event], tries: int) -> None:
        if tries == self._wire.most_tries:
            self._weather.strike("given_up")
            if self._wire.is_sent_again:
                self._schedule.after(_SENT_AGAIN_MILLISECONDS, lambda: self._attempt(events))
        else:
            self._schedule.after(
                self._random.choice(self._wire.retry_milliseconds), lambda: self._retry(events, tries + 1)
            )

    def ask_for_consent(self, query: str, token: str) -> None:
        """A request without a body that is answered with a token, which must come back as it is."""

        def answered(answer: Answer) -> None:
            if answer != Answer(200, token, answer.content_type, answer.headers):
                self.misjudged.append(f"a question for consent was answered {answer.status}")

        self._weather.strike("consent_asked")
        self._post(self._request(b"", {}, query), answered)

    def shake_hands(self, origin: str, *, is_welcome: bool) -> None:
        """A question whether an origin's events are welcome, which proves nothing; only headers ever say that they are."""

        def answered(answer: Answer) -> None:
            consented = {"webhook-allowed-origin", "webhook-allowed-rate"} & answer.headers.keys()
            wanted = {"webhook-allowed-origin", "webhook-allowed-rate"} if is_welcome else set()
            if consented != wanted or (is_welcome and answer.headers["webhook-allowed-origin"] != origin):
                self.misjudged.append(f"{origin} was answered {answer.status} {sorted(consented)}")

        self._weather.strike("consent_asked" if is_welcome else "stranger_asked")
        headers = {"webhook-request-origin": origin, "webhook-request-rate": "120"}
        self._post(self._request(b"", headers, "", method="OPTIONS"), answered)

    def ask(self, question: Written, answer_body: str, *, is_proven: bool) -> None:
        """A question that is answered to whoever knows the address, and to nobody else."""
        body, headers = question
        query = self._wire.query(self._box)

        def answered(answer: Answer) -> None:
            if is_success(answer) and not (is_proven and answer.body == answer_body):
                self.misjudged.append(f"a question was answered {answer.body}")

        self._weather.strike("welcome_asked")
        self._post(self._request(body, headers, query if is_proven else _flipped(query)), answered)

    def _judge_goodbye(self, answer: Answer) -> None:
        if self._wire.is_goodbye(answer):
            self.misjudged.append(f"an answer {answer.status} ended what is told")

    def _judge_keeping(self, answer: Answer, *, is_kept: bool) -> None:
        if answer.status == 503 and self._weather.is_archive_down:
            self._weather.strike("payload_not_kept")
        if self._wire.is_taken(answer) and not is_kept:
            self.misjudged.append("a payload was acknowledged and is not in the archive")

    def _retry(self, events: list[Event], tries: int) -> None:
        """The same events again, each with its attempt counted, in deliveries cut anew."""
        again = [
            {**event, "attemptNumber": event["attemptNumber"] + 1} if "attemptNumber" in event else event
            for event in events
        ]
        middle = self._random.randint(0, len(again))
        for part in (again[:middle], again[middle:]):
            if part:
                self._attempt(part, tries)
        if 0 < middle < len(again):
            self._weather.strike("split_delivery")

    def _request(
        self,
        body: bytes,
        headers: dict[str, str],
        query: str,
        *,
        context: Mapping[str, Any] = MappingProxyType({}),
        method: str = "POST",
    ) -> Mapping[str, Any]:
        self._requests += 1
        encoded = self._random.random() < 0.3
        return {
            "requestContext": {"http": {"method": method}, **context},
            "rawQueryString": "" if self._wire.is_in_path else query,
            "pathParameters": {"key": query} if self._wire.is_in_path else {},
            "headers": headers,
            "body": base64.b64encode(body).decode() if encoded else body.decode(),
            "isBase64Encoded": encoded,
        }


def netsuite_event(record_type: str, record_id: str, event_type: str, number: int, schedule: Schedule) -> Event:
    """What the script posts about a record."""
    event: Event = {"recordType": record_type, "recordId": record_id, "eventType": event_type}
    if number % 3:
        event |= {"eventId": f"e{number}", "occurredAt": moment_text(schedule.now())}
    return event


def _flipped(value: str) -> str:
    return value[:-4] + ("0000" if not value.endswith("0000") else "1111")
