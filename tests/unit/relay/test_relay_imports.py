"""What a cold relay loads."""

from __future__ import annotations

from tests.support.cold_imports import DEAR, loaded_by

TOO_DEAR = DEAR | {"jmespath"}


def test_it_stands_on_the_standard_library() -> None:
    """No SDK and no library on the whole way of an event."""
    loaded = loaded_by("functions.relay.handler", "tieout.systems.generic.payloads")
    assert "functions.relay.pipeline" in loaded
    assert not loaded & TOO_DEAR
