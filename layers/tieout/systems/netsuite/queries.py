"""The three SuiteQL queries that read posted ledger lines; their only inputs are internal ids made of digits."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tieout.errors import UnreadableRecordError

_ID = re.compile("[1-9][0-9]{0,17}", re.ASCII)

# Free text never leaves the database: the memo is compared there, so that a control character in it spoils no answer.
_HEADERS = """
SELECT t.id AS id, t.type AS type, t.tranid AS tranid, TO_CHAR(t.trandate, 'YYYY-MM-DD') AS trandate,
 t.posting AS posting, t.voided AS voided,
 CASE WHEN UPPER(t.memo) IN ('VOID', 'VOIDED') THEN 'T' ELSE 'F' END AS memovoid,
 t.reversal AS reversal, t.entity AS entity, t.foreignpaymentamountunused AS foreignunused,
 TO_CHAR(t.lastmodifieddate, 'YYYY-MM-DD"T"HH24:MI:SS') AS lastmodified,
 c.symbol AS currency, c.currencyprecision AS currencyprecision,
 p.id AS period, p.periodname AS periodname, TO_CHAR(p.startdate, 'YYYY-MM-DD') AS periodstart,
 TO_CHAR(p.enddate, 'YYYY-MM-DD') AS periodend, p.isadjust AS isadjust
FROM transaction t
 LEFT JOIN currency c ON c.id = t.currency
 LEFT JOIN accountingperiod p ON p.id = t.postingperiod
WHERE t.id IN ({ids})
ORDER BY t.id
"""

# The account is joined from the left: one that our role may not see must cost the document, not just the line.
_LINES = """
SELECT tal.transaction AS document, tal.transactionline AS line, tl.subsidiary AS subsidiary,
 TO_CHAR(t.lastmodifieddate, 'YYYY-MM-DD"T"HH24:MI:SS') AS lastmodified,
 a.id AS accountid, a.acctnumber AS acctnumber, a.accttype AS accttype, a.generalrate AS generalrate,
 a.sspecacct AS specialaccount, fc.symbol AS functionalcurrency, fc.currencyprecision AS functionalprecision,
 tl.department AS department, tl.item AS item, tl.entity AS entity, e.type AS entitytype,
 tl.foreignamount AS foreignamount, tal.amount AS amount, tal.paymentamountunused AS unused
FROM transactionaccountingline tal
 JOIN transaction t ON t.id = tal.transaction
 JOIN transactionline tl ON tl.transaction = tal.transaction AND tl.id = tal.transactionline
 LEFT JOIN account a ON a.id = tal.account
 LEFT JOIN subsidiary s ON s.id = tl.subsidiary
 LEFT JOIN currency fc ON fc.id = s.currency
 LEFT JOIN entity e ON e.id = tl.entity
WHERE tal.posting = 'T' {book} AND tal.transaction IN ({ids})
ORDER BY tal.transaction, tal.transactionline, tal.account
"""

# A query of its own: joined to the lines, a second row of a rate would double every line it matches.
_RATES = """
SELECT r.postingperiod AS period, r.fromsubsidiary AS subsidiary, tc.symbol AS currency,
 r.currentrate AS currentrate, r.averagerate AS averagerate, r.historicalrate AS historicalrate
FROM consolidatedexchangerate r
 JOIN currency tc ON tc.id = r.tocurrency
WHERE r.tosubsidiary = {group} {book} AND r.postingperiod IN ({periods}) AND r.fromsubsidiary IN ({subsidiaries})
ORDER BY r.postingperiod, r.fromsubsidiary, r.id
"""


def headers(record_ids: Iterable[str]) -> str:
    """One row per transaction that the role may see: what it is, its period, its state."""
    return _HEADERS.format(ids=_list(record_ids))


def lines(record_ids: Iterable[str], book: str) -> str:
    """The posted lines of transactions in one accounting book, with account, dimensions and both amounts."""
    return _LINES.format(ids=_list(record_ids), book=_condition("tal.accountingbook", book))


def rates(periods: Iterable[str], subsidiaries: Iterable[str], group: str, book: str) -> str:
    """The consolidated rates of some periods, from some subsidiaries to the group's."""
    return _RATES.format(
        group=digits(group),
        book=_condition("r.accountingbook", book),
        periods=_list(periods),
        subsidiaries=_list(subsidiaries),
    )


def digits(internal_id: str) -> str:
    """The id itself, if it may stand in a query.

    Raises:
        UnreadableRecordError: for anything but digits.
    """
    if not _ID.fullmatch(internal_id):
        raise UnreadableRecordError("not a NetSuite internal id")
    return internal_id


def _list(internal_ids: Iterable[str]) -> str:
    return ", ".join(digits(each) for each in internal_ids)


def _condition(column: str, book: str) -> str:
    return f"AND {column} = {digits(book)}" if book else ""
