"""How S/4HANA's records are named: without the zeros it fills its numbers up with, and in the ledger's words."""

from __future__ import annotations

import re

from tieout.arriving.notice import RecordKey

_NUMBER_LENGTH = 10
_KEY_PART = re.compile("[0-9A-Za-z_-]{1,40}", re.ASCII)
_COMPANY = re.compile("[0-9A-Za-z]{1,4}", re.ASCII)
_YEAR = re.compile("[0-9]{4}", re.ASCII)


def bare(number: str) -> str:
    """A number without leading zeros: it comes with them or without, and is the same one; other texts stay as they are."""
    return number.lstrip("0") if number.isascii() and number.isdigit() else number


def spellings(number: str) -> tuple[str, ...]:
    """The ways in which a number may be written where it is asked for: bare, and filled up to SAP's ten places."""
    return tuple(dict.fromkeys((number, number.zfill(_NUMBER_LENGTH)))) if number.isdigit() else (number,)


def is_sound(key: RecordKey) -> bool:
    """Whether the record id of a sales document or a journal entry can stand in a query."""
    return (
        journal_parts(key.record_id) is not None if key.entity == "journal_entry" else is_document_number(key.record_id)
    )


def is_document_number(text: str) -> bool:
    """Whether it can name a document, once bare: ten letters and digits at most."""
    return len(text) <= _NUMBER_LENGTH and is_key_part(text)


def is_key_part(text: str) -> bool:
    """Whether it can be part of a record's id: nothing that has to be quoted, neither in a query nor by operators."""
    return _KEY_PART.fullmatch(text) is not None


def journal_id(company: str, fiscal_year: str, document: str) -> str:
    """The record id of a journal entry, whose number is unique in its company and fiscal year alone."""
    return f"{company}/{fiscal_year}/{bare(document)}"


def journal_parts(record_id: str) -> tuple[str, str, str] | None:
    """Company code, fiscal year and bare number in the record id of a journal entry; None where it is none."""
    parts = record_id.split("/")
    if len(parts) != 3 or not is_document_number(parts[2]):  # noqa: PLR2004 company, year, number
        return None
    company, fiscal_year, document = parts
    is_sound = _COMPANY.fullmatch(company) and _YEAR.fullmatch(fiscal_year)
    return (company, fiscal_year, document) if is_sound else None
