"""A group of commands of which one is meant where the first word is none of them, such as a period."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

OTHERWISE = "sign"
"""What is meant then."""


class PeriodFirst(TyperGroup):
    """`tieout close 2026-03` is `tieout close sign 2026-03`: no period is called as a command is."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 typer keeps the types of its click to itself
        """The command that is meant, and what it is given."""
        is_named = not args or args[0] in self.commands or args[0].startswith("-")
        return super().resolve_command(ctx, args if is_named else [OTHERWISE, *args])
