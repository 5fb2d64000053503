"""What a module's line items are, and which of them cells cannot be written to: pure, beside one listing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

LINE_ITEM_MISSING = "line_item_missing: the module shows our role no line item of this name"
CALCULATED = "line_item_calculated: it has a formula, so it is never written to"
SUMMARY = "line_item_summary: it only sums others up, so it is never written to"
NO_NUMBER = "line_item_no_number: its format is not a number"
_EVERYWHERE = frozenset({"", "all versions"})  # a formula of other scope leaves versions that are written to
_LINE_ITEMS, _VERSIONS = "line items", "version"
_SYNONYMS = {"versions": _VERSIONS, "line item": _LINE_ITEMS}  # what lists call them, and what cell writes call them


def plain_name(dimension: str) -> str:
    """A dimension's name for comparing: upper and lower case alike, and one word for what Anaplan gives two."""
    folded = dimension.casefold()
    return _SYNONYMS.get(folded, folded)


def why_not_written(line_item: Mapping[str, Any]) -> str:
    """Why no cell of a line item can be written, by its blueprint; empty where nothing speaks against it.

    What a blueprint does not say counts as nothing: Anaplan refuses those cells itself.
    """
    if line_item.get("isSummary") is True:
        return SUMMARY
    scope = line_item.get("formulaScope")
    if line_item.get("formula") and (not isinstance(scope, str) or scope.casefold() in _EVERYWHERE):
        return CALCULATED
    if _kind(line_item) not in {"", "NUMBER"}:
        return NO_NUMBER
    return ""


def decimal_places(line_item: Mapping[str, Any]) -> int | None:
    """How many decimal places a line item shows and is read back with; None where it shows all there are, or does not say."""
    details = line_item.get("formatMetadata")
    places = details.get("decimalPlaces") if isinstance(details, dict) else None
    return places if isinstance(places, int) and not isinstance(places, bool) and places >= 0 else None


def differing(has: Collection[str], wanted: Collection[str]) -> tuple[list[str], list[str]]:
    """Of the dimensions that are wanted those a line item lacks, and those it has that are not wanted."""
    held, asked = {plain_name(name) for name in has}, {plain_name(name) for name in wanted}
    return (
        [name for name in wanted if plain_name(name) not in held],
        [name for name in has if plain_name(name) not in asked],
    )


def _kind(line_item: Mapping[str, Any]) -> str:
    details = line_item.get("formatMetadata")
    kind = details.get("dataType") if isinstance(details, dict) else line_item.get("format")
    return kind if isinstance(kind, str) else ""
