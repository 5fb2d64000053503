"""The families of facts there are, and what follows from their declarations: kinds by name, and mapping tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tieout.facts import commitment, contract, documents, master_data, opportunity, sales, subscription
from tieout.facts.family import Fact, Family, HistoricFact, Line, Lookup
from tieout.facts.statement import ABSENCE_VERSION, Statement, fact_kind

FAMILIES: tuple[Family[Any], ...] = (
    opportunity.FAMILY,
    contract.FAMILY,
    subscription.FAMILY,
    documents.FAMILY,
    sales.FAMILY,
    commitment.FAMILY,
    master_data.FAMILY,
)

# Canonical name of a kind to its family.
KINDS: Mapping[str, Family[Any]] = {kind.__name__: family for family in FAMILIES for kind in family.kinds}

# Canonical name of a kind to its class, and of one that has a history.
CLASSES: Mapping[str, type[Fact]] = {kind.__name__: kind for family in FAMILIES for kind in family.kinds}
HISTORIC_KINDS: Mapping[str, type[HistoricFact]] = {
    name: kind for name, kind in CLASSES.items() if issubclass(kind, HistoricFact)
}

# The mapping tables the families look values up in, each with the members its entries may have (none: planning's own).
TABLES: Mapping[str, tuple[str, ...]] = {
    name: members for family in FAMILIES for name, members in family.tables.items()
}


def lines_of(fact: Fact, lookup: Lookup) -> Iterator[Line]:
    """The lines of a fact as its family makes them; raises what the lookup raises."""
    return KINDS[type(fact).__name__].lines(fact, lookup)


def version_of(statement: Statement) -> int:
    """The version of the schema that what is stated is written by (`contracts/facts`)."""
    return ABSENCE_VERSION if statement.fact is None else KINDS[fact_kind(statement.fact)].version
