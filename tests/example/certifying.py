"""Derives the certificates of the quarter's periods, and reads out of one what the page of expectations says of it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from functions.census.due import sources_of
from infra.landscape import compile_landscape
from tests.example.line import Line
from tests.example.outcome import LINES, MEASURES, OF_THE_GROUP, PLANNING, SOURCES, Amounts, Difference, Waiting, Where
from tieout.certifying.deriving import Asked, derive
from tieout.certifying.document import digest_of
from tieout.closing import Books
from tieout.ledger.certificates import CertificateLedger, Evidence

Certificate = Mapping[str, Any]
_WHO_ASKS = "controller"


def certificate(line: Line, books: Books) -> Certificate:
    """What the certificate of a company's period says now."""
    line.clock.advance(1)
    evidence = Evidence(
        found_at=line.clock.now(),
        by=_WHO_ASKS,
        parked=dict.fromkeys(line.queues, 0),
        code_version="example",
        landscape=digest_of(compile_landscape(line.landscape).encode()),
        listed={each.connection.name: each.entities for each in sources_of(line.landscape)},
    )
    CertificateLedger(line.table).keep_evidence(books.legal_entity, books.period, evidence)
    asked = Asked(legal_entity=books.legal_entity, period=books.period, as_of=line.clock.now(), evidence=evidence.name)
    return derive(line.table, line.landscape, asked)


def lines_of(found: Certificate) -> Amounts:
    """What it says that every line comes to: what the systems say, and what planning was given and was read to hold more."""
    sums = Counter[Where]()
    company, period = found["legal_entity"], found["period"]
    legs = {leg["reconciliation"]: leg["sums"] for leg in found["legs"]}
    for line, (comparison, side) in LINES.items():
        for row in legs[comparison]:
            sides = {SOURCES: row[side]} | ({} if side == "right" else {PLANNING: row["right"]})
            for name, said in sides.items():
                for reported, amount in enumerate((said["transaction"], said["reporting"])):
                    sums[Where(company, period, row["currency"], line, name, bool(reported))] += Decimal(amount)  # type: ignore[assignment]
    for cell in found["planning"]["differences"]:
        line, reported = MEASURES[cell["measure"].removesuffix(OF_THE_GROUP)], cell["measure"].endswith(OF_THE_GROUP)
        currency = dict(cell["members"])["Currency"]
        more = Decimal(cell["held"]) - Decimal(cell["wanted"])
        sums[Where(company, period, currency, line, PLANNING, reported)] += more  # type: ignore[assignment]
    return {where: Decimal(amount) for where, amount in sums.items() if amount}


def differences_of(found: Certificate, documents: Mapping[str, str]) -> list[Difference]:
    """What it says that does not tie out in its period, and of records of no period; see `outcome.Difference`."""
    told = []
    for leg in found["legs"]:
        period = "" if leg["across_periods"] else found["period"]
        named = [(each, period, "off") for each in leg["breaks"]]
        named += [(each, "", "elsewhere") for each in leg["of_no_period"]]
        told += [
            Difference(
                leg["reconciliation"],
                _called([*each["right"], *each["left"]][0], documents),
                found["legal_entity"],
                period,
                off["currency"],
                each["kind"],
                each["state"],
                Decimal(off["transaction"]),
                Decimal(off["reporting"]),
            )
            for each, period, where in named
            for off in each[where]
        ]
    return sorted(told)


def waiting_of(found: Certificate, documents: Mapping[str, str]) -> list[Waiting]:
    """What it says that came too late for its books, and waits."""
    return sorted(
        Waiting(
            _called(row["record"], documents),
            found["legal_entity"],
            found["period"],
            amount["measure"],
            Decimal(amount["amount"]),
        )
        for row in found["late"]
        for amount in row["amounts"]
    )


def in_the_way(found: Certificate) -> list[str]:
    """What keeps it from being signed, or has to be signed for, without the names that only the ledger knows."""
    verdict = found["verdict"]
    said = itertools.chain(verdict["obstacles"], verdict["exceptions"])
    return sorted(re.sub(r": tieout .*| in [0-9a-f]{8}", "", each) for each in said)


def _called(record: str, documents: Mapping[str, str]) -> str:
    name = record.rpartition("#")[2]
    return documents.get(name, name.rpartition(":")[2])
