"""Rows of one record -> the posted document or the customer they are (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from tieout.errors import UnreadableRecordError
from tieout.facts.documents import FAMILY, AccountClass, LedgerLine, PostedDocument
from tieout.facts.master_data import Customer
from tieout.systems.legacy_files.options import Feed
from tieout.systems.legacy_files.rows import FieldFlawError, Row, RowReader
from tieout.systems.legacy_files.values import posting_period

DOCUMENTS = {kind.__name__: kind for kind in FAMILY.kinds}


class FileSays(NamedTuple):
    """What the file says of all its rows: empty where it does not."""

    company: str
    period: str


def fact_of(
    feed: Feed, reader: RowReader, says: FileSays, texts: Sequence[Sequence[str]], before: Sequence[Sequence[str]] = ()
) -> PostedDocument | Customer:
    """The fact that the rows of a record are. Raises `UnreadableRecordError` where they are none."""
    try:
        rows, earlier = [reader.read(each) for each in texts], [reader.read(each) for each in before]
    except FieldFlawError as flaw:
        raise UnreadableRecordError(f"{flaw.column}: not {flaw.expected}") from flaw
    return document_of(feed, says, rows, earlier) if feed.has_amounts else _customer(rows[0], says)


def document_of(feed: Feed, says: FileSays, rows: Sequence[Row], earlier: Sequence[Row]) -> PostedDocument:
    """The document that rows are, each one of its lines, less the balances it had the period before.

    Raises:
        UnreadableRecordError: an account is of no declared class, or the rows are of several periods.
    """
    period = _period_of(rows, says)
    first = (rows or earlier)[0]
    lines = [_line(feed, row, says, place) for place, row in enumerate(rows, 1)]
    lines += [_taken_off(_line(feed, row, says, place)) for place, row in enumerate(earlier, 1)]
    return DOCUMENTS[feed.fact](
        number=first.text("document"),
        document_date=first.document_date,
        posting_period=posting_period(period, months=feed.months) if period else None,
        reverses=first.text("reverses") or None,
        lines=tuple(lines),
        closing=_is_closing(feed, first.text("document"), period),
    )


def _is_closing(feed: Feed, number: str, period: str) -> bool:
    """Whether a document only closes a year, by how its number begins, or by the period it is posted to."""
    is_numbered = number.startswith(tuple(feed.closing_numbers))
    return is_numbered or (bool(period) and int(period.rpartition("-")[2]) in feed.closing_periods)


def _customer(row: Row, says: FileSays) -> Customer:
    return Customer(
        number=row.text("customer"),
        name=row.text("name") or None,
        country=row.text("country") or None,
        currency=row.text("currency") or None,
        legal_entity=row.text("company") or says.company or None,
    )


def _period_of(rows: Sequence[Row], says: FileSays) -> str:
    periods = {row.period or says.period for row in rows} or {says.period}
    if len(periods) != 1:
        raise UnreadableRecordError("its rows are of several periods")
    return next(iter(periods))


def _taken_off(line: LedgerLine) -> LedgerLine:
    return replace(
        line,
        line_id=f"{line.line_id} before",
        transaction=-line.transaction,
        functional=-line.functional,
        group=-line.group if line.group is not None else None,
    )


def _line(feed: Feed, row: Row, says: FileSays, place: int) -> LedgerLine:
    account = row.text("account") or feed.account
    of_class = _longest(feed.account_classes, account)
    if of_class is None:
        raise UnreadableRecordError("an account is of no declared class")
    amounts = row.amounts
    return LedgerLine(
        line_id=row.text("line") or str(place),
        account=account,
        account_class=AccountClass(of_class),
        account_role=_longest(feed.account_roles, account),
        transaction=amounts.transaction,
        functional=amounts.local or amounts.transaction,
        legal_entity=row.text("company") or says.company or None,
        group=amounts.group,
        group_rate=f"file:{feed.name}" if amounts.group is not None else None,
        posting_date=row.posting_date,
        customer=row.text("customer") or None,
        supplier=row.text("supplier") or None,
        cost_centre=row.text("cost_centre") or None,
        profit_centre=row.text("profit_centre") or None,
        segment=row.text("segment") or None,
        location=row.text("location") or None,
        partner=row.text("partner") or None,
        product=row.text("product") or None,
    )


def _longest[Text: str](declared: Mapping[str, Text], account: str) -> Text | None:
    """What is declared of the longest beginning an account has; None where nothing is."""
    fitting = [beginning for beginning in declared if account.startswith(beginning)]
    return declared[max(fitting, key=len)] if fitting else None
