"""A certificate as a workbook that reconciles by formulas: every total is the sum of rows that stand in it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from ops.certificate_files import CertificateFile
from tieout.moments import parse_moment
from tieout.money import minor_exponent

Row = Mapping[str, Any]
type Cell = str | int | Decimal | Formula
AGREES, DIFFERS = "agrees", "DIFFERS"
_LONGEST_TEXT, _MORE = 32_767, "..."  # characters of a cell; a longer text would not be written at all


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a cell, and what it comes to: for programs that show a workbook without calculating it."""

    text: str
    value: Decimal | str


@dataclass
class Sheet:
    """A table with a heading, and what its columns are called in formulas.

    Attributes:
        columns: in their order.
        rows: as they stand below the heading.
    """

    name: str
    columns: tuple[str, ...]
    rows: list[Sequence[Cell]] = field(default_factory=list)

    def column(self, name: str) -> str:
        """All values of a column, as formulas name them."""
        letter = xl_col_to_name(self.columns.index(name))
        return f"{self.name}!${letter}$2:${letter}${max(len(self.rows), 1) + 1}"

    def sum_where(self, summed: str, wanted: Mapping[str, str]) -> str:
        """The sum of a column over the rows of which other columns are as the cells that are named say."""
        pairs = "".join(f",{self.column(name)},{cell}" for name, cell in wanted.items())
        return f"SUMIFS({self.column(summed)}{pairs})"


def workbook_of(made: CertificateFile) -> bytes:
    """The workbook of a certificate; the same bytes for the same certificate."""
    kept = io.BytesIO()
    book = xlsxwriter.Workbook(kept, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"created": parse_moment(made.content["as_of"]).replace(tzinfo=None)})
    book.set_calc_mode("auto")
    looks = _Looks(book)
    for sheet in sheets_of(made):
        _write(book, looks, sheet)
    book.close()
    return kept.getvalue()


def sheets_of(made: CertificateFile) -> list[Sheet]:
    """The sheets of a certificate, in their order."""
    content = made.content
    breaks, contributions = _breaks(content), _contributions(content)
    cells = _cells(content, contributions)
    totals = _totals(content, cells)
    return [_about(made), _bridge(content, breaks), breaks, totals, cells, contributions, _mappings(content)]


def _about(made: CertificateFile) -> Sheet:
    content = made.content
    told = {
        "Company": content["legal_entity"],
        "Period": content["period"],
        "From": content["days"][0],
        "To": content["days"][1],
        "As of": content["as_of"],
        "Reporting currency": content["reporting_currency"],
        "Ties out": "yes" if content["verdict"]["ties_out"] else "no",
        "Signed with": made.key_id or "nobody has signed it: it is a draft",
        "Digest": made.digest,
        "Asked for by": content["evidence"]["by"],
        "Signed for": (content["verdict"]["signed_for"] or {}).get("reason", ""),
        "Code version": content["evidence"]["code_version"],
        "Landscape": content["evidence"]["landscape"],
    }
    said = [*content["verdict"]["obstacles"], *content["verdict"]["exceptions"]]
    return Sheet("About", ("What", "Says"), [*told.items(), *(("Not as it should be", each) for each in said)])


def _bridge(content: Row, breaks: Sheet) -> Sheet:
    """Left - right - breaks = 0, of each leg and currency, in the transaction's currency and in the reporting one."""
    names = (
        "Reconciliation",
        "Left",
        "Right",
        "Currency",
        "Of",
        "Left comes to",
        "Breaks",
        "Right comes to",
        "Rest",
        "Check",
    )
    sheet = Sheet("Bridge", names)
    for leg in content["legs"]:
        for sums in leg["sums"]:
            for of, summed in (("transaction", "Transaction"), ("reporting", "Reporting")):
                at = len(sheet.rows) + 2
                off = breaks.sum_where(summed, {"Reconciliation": f"A{at}", "Currency": f"D{at}"})
                left, between, right = (Decimal(sums[side][of]) for side in ("left", "off", "right"))
                currency = sums["currency"] if of == "transaction" else content["reporting_currency"]
                sheet.rows.append(
                    [
                        *(leg["reconciliation"], leg["left"], leg["right"], sums["currency"], currency),
                        left,
                        Formula(off, between),
                        right,
                        *_rest(at, "F{0}-G{0}-H{0}", "I", currency, left - between - right),
                    ]
                )
    return sheet


def _breaks(content: Row) -> Sheet:
    names = ("Reconciliation", "Break", "Kind", "Currency", "Transaction", "Reporting", "Records", "Apart", "State")
    sheet = Sheet("Breaks", (*names, "Reason", "Explained by", "Accepted by", "Waits for"))
    for leg in content["legs"]:
        for each in leg["breaks"]:
            for off in each["off"]:
                sheet.rows.append(
                    [
                        *(leg["reconciliation"], each["break"], each["kind"], off["currency"]),
                        *(Decimal(off["transaction"]), Decimal(off["reporting"])),
                        *(" ".join((*each["left"], *each["right"])), " / ".join(off["apart"]), each["state"]),
                        *(each["reason"], each["explained_by"], each["accepted_by"], " ".join(each["waits_for"])),
                    ]
                )
    return sheet


