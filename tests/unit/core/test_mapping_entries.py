"""Mapping entries: what the line could not use is refused before it is stored."""

from __future__ import annotations

import pytest

from tieout.errors import MalformedError
from tieout.facts.opportunity import STAGES, Status
from tieout.planning.mapping import MappingKey, check_entry
from tieout.planning.resolving import MissingEntryError


@pytest.mark.parametrize(
    ("table", "key", "member"),
    [
        ("customer", "5001", "ACME"),
        ("stage", "default/closedwon", "won"),
        ("rate", "average:EUR>USD@2026-03", "1.0842"),
        ("rate", "average:EUR>USD@FY2026-P13", "1.0842"),
        ("rate", "closing:EUR>USD@2026-03", "1.0842"),
        ("rate", "historical:EUR>USD@2026-03", "1.0842"),
        ("rate", "budget:EUR>USD@2026-03", "1.0842"),
        ("rate", "spot:EUR>USD@2026-03-31", "1.0842"),
        ("rate", "spot:EUR>USD@2026-03", "1.0842"),
        ("period", "214", "2026-03"),
        ("period", "214", "FY2026-P03"),
    ],
)
def test_a_usable_entry_is_taken(table: str, key: str, member: str) -> None:
    """Members, canonical stages, positive rates and periods are what tables hold."""
    check_entry(MappingKey("anywhere", table, key), member)


@pytest.mark.parametrize(
    ("table", "key", "member", "reason"),
    [
        ("colour", "1", "RED", "mapping_table_unknown"),
        ("customer", "5001", "", "mapping_empty_or_padded"),
        ("customer", "", "ACME", "mapping_empty_or_padded"),
        ("customer", "5001", " ACME", "mapping_empty_or_padded"),
        ("stage", "default/x", "sold", "mapping_stage_not_canonical"),
        ("rate", "average:EURUSD@2026-03", "1.1", "mapping_rate_key"),
        ("rate", "average:EUR>usd@2026-03", "1.1", "mapping_rate_key"),
        ("rate", "average:eur>USD@2026-03", "1.1", "mapping_rate_key"),
        ("rate", "average:EUR>USD>GBP@2026-03", "1.1", "mapping_rate_key"),
        ("rate", "EUR>USD@2026-03", "1.1", "mapping_rate_key"),
        ("rate", "mean:EUR>USD@2026-03", "1.1", "mapping_rate_type_unknown"),
        ("rate", ":EUR>USD@2026-03", "1.1", "mapping_rate_type_unknown"),
        ("rate", "average:EUR>USD@2026-03-31", "1.1", "period_neither_month_nor_fiscal"),
        ("rate", "spot:EUR>USD@2026-02-30", "1.1", "period_neither_month_nor_fiscal"),
        ("rate", "spot:EUR>USD@20260331", "1.1", "period_neither_month_nor_fiscal"),
        ("rate", "average:EUR>USD", "1.1", "period_neither_month_nor_fiscal"),
        ("rate", "average:EUR>USD@2026-03", "0", "mapping_rate_not_positive"),
        ("rate", "average:EUR>USD@2026-03", "-1", "mapping_rate_not_positive"),
        ("rate", "average:EUR>USD@2026-03", "one", "amount_not_a_number"),
        ("rate", "average:EUR>USD@FY2026", "1.1", "period_neither_month_nor_fiscal"),
        ("period", "214", "FY2026-P3", "period_neither_month_nor_fiscal"),
        ("period", "214", "March", "period_neither_month_nor_fiscal"),
    ],
)
def test_an_unusable_entry_is_named(table: str, key: str, member: str, reason: str) -> None:
    """The operator is told what is wrong, by a code that is the same every time."""
    with pytest.raises(MalformedError, match=f"^{reason}$"):
        check_entry(MappingKey("anywhere", table, key), member)


@pytest.mark.parametrize("key", ["5001", "a#b", "#", "a#b#c"])
def test_the_text_of_an_entry_is_read_back(key: str) -> None:
    """A source may use any sign in its values; connections and tables are named by us."""
    entry = MappingKey("hubspot-emea", "customer", key)
    assert MappingKey.of_text(str(entry)) == entry
    assert str(MissingEntryError(entry)) == str(entry)


def test_every_canonical_stage_is_open_won_or_lost() -> None:
    """Planning knows what to do with each of them."""
    assert set(STAGES.values()) == set(Status)
