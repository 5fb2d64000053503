"""A certificate as a page and as a workbook: the same numbers, which add up where somebody looks at them."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest

from ops.certificate_files import CertificateFile, unsigned
from ops.certificate_page import amount_text, page_of, waterfalls
from ops.certificate_workbook import workbook_of
from tests.support.certified_period import ERP, March, invoice
from tieout.certifying.document import canonical
from tieout.planning.mapping import MappingKey

ODD = '=1+1 <b>ACME</b> & "Co"'
HREF, ID = re.compile(r'href="#([^"]+)"'), re.compile(r' id="([^"]+)"')


@cache
def made() -> CertificateFile:
    """A month with a credit, a customer of an odd name, and a break that somebody answers for."""
    month = March()
    month.map()
    month.map({MappingKey(ERP, "customer", "12"): ODD})
    month.record(invoice("1", 10_000), invoice("2", 333), invoice("4", 1_234_567, customer="12"))
    month.record(invoice("5", -20_000), invoice("9", 5_000, customer="8"))
    month.deliver()
    month.compare()
    month.accept()
    month.close()
    month.gather()
    return unsigned(month.derived())


class Evaluated:
    """A workbook whose formulas are worked out from its cells alone, by nothing that wrote it."""

    def __init__(self, read: bytes) -> None:
        self.book = openpyxl.load_workbook(io.BytesIO(read))

    def value(self, sheet: str, cell: str) -> Any:  # noqa: ANN401 whatever a cell has
        """What a cell comes to."""
        stated = self.book[sheet][cell].value
        return self._formula(sheet, stated[1:]) if isinstance(stated, str) and stated.startswith("=") else stated

    def column(self, sheet: str, title: str) -> list[Any]:
        """What all cells below a heading come to."""
        page = self.book[sheet]
        [letter] = [cell.column_letter for cell in page[1] if cell.value == title]
        return [self.value(sheet, f"{letter}{row}") for row in range(2, page.max_row + 1)]

    def _formula(self, sheet: str, text: str) -> Any:  # noqa: ANN401 a number or a text
        if match := re.fullmatch(r"SUMIFS\((.+)\)", text):
            summed, *pairs = match[1].split(",")
            rows = [Decimal(str(each or 0)) for each in self._range(summed)]
            wanted = [
                (self._range(column), self.value(sheet, cell))
                for column, cell in zip(pairs[::2], pairs[1::2], strict=True)
            ]
            return sum(
                (row for at, row in enumerate(rows) if all(column[at] == value for column, value in wanted)), Decimal(0)
            )
        if match := re.fullmatch(r"ROUND\((\w+(?:-\w+)+),(\d)\)", text):
            first, *others = (Decimal(str(self.value(sheet, each))) for each in match[1].split("-"))
            return round(first - sum(others), int(match[2]))
        match = re.fullmatch(r'IF\((\w+)=0,"(\w+)","(\w+)"\)', text)
        assert match is not None, text
        return match[2] if self.value(sheet, match[1]) == 0 else match[3]

    def _range(self, said: str) -> list[Any]:
        sheet, _, cells = said.partition("!")
        return [row[0].value for row in self.book[sheet][cells.replace("$", "")]] if ":" in cells else []


def test_every_total_of_the_workbook_is_the_sum_of_its_rows_and_what_is_certified() -> None:
    """Cell by cell, measure by measure, leg by leg."""
    content, book = made().content, Evaluated(workbook_of(made()))
    cells = [(place, cell) for place in content["cells"] for cell in place["cells"]]
    assert book.column("Cells", "Contributions") == [Decimal(cell["total"]) for _, cell in cells]
    assert book.column("Totals", "Cells") == [Decimal(each["total"]) for each in content["totals"]]
    sums = [(each, of) for leg in content["legs"] for each in leg["sums"] for of in ("transaction", "reporting")]
    assert book.column("Bridge", "Breaks") == [Decimal(each["off"][of]) for each, of in sums]
    assert {name: set(book.column(name, "Check")) for name in ("Bridge", "Totals", "Cells")} == {
        name: {"agrees"} for name in ("Bridge", "Totals", "Cells")
    }
    assert set(book.column("Bridge", "Rest")) == {Decimal(0)}
    assert len(book.column("Contributions", "Amount")) == 2 * content["extent"]["contributions"]
    assert len(book.column("Mappings", "Key")) == len(content["mappings"])


def test_what_is_shown_without_calculating_is_what_the_formulas_come_to() -> None:
    """Some programs show the values that were kept beside the formulas."""
    read = workbook_of(made())
    kept, book = openpyxl.load_workbook(io.BytesIO(read), data_only=True), Evaluated(read)
    for page in book.book:
        for row in page.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    worked_out = book.value(page.title, cell.coordinate)
                    shown = kept[page.title][cell.coordinate].value
                    assert shown == worked_out or Decimal(str(shown)) == worked_out


@pytest.mark.parametrize(
    ("sheet", "cell", "tells"),
    [("Contributions", "D2", "Cells"), ("Cells", "G2", "Totals"), ("Breaks", "E2", "Bridge")],
)
def test_a_number_that_somebody_alters_does_not_agree_any_more(sheet: str, cell: str, tells: str) -> None:
    """The sums are formulas over the rows, not numbers that stand there."""
    book = Evaluated(workbook_of(made()))
    book.book[sheet][cell].value += 1
    assert "DIFFERS" in book.column(tells, "Check")


def test_a_name_is_never_a_formula() -> None:
    """Whatever a source calls its customers."""
    book = Evaluated(workbook_of(made())).book
    [said] = [row[0] for row in book["Mappings"].iter_rows(min_col=4, max_col=4) if row[0].value == ODD]
    assert said.data_type == "s"


def test_more_records_than_a_cell_can_name_are_named_as_far_as_it_can() -> None:
    """A spreadsheet's cell ends at 32,767 characters; a break of a thousand bills of one order has more to say."""
    content = json.loads(canonical(made().content))
    [broken] = [each for leg in content["legs"] for each in leg["breaks"]][:1]
    broken["left"] = [f"erp#invoice#{number:030}" for number in range(1_000)]
    said = Evaluated(workbook_of(unsigned(content))).column("Breaks", "Records")[0]
    assert (len(said), said.startswith(broken["left"][0]), said.endswith("...")) == (32_767, True, True)