def _totals(content: Row, cells: Sheet) -> Sheet:
    """What the cells of a measure come to, as certified and as added up here."""
    sheet = Sheet("Totals", ("Target", "Cube", "Measure", "Currency", "Certified", "Cells", "Rest", "Check"))
    for each in content["totals"]:
        at = len(sheet.rows) + 2
        wanted = {name: f"{letter}{at}" for name, letter in zip(sheet.columns[:4], "ABCD", strict=True)}
        total, added = Decimal(each["total"]), _added(cells, each)
        sheet.rows.append(
            [
                *(each["target"], each["cube"], each["measure"], each["currency"], total),
                Formula(cells.sum_where("Certified", wanted), added),
                *_rest(at, "E{0}-F{0}", "G", each["currency"], total - added),
            ]
        )
    return sheet


def _cells(content: Row, contributions: Sheet) -> Sheet:
    """Each cell as certified, and as what facts contribute to it adds up here."""
    names = (
        "Intersection",
        "Target",
        "Cube",
        "Measure",
        "Currency",
        "Members",
        "Certified",
        "Contributions",
        "Rest",
        "Check",
    )
    sheet = Sheet("Cells", names)
    for place in content["cells"]:
        members = " / ".join(member for _, member in place["members"])
        for cell in place["cells"]:
            at = len(sheet.rows) + 2
            formula = contributions.sum_where("Amount", {"Intersection": f"A{at}", "Measure": f"D{at}"})
            total, added = Decimal(cell["total"]), _contributed(place, cell["measure"])
            sheet.rows.append(
                [
                    *(
                        place["intersection"],
                        place["target"],
                        place["cube"],
                        cell["measure"],
                        cell["currency"],
                        members,
                    ),
                    total,
                    Formula(formula, added),
                    *_rest(at, "G{0}-H{0}", "I", cell["currency"], total - added),
                ]
            )
    return sheet


def _contributions(content: Row) -> Sheet:
    names = ("Intersection", "Measure", "Currency", "Amount", "Rate", "Record", "Source version", "Notice", "Delivery")
    sheet = Sheet("Contributions", (*names, "Recorded at", "Payload"))
    for place in content["cells"]:
        for each in place["contributions"]:
            for share in each["shares"]:
                sheet.rows.append(
                    [
                        *(place["intersection"], share["measure"], share["currency"], Decimal(share["amount"])),
                        *(share["rate"], each["record"], each["source_version"], each["notice"], each["delivery"]),
                        *(each["recorded_at"], each["payload"]),
                    ]
                )
    return sheet


def _mappings(content: Row) -> Sheet:
    stored = ("stored", "origin", "stored_by", "stored_at", "approved_by")
    names = ("table", "connection", "key", "member", "facts", *stored)
    titles = tuple(each.replace("_", " ").capitalize() for each in names)
    return Sheet("Mappings", titles, [[each[name] for name in names] for each in content["mappings"]])


def _contributed(place: Row, measure: str) -> Decimal:
    shares = (share for each in place["contributions"] for share in each["shares"] if share["measure"] == measure)
    return sum((Decimal(each["amount"]) for each in shares), Decimal(0))


def _added(cells: Sheet, total: Row) -> Decimal:
    wanted = [total[name] for name in ("target", "cube", "measure", "currency")]
    found = (row[6] for row in cells.rows if list(row[1:5]) == wanted)
    return sum((each for each in found if isinstance(each, Decimal)), Decimal(0))


def _rest(at: int, difference: str, letter: str, currency: str, rest: Decimal) -> tuple[Formula, Formula]:
    """What is left of a difference, to the currency's minor unit, and whether that is nothing."""
    rounded = Formula(f"ROUND({difference.format(at)},{minor_exponent(currency)})", rest)
    return rounded, Formula(f'IF({letter}{at}=0,"{AGREES}","{DIFFERS}")', DIFFERS if rest else AGREES)


class _Looks:
    """How cells look."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E9EDF2"})
        self.plain = book.add_format({"valign": "top"})
        self._book = book
        self._amounts: dict[int, Any] = {}

    def amount(self, amount: Decimal) -> Any:  # noqa: ANN401 the library has no types
        """With as many decimals as the amount has, and its thousands apart."""
        places = -int(amount.as_tuple().exponent)
        if places not in self._amounts:
            form = "#,##0" + ("." + "0" * places if places > 0 else "")
            self._amounts[places] = self._book.add_format({"num_format": f"{form};[Red]-{form}", "valign": "top"})
        return self._amounts[places]


def _write(book: xlsxwriter.Workbook, looks: _Looks, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    for column, (title, width) in enumerate(zip(sheet.columns, _widths(sheet), strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, title, looks.heading)
    for number, row in enumerate(sheet.rows, 1):
        for column, value in enumerate(row):
            _write_cell(page, looks, number, column, value)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def _write_cell(page: Any, looks: _Looks, number: int, column: int, value: Cell) -> None:  # noqa: ANN401 the library has no types
    if isinstance(value, Formula):
        looked = looks.amount(value.value) if isinstance(value.value, Decimal) else looks.plain
        page.write_formula(number, column, f"={value.text}", looked, value.value)
    elif isinstance(value, Decimal):
        page.write_number(number, column, value, looks.amount(value))
    elif isinstance(value, int):
        page.write_number(number, column, value, looks.plain)
    else:
        said = value if len(value) <= _LONGEST_TEXT else f"{value[: _LONGEST_TEXT - len(_MORE)]}{_MORE}"
        page.write_string(number, column, said, looks.plain)


def _widths(sheet: Sheet) -> Iterator[int]:
    for column, title in enumerate(sheet.columns):
        yield min(max(_longest(row[column] for row in sheet.rows), len(title)) + 2, 60)


def _longest(values: Iterable[Cell]) -> int:
    return max((16 if isinstance(each, Formula) else len(str(each)) for each in values), default=0)
