"""How a source is asked within one reading: once it throttles or is down, nothing more is asked."""

from __future__ import annotations

from collections.abc import Callable

from tieout.errors import ThrottledError, UnavailableError


class Asking:
    """Makes the calls of one reading; not for several threads."""

    def __init__(self) -> None:
        self._stopped: ThrottledError | UnavailableError | None = None

    def __call__[Answer](self, call: Callable[[], Answer]) -> Answer:
        """What the call answers; once one was throttled or found the source down, that error again without a call."""
        if self._stopped is not None:
            raise self._stopped
        try:
            return call()
        except (ThrottledError, UnavailableError) as error:
            self._stopped = error
            raise
