"""Answers of a system in memory as HTTP to its real client, which fail as the weather has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import NamedTuple

from tests.simulation.weather import Weather
from tieout.errors import ThrottledError, UnavailableError


class Answer(NamedTuple):
    """As much of an HTTP answer as anybody looks at."""

    status_code: int
    content: bytes
    headers: Mapping[str, str]


class HttpAnswers:
    """Answers that are limited, unavailable or cut short.

    Args:
        point: what the weather knows a call by.
        rate: how often one is cut short, or what else only this system does to its callers.
        limited: the headers that say that a call was one too many.
    """

    def __init__(
        self, point: str, random: Random, weather: Weather, rate: float, limited: Mapping[str, str] | None = None
    ) -> None:
        self._point, self._random, self._weather, self._rate = point, random, weather, rate
        self._limited = limited or {}

    def in_weather(self, found: Callable[[], Answer]) -> Answer:
        """What is found, unless the weather strikes before or behind it."""
        try:
            self._weather.io(f"before {self._point}")
            answer = found()
            self._weather.io(f"after {self._point}")
        except (ThrottledError, UnavailableError) as error:
            after = error.retry_after_seconds
            named = {"retry-after": str(int(after))} if after is not None else {}
            is_limited = isinstance(error, ThrottledError)
            return Answer(429, b"", {**named, **self._limited}) if is_limited else Answer(503, b"", named)
        return answer

    def cut(self, body: bytes) -> bytes:
        """A body, cut short now and then."""
        return body[:-2] if self.strikes("short_answer") else body

    def strikes(self, name: str, times: int = 1) -> bool:
        """Whether something happens that does so many times as often as an answer is cut short."""
        if not self._weather.is_on or self._random.random() >= times * self._rate:
            return False
        self._weather.strike(name)
        return True
