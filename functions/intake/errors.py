"""What the intake's tasks say by raising, to the state machine that runs them."""

from __future__ import annotations

from tieout.errors import TransientError


class FlowBusyError(TransientError):
    """The queue of a chunk's flow is long: the chunk is offered again, and what webhooks tell does not wait behind it."""
