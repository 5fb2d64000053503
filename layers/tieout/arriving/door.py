"""What the receive step must know of a sender beside its signature and its payloads: the answers it understands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderRules:
    """How one system's deliveries are answered where senders differ; each system states its own as `sender.RULES`.

    Attributes:
        unusable_status: for an authentic body that nothing can ever be made of. It is kept before it is answered.
        too_large_status: for an authentic body above the limit, kept in the same way.
        signature_headers: lower-case names of the headers a signature check reads. They are kept with a rejected
            delivery, so that it can be verified again after a secret was put right; so no header that is itself a
            credential may ever stand here.
    """

    unusable_status: int
    too_large_status: int
    signature_headers: tuple[str, ...]
