"""Makes SQL over the organisation's tables of a query in SOQL, and refuses what the caller may not ask."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sandbox.systems.salesforce.ids import expand
from sandbox.systems.salesforce.schema import IDS, NUMBERS, Field, ObjectType, Schema
from sandbox.systems.salesforce.soql import Comparison, Condition, Order, Query, SoqlError, Token
from sandbox.systems.salesforce.values import Stored, moment_text

_REFER = "Please reference your WSDL or the describe call for the appropriate names."
_LITERAL_OF = {"date": "date", "datetime": "datetime", "boolean": "name"} | dict.fromkeys(NUMBERS, "number")
_UNSEEN = "NOT IN (SELECT value FROM json_each(?))"

Part = tuple[str, list[Stored]]  # a piece of SQL and the values of its parameters, in order


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the statement; `link` says how it hangs on the one before."""

    alias: str
    object_type: ObjectType
    link: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """A field of the statement, at the end of a path of relationships."""

    field: Field
    path: tuple[str, ...]
    sql: str


class Statement:
    """One query as SQL.

    Args:
        query: as it was read.
        schema: what the caller may see.
        hidden: ids of records that he may not.
        deleted: whether he asks for what is in the recycle bin too.

    Attributes:
        tables: by path; the queried object's has an empty one. Each gives its id first in a row, in this order.
        columns: what follows in a row; none for a query that counts.
    """

    def __init__(self, query: Query, schema: Schema, *, hidden: tuple[str, ...], deleted: bool) -> None:
        self._query = query
        self._schema = schema
        self._hidden = json.dumps(hidden)
        self._deleted = deleted
        self.tables: dict[tuple[str, ...], Table] = {(): Table("t0", self._root())}
        self.columns = self._columns()

    def sql(self) -> tuple[str, tuple[Stored, ...]]:
        """The statement and the values of its parameters."""
        where, values = self._where()
        order = ", ".join(self._ordering(each) for each in self._query.order)
        end = f" ORDER BY {order}" if order else ""
        ids = [f'{table.alias}."Id"' for table in self.tables.values()]
        shown = ", ".join([*ids, *(each.sql for each in self.columns)])
        first, *others = self.tables.values()
        joins = "".join(
            f' LEFT JOIN "{each.object_type.name}" {each.alias} ON {each.link} AND {each.alias}."Id" {_UNSEEN}'
            for each in others
        )
        limit = -1 if self._query.limit is None else self._query.limit
        rows = f'SELECT {shown} FROM "{first.object_type.name}" t0{joins} WHERE {where}{end} LIMIT ? OFFSET ?'  # noqa: S608 names of the schema
        values = [*[self._hidden] * len(others), *values, limit, self._query.offset]
        if not self._query.fields:
            rows = f"SELECT COUNT(*) FROM ({rows})"  # noqa: S608 the statement above
        return rows, tuple(values)

    def _root(self) -> ObjectType:
        token = self._query.object
        found = self._schema.visible(token.text)
        if found is None:
            hint = "If you are attempting to use a custom object, be sure to append the '__c' after the entity name."
            raise SoqlError(
                "INVALID_TYPE", f"sObject type '{token.text}' is not supported. {hint} {_REFER}", token.start
            )
        return found

    def _where(self) -> Part:
        parts: list[Part] = [(f't0."Id" {_UNSEEN}', [self._hidden])]
        if self._query.where is not None:
            parts.append(self._condition(self._query.where))
        if "IsDeleted" in self.tables[()].object_type.fields and not self._deleted:
            parts.append(('t0."IsDeleted" = 0', []))
        return _joined(" AND ", parts)

    def _columns(self) -> list[Column]:
        columns: list[Column] = []
        for token in self._query.fields:
            column = self._column(token)
            if column in columns:
                raise SoqlError("INVALID_FIELD", f"duplicate field selected: {token.text}", token.start)
            columns.append(column)
        return columns

    def _column(self, token: Token) -> Column:
        *path, name = token.text.split(".")
        if path and path[0].lower() == self.tables[()].object_type.name.lower():
            del path[0]
        reached: tuple[str, ...] = ()
        for part in path:
            reached = self._step(reached, part, token)
        table = self.tables[reached]
        field = _named(table.object_type, name)
        if field is None:
            hint = (
                "If you are attempting to use a custom field, be sure to append the '__c' after the custom field name."
            )
            message = f"No such column '{name}' on entity '{table.object_type.name}'. {hint} {_REFER}"
            raise SoqlError("INVALID_FIELD", message, token.start)
        sql = f'{table.alias}."{field.name}"'
        return Column(field, reached, f"CAST({sql} AS REAL)" if field.kind in NUMBERS else sql)

    def _step(self, reached: tuple[str, ...], part: str, token: Token) -> tuple[str, ...]:
        """One relationship further; a new table of the statement where the path was not gone before."""
        table = self.tables[reached]
        fields = table.object_type.fields.values()
        field = next((each for each in fields if each.relationship and each.relationship.lower() == part.lower()), None)
        parent = self._schema.visible(field.refers_to) if field is not None else None
        if field is None or parent is None:
            hint = (
                "If you are attempting to use a custom relationship, be sure to append the '__r' after the custom "
                "relationship name."
            )
            message = f"Didn't understand relationship '{part}' in field path. {hint} {_REFER}"
            raise SoqlError("INVALID_FIELD", message, token.start)
        path = (*reached, field.relationship)
        if path not in self.tables:
            alias = f"t{len(self.tables)}"
            self.tables[path] = Table(alias, parent, f'{alias}."Id" = {table.alias}."{field.name}"')
        return path

    def _condition(self, condition: Condition) -> Part:
        if isinstance(condition, Comparison):
            return self._comparison(condition)
        parts = [self._condition(each) for each in condition.parts]
        if condition.word == "NOT":
            return f"NOT ({parts[0][0]})", parts[0][1]
        return _joined(f" {condition.word} ", parts)

    def _comparison(self, comparison: Comparison) -> Part:
        column = self._column(comparison.field)
        values = [_value(column.field, each) for each in comparison.values]
        operator = {"=": "IS", "!=": "IS NOT"}.get(comparison.operator, comparison.operator)
        if operator in {"IN", "NOT IN"}:
            marks = ", ".join("?" * len(values))
            # What is empty is not among the values, for SOQL, and unknown for SQL.
            empty = f" OR {column.sql} IS NULL" if operator == "NOT IN" else ""
            return f"({column.sql} {operator} ({marks}){empty})", values
        return f"{column.sql} {operator} ?", values

    def _ordering(self, order: Order) -> str:
        direction = "DESC" if order.descending else "ASC"
        return f"{self._column(order.field).sql} {direction} NULLS {'LAST' if order.nulls_last else 'FIRST'}"


def _joined(word: str, parts: list[Part]) -> Part:
    return f"({word.join(sql for sql, _ in parts)})", [value for _, values in parts for value in values]


def _named(object_type: ObjectType, name: str) -> Field | None:
    return next((field for field in object_type.fields.values() if field.name.lower() == name.lower()), None)


def _value(field: Field, token: Token) -> Stored:
    """A literal as the field's values are stored."""
    if token.says("NULL"):
        return None
    if token.kind != _LITERAL_OF.get(field.kind, "text"):
        expected = {"datetime": "dateTime"}.get(field.kind, field.kind)
        quoted = " and should not be enclosed in quotes" if token.kind == "text" else ""
        message = f"value of filter criterion for field '{field.name}' must be of type {expected}{quoted}"
        raise SoqlError("INVALID_FIELD", message, token.start)
    if field.kind in IDS:
        try:
            return expand(token.text)
        except ValueError as error:
            raise SoqlError("INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {token.text}", token.start) from error
    if field.kind == "boolean":
        return int(token.says("TRUE"))
    if field.kind == "datetime":
        return moment_text(datetime.fromisoformat(token.text))
    return float(token.text) if field.kind in NUMBERS else token.text  # type: ignore[return-value]  # compared with a REAL
