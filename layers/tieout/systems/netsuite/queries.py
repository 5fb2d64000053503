"""The SuiteQL that reads posted ledger lines; its only inputs are internal ids made of digits."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tieout.errors import UnreadableRecordError
from tieout.systems.netsuite.options import DIMENSIONS

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
 TO_CHAR(p.enddate, 'YYYY-MM-DD') AS periodend, p.isadjust AS isadjust{represents}
FROM transaction t
 LEFT JOIN currency c ON c.id = t.currency
 LEFT JOIN accountingperiod p ON p.id = t.postingperiod{names}
WHERE t.id IN ({ids})
ORDER BY t.id
"""

# The account is joined from the left: one that our role may not see must cost the document, not just the line.
_LINES = """
SELECT tal.transaction AS document, tal.transactionline AS line, tl.subsidiary AS subsidiary,
 TO_CHAR(t.lastmodifieddate, 'YYYY-MM-DD"T"HH24:MI:SS') AS lastmodified,
 a.id AS accountid, a.acctnumber AS acctnumber, a.accttype AS accttype, a.generalrate AS generalrate,
 a.sspecacct AS specialaccount, fc.symbol AS functionalcurrency, fc.currencyprecision AS functionalprecision,
 tl.item AS item, tl.entity AS entity, e.type AS entitytype,
 tl.foreignamount AS foreignamount, tal.amount AS amount, tal.paymentamountunused AS unused{dimensions}{partner}{represents}
FROM transactionaccountingline tal
 JOIN transaction t ON t.id = tal.transaction
 JOIN transactionline tl ON tl.transaction = tal.transaction AND tl.id = tal.transactionline
 LEFT JOIN account a ON a.id = tal.account
 LEFT JOIN subsidiary s ON s.id = tl.subsidiary
 LEFT JOIN currency fc ON fc.id = s.currency
 LEFT JOIN entity e ON e.id = tl.entity{names}
WHERE tal.posting = 'T' {book} AND tal.transaction IN ({ids})
ORDER BY tal.transaction, tal.transactionline, tal.account
"""

_DIMENSIONS = {
    "department": ", tl.department AS department",
    "class": ", tl.class AS segment",
    "location": ", tl.location AS location",
}
_PARTNER = """,
 tl.eliminate AS eliminate, a.eliminate AS accounteliminate, tl.duetofromsubsidiary AS duetofrom"""
# A customer or vendor that stands for a subsidiary. One entity may be both, under the same id, and then stands for the same one.
_REPRESENTS = ", COALESCE(nc.representingsubsidiary, nv.representingsubsidiary) AS represents"
_NAMES = """
 LEFT JOIN customer nc ON nc.id = {row}.entity
 LEFT JOIN vendor nv ON nv.id = {row}.entity"""

# A query of its own: joined to the lines, a second row of a rate would double every line it matches.
_RATES = """
SELECT r.postingperiod AS period, r.fromsubsidiary AS subsidiary, tc.symbol AS currency,
 r.currentrate AS currentrate, r.averagerate AS averagerate, r.historicalrate AS historicalrate
FROM consolidatedexchangerate r
 JOIN currency tc ON tc.id = r.tocurrency
WHERE r.tosubsidiary = {group} {book} AND r.postingperiod IN ({periods}) AND r.fromsubsidiary IN ({subsidiaries})
ORDER BY r.postingperiod, r.fromsubsidiary, r.id
"""


def headers(record_ids: Iterable[str], *, partners: bool = True) -> str:
    """One row per transaction that the role may see: what it is, its period, its state, and which subsidiary its name is."""
    return _HEADERS.format(ids=id_list(record_ids), **_represented("t", partners=partners))


def lines(
    record_ids: Iterable[str], book: str, dimensions: Sequence[str] = DIMENSIONS, *, partners: bool = True
) -> str:
    """The posted lines of transactions in one accounting book: account, dimensions, both amounts, whom each is with."""
    return _LINES.format(
        ids=id_list(record_ids),
        book=_condition("tal.accountingbook", book),
        dimensions="".join(_DIMENSIONS[each] for each in dimensions),
        partner=_PARTNER if partners else "",
        **_represented("tl", partners=partners),
    )


def rates(periods: Iterable[str], subsidiaries: Iterable[str], group: str, book: str) -> str:
    """The consolidated rates of some periods, from some subsidiaries to the group's."""
    return _RATES.format(
        group=digits(group),
        book=_condition("r.accountingbook", book),
        periods=id_list(periods),
        subsidiaries=id_list(subsidiaries),
    )


def digits(internal_id: str) -> str:
    """The id itself, if it may stand in a query.

    Raises:
        UnreadableRecordError: for anything but digits.
    """
    if not is_internal_id(internal_id):
        raise UnreadableRecordError("not a NetSuite internal id")
    return internal_id


def is_internal_id(text: str) -> bool:
    """Whether it has the form of an internal id."""
    return _ID.fullmatch(text) is not None


def id_list(internal_ids: Iterable[str]) -> str:
    """Ids as they stand in the brackets of `IN`; raises `UnreadableRecordError` for anything but digits."""
    return ", ".join(digits(each) for each in internal_ids)


def _represented(row: str, *, partners: bool) -> dict[str, str]:
    return {"represents": _REPRESENTS, "names": _NAMES.format(row=row)} if partners else {"represents": "", "names": ""}


def _condition(column: str, book: str) -> str:
    return f"AND {column} = {digits(book)}" if book else ""
