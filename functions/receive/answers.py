"""What a sender can be answered, as API Gateway takes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. Its body never says more than a sender who proved nothing may know."""

    status: int
    body: str
    allow: str = ""

    def plain(self) -> dict[str, Any]:
        """The answer in the form of a Lambda proxy integration (payload format 2.0)."""
        headers = {"content-type": "application/json"} | ({"allow": self.allow} if self.allow else {})
        return {"statusCode": self.status, "headers": headers, "body": self.body, "isBase64Encoded": False}


ACCEPTED = Answer(200, '{"outcome":"accepted"}')
NOT_AUTHENTIC = Answer(401, '{"error":"not_authentic"}')  # one body for every reason
METHOD_NOT_ALLOWED = Answer(405, '{"error":"method_not_allowed"}', allow="POST")
UNAVAILABLE = Answer(503, '{"error":"unavailable"}')  # the one status every sender repeats


def unusable(status: int, reason: str) -> Answer:
    """The answer to an authentic body nothing can be made of; `reason` is one of our codes and quotes nothing."""
    return Answer(status, json.dumps({"outcome": "rejected", "reason": reason}))
