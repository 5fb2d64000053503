"""A simulated legacy ERP as a web application of control routes: it is told what its books say, and drops files of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool

from sandbox.drops import Drop
from sandbox.systems.controlling import Body, control_routes
from sandbox.systems.legacy_files.writing import Dropped, write_file

if TYPE_CHECKING:
    from starlette.requests import Request

_AMOUNTS = frozenset({"amount", "local_amount", "group_amount", "debit", "credit", "local_debit", "local_credit"})
_DAYS = frozenset({"posting_date", "document_date"})


class LegacySystem:
    """What drops the files of one connection.

    Args:
        feeds: as the landscape declares them, by name.
    """

    def __init__(self, feeds: Mapping[str, Mapping[str, Any]]) -> None:
        self._feeds = feeds
        self._dropped: list[dict[str, Any]] = []
        self._drop: Drop | None = None

    def open_drop(self, drop: Drop) -> None:
        """Let it drop its files there."""
        self._drop = drop

    def file(self, feed: str, rows: Sequence[Mapping[str, Any]], stated: Mapping[str, Any]) -> bytes:
        """The file of some rows, with true counts and totals unless `stated` has others.

        Amounts are decimal texts, days and periods ISO texts (`2026-11-30`, `2026-11`).
        """
        postings = [{name: _value(name, value) for name, value in row.items()} for row in rows]
        ends = {name: _value(name, value) for name, value in stated.items()}
        differs = {name: _value(name, value) for name, value in dict(ends.pop("differs", {})).items()}
        return write_file(self._feeds[feed], postings, Dropped(**ends, differs=differs))

    def drop(self, name: str, content: bytes) -> dict[str, Any]:
        """Drop a file; what is told of it."""
        if self._drop is None:
            raise ValueError("there is no bucket to drop files into yet")
        self._drop(name, content)
        self._dropped.append({"name": name, "bytes": len(content)})
        return self._dropped[-1]

    def dropped(self) -> list[dict[str, Any]]:
        """Every file it dropped, in order."""
        return list(self._dropped)


def create_app(feeds: Mapping[str, Mapping[str, Any]]) -> Starlette:
    """A new system; `app.state.system` is its inside."""
    system = LegacySystem(feeds)

    async def drop(_request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
        """Drop `name`: `rows` of a `feed`, and what the file is (`stated`); the last bytes cut off, where told so."""
        content = system.file(body["feed"], body["rows"], body["stated"])
        cut = int(body.get("cut_off_bytes", 0))
        return await run_in_threadpool(system.drop, body["name"], content[: len(content) - cut])

    async def show(_request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return {"files": system.dropped()}

    app = Starlette(routes=control_routes([("POST", "files", drop), ("GET", "files", show)]))
    app.state.system = system
    return app


def _value(name: str, value: Any) -> Any:  # noqa: ANN401 JSON
    if name in _AMOUNTS:
        return Decimal(value)
    if name in _DAYS:
        return date.fromisoformat(value)
    if name == "period":
        year, number = str(value).split("-")
        return int(year), int(number)
    return value
