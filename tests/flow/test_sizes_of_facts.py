"""What a fact takes up in the ledger: there are millions of them, and every kilobyte of a commit is paid for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from functions.record.settle import Origin
from tests.support.memory_rules import size_of
from tests.support.settling import settling_of
from tieout.arriving.notice import Notice, RecordKey
from tieout.facts.opportunity import Opportunity
from tieout.facts.reading import Reading
from tieout.facts.statement import Statement
from tieout.ledger.plan import Outcome
from tieout.money import Money
from tieout.planning.mapping import MappingKey

_CRM = "hubspot-emea"
_DEAL = RecordKey(_CRM, "opportunity", "123456789012345")
_ENTRIES = {
    MappingKey(_CRM, "stage", "default/appointmentscheduled"): "prospect",
    MappingKey(_CRM, "customer", "98765432101"): "ACME CORPORATION",
    MappingKey(_CRM, "product", "default"): "SOFTWARE",
    MappingKey.rate("budget", "EUR", "USD", "2026-12"): "1.0925",
}


class _Source:
    """A CRM with one deal as people keep them, every field filled in."""

    def read(self, keys: Sequence[RecordKey]) -> Mapping[RecordKey, Reading]:
        """That deal."""
        deal = Opportunity(
            name="Acme Corporation - renewal and expansion 2027, second offer",
            amount=Money(12_345_678, "EUR"),
            stage="default/appointmentscheduled",
            probability=Decimal("0.200000"),
            close_date=date(2026, 12, 31),
            customer="98765432101",
            product="default",
            owner="1234567890",
            deal_type="existingbusiness",
        )
        return dict.fromkeys(keys, Statement(key=_DEAL, source_version="2026-11-25T20:00:00.123Z", fact=deal))


def test_a_lone_deal_takes_up_less_than_two_kilobytes() -> None:
    """Contributions, mappings used and lineage included."""
    settling, table = settling_of(_Source(), _ENTRIES)
    settling = replace(settling, code_version="0.1.0+0123456789abcdef")
    moment = datetime(2026, 11, 25, 20, 0, 0, 123000, tzinfo=UTC)
    notice = Notice(key=_DEAL, notice_id="0" * 64, kind="deal.propertyChange", occurred_at=moment, position=99)
    origin = Origin(
        notice=notice, delivery_id="12345678-1234-1234-1234-123456789012", flow="forecast_to_plan", received_at=moment
    )
    assert settling.settle({_DEAL: origin})[_DEAL].outcome is Outcome.APPLIED
    [size] = [size_of(key, item) for key, item in table.contents().items() if key[0].startswith("FACT#")]
    assert size < 2 * 1024
