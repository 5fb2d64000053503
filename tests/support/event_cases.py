"""The cases of a folder below `events`: what is sent, and what must come of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class EventCases:
    """The cases of one system, or of one connection.

    Attributes:
        names: the folders, in their order.
    """

    def __init__(self, folder: str) -> None:
        self._folder = Path(__file__).parents[2] / "events" / folder
        self.names = sorted(each.name for each in self._folder.iterdir() if each.is_dir())

    def read(self, case: str, name: str) -> dict[str, Any]:
        """One file of a case, `request` or `expected`."""
        found: dict[str, Any] = json.loads((self._folder / case / f"{name}.json").read_text(encoding="utf-8"))
        return found
