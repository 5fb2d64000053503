"""The part of the ledger that remembers how a target was found when it was last compared with the planning model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from tieout import strict_json
from tieout.discovering import Discovered, Finding
from tieout.ledger import keys
from tieout.ledger.table import Put, Table
from tieout.moments import moment_text, parse_moment

_MOST_FINDINGS = 100  # a model that is another one has as many as it has line items, and an item ends at 400 KB


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check came to, and when it was made."""

    at: datetime
    found: Discovered

    @property
    def in_the_way(self) -> int:
        """How many findings keep cells from being taken."""
        return sum(finding.is_in_the_way for finding in self.found.findings)

    def plain(self) -> dict[str, Any]:
        """The check as JSON values, as the ledger keeps it and the command line is told it."""
        return {
            "checked_at": moment_text(self.at),
            "told": dict(self.found.told),
            "findings": [asdict(finding) for finding in self.found.findings[:_MOST_FINDINGS]],
        }


class CheckLedger:
    """The last check of each target."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def last(self, target: str) -> Checked | None:
        """The last check of a target, None where it was never made."""
        key = keys.check_key(target)
        item = self._table.get([key]).get(key)
        return _checked(strict_json.parse(str(item["check"]).encode())) if item else None

    def keep(self, target: str, checked: Checked) -> None:
        """Remember a check in place of the one before."""
        self._table.write([Put(keys.check_key(target), {"check": strict_json.dump(checked.plain())})])


def _checked(plain: Mapping[str, Any]) -> Checked:
    findings = tuple(Finding(**each) for each in plain["findings"])
    return Checked(parse_moment(plain["checked_at"]), Discovered(told=plain["told"], findings=findings))
