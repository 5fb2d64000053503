"""What a cold journal function loads: it starts anew for every few minutes of quiet."""

from __future__ import annotations

from tests.support.cold_imports import DEAR, loaded_by


def test_the_journal_stands_on_the_standard_library() -> None:
    """No SDK and no library, on the whole way from the stream to the archive."""
    loaded = loaded_by("functions.journal.handler")
    assert "functions.journal.pipeline" in loaded
    assert not loaded & DEAR
