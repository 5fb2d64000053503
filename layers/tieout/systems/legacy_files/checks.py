"""Checks a file whole: each of its rows, its ends, its counts and totals, and what its name says of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from tieout.files import Cause, Flaws, KeptRow, Stated
from tieout.money import EXACT
from tieout.systems.legacy_files.layouts import UNUSED, Layout
from tieout.systems.legacy_files.lines import Fields, place_of
from tieout.systems.legacy_files.options import Feed
from tieout.systems.legacy_files.rows import FieldFlawError, Row, RowReader, record_id_of
from tieout.systems.legacy_files.values import has_days, month_text, months_beside

_ZERO = Decimal(0)
_WHOLE = re.compile("[0-9]{1,40}")
_MOST = {"batch": 19, "rerun": 10, "count": 19}  # digits: the version of every record is made of the first two


class Checks:
    """What has been seen of one file; its fields are handed in, in order, and then it is asked what the file is.

    Args:
        feed: how it is laid out.
        said: what its name says of it, by part.
        currency: of amounts beside which none stands.
        flaws: where what is wrong is told.
    """

    def __init__(self, feed: Feed, said: Mapping[str, str], currency: str, flaws: Flaws) -> None:
        self._feed, self._flaws = feed, flaws
        self._reader = RowReader(feed, currency)
        self._used = [place for place, name in enumerate(feed.detail.columns) if name != UNUSED]
        self._stated: dict[str, str] = {}
        self._totals: dict[str, Decimal] = {}
        self._lines: dict[str, int] = {}
        self._rows, self._debit, self._credit = 0, _ZERO, _ZERO
        self._balances: dict[tuple[str, str], Decimal] = {}
        self._before_said: dict[str, dict[str, tuple[int, str]]] = {"company": {}, "period": {}}
        self._period_column = "period" if "period" in feed.detail.columns else "posting_date"
        self._without_period: tuple[int, str] | None = None
        for part, text in said.items():
            self._state(part, text, 0, "the file's name")

    def end(self, fields: Fields) -> None:
        """Take a header or a trailer."""
        which = "header" if fields.layout is self._feed.header else "trailer"
        self._check_order(which, fields.line)
        for column, raw in zip(fields.layout.columns, fields.texts, strict=True):
            if column != UNUSED:
                place = f"{which} {place_of(fields.layout, column)}"
                if column in {"debit", "credit", "total"}:
                    self._take_total(column, raw, fields.line, place)
                else:
                    self._state(column, raw, fields.line, place)

    def row(self, fields: Fields) -> KeptRow | None:
        """Take a row that counts, and say how it is kept; None where it cannot be."""
        self._check_order("detail", fields.line)
        self._rows += 1
        try:
            row = self._reader.read(fields.texts)
            record_id = record_id_of(self._feed, row, self._stated)
        except FieldFlawError as flaw:
            self._tell(flaw, fields.line, fields.layout)
            return None
        self._add_up(row)
        self._compare(row, fields)
        amounts = row.amounts
        balanced = amounts.local or amounts.transaction
        return KeptRow(
            record_id=record_id,
            line=fields.line,
            line_id=row.text("line"),
            balance=balanced.currency if self._feed.balanced == "document" else "",
            amount=balanced.decimal(),
            texts=tuple(fields.texts[place].strip() for place in self._used),
        )

    def finish(self) -> Stated | None:
        """What the file is; None where something is wrong with it."""
        for name in ("header", "trailer"):
            if getattr(self._feed, name) is not None and name not in self._lines:
                cause = Cause.CUT_OFF if name == "trailer" else Cause.CONTENT
                self._flaws.add(0, name, f"one {name}", "none", cause)
        if not self._rows and "count" not in self._stated:
            self._flaws.add(0, "rows", "a row, or a count that says that there is none", "no row")
        self._check_totals()
        self._check_balances()
        self._check_rows()
        if "batch" not in self._stated:
            self._flaws.add(0, "batch", "the number of the batch", "none")
        if len(self._flaws):
            return None
        return Stated(
            batch=int(self._stated["batch"]),
            rerun=int(self._stated.get("rerun", "0")),
            scope=self._scope(self._stated.get("period", "")),
            company=self._stated.get("company", ""),
            period=self._stated.get("period", ""),
            rows=self._rows,
            debit=self._debit,
            credit=self._credit,
            **self._beside(),
        )

    def _scope(self, period: str) -> str:
        if self._feed.replaces == "period":
            return f"period/{self._stated.get('company', '')}/{period}"
        if self._feed.replaces == "feed":
            return "feed"
        return f"batch/{int(self._stated['batch']):020d}"

    def _beside(self) -> dict[str, str]:
        """The scopes of the periods before and behind it in its year, where its amounts are for the year to date."""
        if not self._feed.is_to_date:
            return {}
        year, number = (int(each) for each in self._stated["period"].split("-"))
        before, behind = months_beside((year, number), self._feed.year_begins_in)
        return {"before": self._scope(month_text(before)) if before else "", "after": self._scope(month_text(behind))}

    def _check_order(self, which: str, line: int) -> None:
        first, again = not self._lines, which in self._lines and which != "detail"
        if again:
            self._flaws.add(line, which, f"one {which}", f"another after that of line {self._lines[which]}")
        elif which == "header" and not first:
            self._flaws.add(line, which, "the header in the first line", "behind other lines")
        elif "trailer" in self._lines:
            self._flaws.add(line, which, "nothing behind the trailer", which)
        self._lines.setdefault(which, line)

    def _state(self, part: str, raw: str, line: int, place: str) -> None:
        """Take what the name, header or trailer says of the file, which all that say it must say alike."""
        try:
            text = self._said(part, raw.strip())
        except FieldFlawError as flaw:
            self._flaws.add(line, place, flaw.expected, flaw.found)
            return
        before = self._stated.setdefault(part, text)
        if before != text:
            self._flaws.add(line, place, f"{part} {before!r}, as said before", text)

    def _said(self, part: str, text: str) -> str:
        if part in _MOST:
            if _WHOLE.fullmatch(text) is None or len(text.lstrip("0")) > _MOST[part]:
                raise FieldFlawError(part, "a whole number", text)
            return str(int(text))
        if part == "period":
            style = "YYYYMM" if self._feed.periods == "number" else self._feed.periods
            return self._reader.month(part, text, style)
        return text

    def _take_total(self, column: str, raw: str, line: int, place: str) -> None:
        try:
            self._totals[column] = self._reader.plain_amount(column, raw)
        except FieldFlawError as flaw:
            self._flaws.add(line, place, flaw.expected, flaw.found)

    def _tell(self, flaw: FieldFlawError, line: int, layout: Layout) -> None:
        known = flaw.column in layout.columns
        self._flaws.add(line, place_of(layout, flaw.column) if known else flaw.column, flaw.expected, flaw.found)

    def _add_up(self, row: Row) -> None:
        self._debit = EXACT.add(self._debit, row.amounts.debit)
        self._credit = EXACT.add(self._credit, row.amounts.credit)
        if self._feed.balanced in {"company", "file"}:
            balanced = row.amounts.local or row.amounts.transaction
            company = row.text("company") if self._feed.balanced == "company" else ""
            key = (company, balanced.currency)
            self._balances[key] = EXACT.add(self._balances.get(key, _ZERO), balanced.decimal())

    def _compare(self, row: Row, fields: Fields) -> None:
        if row.text("company"):
            self._hold("company", row.text("company"), fields, "company")
        period = row.period or (f"{row.posting_date:%Y-%m}" if row.posting_date else "")
        if period and self._feed.one_period:
            self._hold("period", period, fields, self._period_column)
        elif not period and "period" not in self._stated and self._feed.has_amounts:
            self._without_period = self._without_period or (fields.line, self._period_column)

    def _hold(self, part: str, found: str, fields: Fields, column: str) -> None:
        """Hold a row to what is said of the whole file, and its period to that of the first: that may be said behind them."""
        earlier = self._before_said[part]
        stated = self._stated.get(part) or (next(iter(earlier), "") if part == "period" else "")
        if found in earlier or (stated and not self._contradicts(part, stated, found)):
            return
        where = (fields.line, place_of(fields.layout, column))
        if stated:
            self._flaws.add(*where, f"{stated!r}, the {part} of the file", found)
        else:
            earlier[found] = where

    def _contradicts(self, part: str, stated: str, found: str) -> bool:
        """Whether a row says something else than its file. Its day says nothing of a period that has no days of its own."""
        is_day = part == "period" and self._period_column == "posting_date"
        return found != stated and (not is_day or has_days(stated, months=self._feed.months))

    def _check_totals(self) -> None:
        line = 0
        if "count" in self._stated and int(self._stated["count"]) != self._rows:
            self._flaws.add(line, "count", f"{self._stated['count']} rows, as stated", f"{self._rows}")
        credit = self._credit if self._feed.credit_total == "positive" else -self._credit
        found = {"debit": self._debit, "credit": credit, "total": EXACT.subtract(self._debit, self._credit)}
        for column, stated in self._totals.items():
            if stated != found[column]:
                self._flaws.add(line, f"{column} total", f"{stated}, as stated", f"{found[column]}, added up")

    def _check_balances(self) -> None:
        for (company, currency), balance in sorted(self._balances.items()):
            if balance:
                whose = f"of {company} " if company else ""
                self._flaws.add(0, "balance", f"debits equal to credits {whose}in {currency}", f"{balance} more debits")

    def _check_rows(self) -> None:
        """Hold the rows to what was said behind them; let their one period be the file's, where nothing else states it."""
        if self._period_column == "period" or self._feed.months:
            for period in self._before_said["period"]:
                self._stated.setdefault("period", period)
        if self._without_period is not None and "period" not in self._stated:
            self._flaws.add(*self._without_period, "what says which period the amount is of", "")
        if self._feed.year_begins_in > 1 and not has_days(self._stated.get("period", "01"), months=True):
            self._flaws.add(0, "period", "a calendar month", self._stated["period"])
        for part, earlier in self._before_said.items():
            stated = self._stated.get(part, "")
            for found, where in earlier.items():
                if stated and self._contradicts(part, stated, found):
                    self._flaws.add(*where, f"{stated!r}, the {part} of the file", found)
