"""Settings of a simulated system that a test or a demo changes while the system runs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar


@dataclass(kw_only=True)
class ChangingSettings:
    """What a simulated system is told; a subclass names each setting, with a default that says its type.

    Attributes:
        secret_names: the settings that are never shown.
    """

    secret_names: ClassVar[frozenset[str]] = frozenset()

    def change(self, changes: dict[str, Any]) -> None:
        """Set the named settings.

        Raises:
            ValueError: for a name that is none, or a value of another type; then nothing is set.
        """
        known = {each.name for each in fields(self)}
        wanted = {name: tuple(value) if isinstance(value, list) else value for name, value in changes.items()}
        for name, value in wanted.items():
            if name not in known or type(value) is not type(getattr(self, name)):
                raise ValueError(f"no setting {name} of that type")
        for name, value in wanted.items():
            setattr(self, name, value)

    def plain(self) -> dict[str, Any]:
        """The settings as JSON values, without the secrets."""
        return {name: value for name, value in asdict(self).items() if name not in self.secret_names}