@pytest.mark.parametrize("write", [page_of, workbook_of], ids=lambda each: each.__name__)
def test_one_certificate_is_the_same_file(write: Callable[[CertificateFile], bytes]) -> None:
    """Whenever it is written."""
    assert write(made()) == write(made())


class Tags(HTMLParser):
    """The tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag, and take what it links to."""
        self.tags[tag] += 1
        self.links |= {str(value) for name, value in attrs if name in {"href", "src", "action", "srcset", "data"}}


def test_the_page_asks_nobody_and_runs_nothing() -> None:
    """No script, no picture, no font, no link but to itself; and what a source calls things is text."""
    text = page_of(made()).decode()
    page = Tags(text)
    assert page.tags.keys() & {"script", "img", "link", "iframe", "object", "form"} == set()
    assert all(each.startswith("#") for each in page.links)
    assert "url(" not in text
    assert "@import" not in text
    assert page.tags["b"] == text.count("<b>")
    assert "<b>ACME" not in text
    assert "&lt;b&gt;ACME&lt;/b&gt; &amp;" in text


def test_the_page_drills_from_the_bridge_to_the_delivery() -> None:
    """Every stage, break, cell and contribution, and each link leads to one place."""
    text, content = page_of(made()).decode(), made().content
    ids = ID.findall(text)
    assert len(ids) == len(set(ids))
    assert set(HREF.findall(text)) <= set(ids)
    shown = [each["total"] for each in content["totals"]]
    shown += [
        share["amount"] for place in content["cells"] for each in place["contributions"] for share in each["shares"]
    ]
    shown += [
        sums[side]["transaction"] for leg in content["legs"] for sums in leg["sums"] for side in ("left", "right")
    ]
    assert [each for each in shown if amount_text(each) not in text] == []
    for place in content["cells"]:
        for each in place["contributions"]:
            assert each["notice"] in text
            assert each["delivery"] in text
    [broken] = [each for leg in content["legs"] for each in leg["breaks"]]
    assert all(said in text for said in (broken["break"][:8], broken["reason"], "explained by ana", "accepted by ben"))
    assert "nobody has signed it" in text


def test_bars_of_a_chain_stand_where_the_amounts_do() -> None:
    """Each begins where the one before ended; none reaches beyond the page."""
    [chain] = [each for each in made().content["chains"] if each["currencies"]]
    [(currency, steps)] = waterfalls(chain)
    assert (currency, [each["name"] for each in steps]) == ("GBP", ["ledger postings", "held", "planning"])
    widths = [(Decimal(each["begins"]), Decimal(each["begins"]) + Decimal(each["wide"])) for each in steps]
    assert widths[0] == (Decimal(0), Decimal(100))
    assert widths[1][1] == 100
    assert abs(widths[1][0] - widths[2][1]) <= Decimal("0.01")


def test_amounts_are_written_for_people() -> None:
    """Thousands apart, as many decimals as the currency has, a dash where there is none."""
    assert [amount_text(each) for each in ("1234567.80", "-5", None, "0.00")] == [
        "1,234,567.80",
        "\N{MINUS SIGN}5",
        "\N{EN DASH}",
        "0.00",
    ]
