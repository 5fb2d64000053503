"""The SuiteQL that reads customers, items, accounts and departments; its inputs are internal ids and columns of the options."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tieout.systems.netsuite.master_types import MASTER_TYPES
from tieout.systems.netsuite.options import Options
from tieout.systems.netsuite.queries import id_list

_MASTERS = """
SELECT r.id AS id, TO_CHAR(r.lastmodifieddate, 'YYYY-MM-DD"T"HH24:MI:SS') AS lastmodified,
 r.isinactive AS isinactive, r.parent AS parent{columns}
FROM {table} r{joined}
WHERE r.id IN ({ids})
ORDER BY r.id
"""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "customer": ("companyname",),
    "product": ("itemid", "displayname"),
    "gl_account": ("acctnumber", "fullname", "accttype"),
    "cost_centre": ("name",),
}
# What an account may lack of a customer: what is selected, and what is joined for it. A customer of several subsidiaries is
# shared by them, and belongs to none.
_OF_CUSTOMERS: Mapping[str, tuple[str, str]] = {
    "country": (", a.country AS country", "\n LEFT JOIN entityaddress a ON a.nkey = r.defaultbillingaddress"),
    "currency": (", c.symbol AS currency", "\n LEFT JOIN currency c ON c.id = r.currency"),
    "subsidiary": (
        """,
 (SELECT CASE WHEN COUNT(*) = 1 THEN MIN(s.subsidiary) END
  FROM customersubsidiaryrelationship s WHERE s.entity = r.id) AS subsidiary""",
        "",
    ),
}
_PARENT = (", p.acctnumber AS parentnumber", "\n LEFT JOIN account p ON p.id = r.parent")


def masters(entity: str, record_ids: Iterable[str], options: Options) -> str:
    """One row per record of an entity that the role may see, with the external ids that its options name."""
    columns = "".join(f", r.{each} AS {each}" for each in _columns(entity, options))
    more = [_OF_CUSTOMERS[each] for each in options.customer_columns] if entity == "customer" else []
    more += [_PARENT] if entity == "gl_account" else []
    return _MASTERS.format(
        table=MASTER_TYPES[entity].table,
        columns=columns + "".join(selected for selected, _ in more),
        joined="".join(joined for _, joined in more),
        ids=id_list(record_ids),
    )


def _columns(entity: str, options: Options) -> Collection[str]:
    """Those of the record itself, each once: two external ids may stand in one column."""
    stated = {"customer": options.customer_ids, "product": options.product_ids}.get(entity, {})
    return dict.fromkeys((*_COLUMNS[entity], *(each for each in stated.values() if each not in {"id", "parent"})))
