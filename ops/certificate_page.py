"""A certificate as a page for a controller: one static file without scripts, which asks no network and prints as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ops.certificate_files import CertificateFile

Row = Mapping[str, Any]

_TEMPLATES = Path(__file__).parent / "templates"
_WIDE = Decimal(100)  # percent
_NONE, _MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


def page_of(made: CertificateFile) -> bytes:
    """The page of a certificate: everything it says, from the bridge down to the delivery a number came in."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"amount": amount_text, "moment": moment_said, "anchor": anchor, "negative": _is_negative}
    content = made.content
    text = environment.get_template("certificate.html.jinja").render(
        c=content,
        made=made,
        chains=[each for each in content["chains"] if each["currencies"]],
        empty_chains=[each for each in content["chains"] if not each["currencies"]],
        waterfalls=waterfalls,
        cubes=list(_cubes(content)),
        known={each["record"] for each in content["facts"]},
        broken=[leg for leg in content["legs"] if leg["breaks"] or leg["of_no_period"]],
    )
    return text.encode()


def amount_text(amount: str | None) -> str:
    """An amount with its thousands apart; a dash where there is none."""
    return _NONE if amount is None else f"{Decimal(amount):,}".replace("-", _MINUS)


def moment_said(moment: str) -> str:
    """A UTC moment to the second, for people."""
    return f"{moment[:10]} {moment[11:19]} UTC" if moment else _NONE


def anchor(record: str) -> str:
    """What a record is called within the page."""
    return "r-" + record.encode().hex()


def waterfalls(chain: Row) -> Iterator[tuple[str, list[Row]]]:
    """Of each currency the steps of a chain, each with where its bar begins and how wide it is, in percent."""
    for each in chain["currencies"]:
        yield each["currency"], list(_bars(each["steps"]))


def _bars(steps: Iterable[Row]) -> Iterator[Row]:
    rows, reached = [], Decimal(0)
    for step in steps:
        minor = Decimal(step["transaction"])
        begins = Decimal(0) if step["step"] == "stage" else reached
        reached = begins + minor
        rows.append((step, min(begins, reached), max(begins, reached)))
    low, high = min(each[1] for each in rows), max(each[2] for each in rows)
    scale = _WIDE / (high - low) if high > low else Decimal(0)
    for step, begins, ends in rows:
        yield {**step, "begins": _percent((begins - low) * scale), "wide": _percent((ends - begins) * scale)}


def _percent(value: Decimal) -> str:
    return str(value.quantize(Decimal("0.01")))


def _cubes(content: Row) -> Iterator[Row]:
    """Each cube of each target with what its measures come to, and its places."""
    seen: set[str] = set()
    for target, cube in sorted({(each["target"], each["cube"]) for each in content["cells"]}):
        is_here = {"target": target, "cube": cube}.items()
        yield {
            "target": target,
            "cube": cube,
            "totals": [each for each in content["totals"] if is_here <= each.items()],
            "places": [
                {**each, "contributions": list(_anchored(each["contributions"], seen))}
                for each in content["cells"]
                if (each["target"], each["cube"]) == (target, cube)
            ],
        }


def _anchored(contributions: Iterable[Row], seen: set[str]) -> Iterator[Row]:
    """Contributions, of which the first of each record in the page is the one that a link to the record leads to."""
    for each in contributions:
        yield {**each, "anchor": "" if each["record"] in seen else anchor(each["record"])}
        seen.add(each["record"])


def _is_negative(amount: str | None) -> bool:
    return amount is not None and Decimal(amount) < 0
