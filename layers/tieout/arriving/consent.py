"""The handshake of CloudEvents over HTTP: a sender asks whether its events are welcome, before it sends any (step 1, receive).

Rules: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md. It proves nothing of the sender; consent stands
in headers that only a declared origin is given, and a status alone never is one. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tieout.arriving.delivery import Delivery
from tieout.arriving.door import MOST_REQUESTS_PER_SECOND, Answer

ORIGIN_HEADER = "webhook-request-origin"
RATE_HEADER = "webhook-request-rate"
_MOST_REQUESTS_PER_MINUTE = 60 * MOST_REQUESTS_PER_SECOND
_RATE = re.compile("[0-9]{1,9}")
_ORIGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")


def consent(delivery: Delivery, allowed_origins: Sequence[str], requests_per_minute: int) -> Answer | None:
    """The answer to a greeting: consent for a declared origin, 403 for any other; None for a request that is no greeting.

    Args:
        delivery: any request.
        allowed_origins: who is told that its events are welcome, in whichever case it writes its name.
        requests_per_minute: the rate it is allowed at most; 0: what the route lets through.
    """
    if delivery.method != "OPTIONS":
        return None
    origin = delivery.headers.get(ORIGIN_HEADER)
    if origin is None or origin.lower() not in {each.lower() for each in allowed_origins}:
        return Answer(403, '{"error":"origin_not_allowed"}', headers={"allow": "POST"})
    most = requests_per_minute or _MOST_REQUESTS_PER_MINUTE
    rate = _allowed_rate(delivery.headers.get(RATE_HEADER), most)
    return Answer(200, headers={"allow": "POST", "webhook-allowed-origin": origin, "webhook-allowed-rate": str(rate)})


def check_consent(allowed_origins: Sequence[str], requests_per_minute: int) -> None:
    """Refuse, at synth, what would welcome everybody or nobody.

    Raises:
        ValueError: naming the option.
    """
    for origin in allowed_origins:
        if _ORIGIN.fullmatch(origin) is None:
            raise ValueError(f"allowed_origins: {origin!r} is no name of a host; nobody is trusted by `*`")
    if not 0 <= requests_per_minute <= _MOST_REQUESTS_PER_MINUTE:
        raise ValueError(f"requests_per_minute is not between 0 and {_MOST_REQUESTS_PER_MINUTE}")


def _allowed_rate(asked: str | None, most: int) -> int:
    """The requests a minute that are allowed: what is asked for where it is fewer, and whatever is asked, at least one."""
    return max(1, min(int(asked), most)) if asked and _RATE.fullmatch(asked) else most
