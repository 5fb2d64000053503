"""What records of Business Central's books come to, for tests that say what they must."""

from __future__ import annotations

from tests.support.business_central_books import BooksOfCompanies
from tieout.arriving.notice import RecordKey
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import PostedDocument
from tieout.facts.statement import Statement
from tieout.landscape import Option


def stated(books: BooksOfCompanies, key: RecordKey, **options: Option) -> Statement:
    """What a record is."""
    reading = books.reader(**options).read([key])[key]
    assert isinstance(reading, Statement), reading
    return reading


def document(books: BooksOfCompanies, key: RecordKey, **options: Option) -> PostedDocument:
    """The document a record is."""
    fact = stated(books, key, **options).fact
    assert isinstance(fact, PostedDocument)
    return fact


def functional(fact: PostedDocument) -> list[tuple[str, str]]:
    """Account and amount of each line, in the company's own currency."""
    return [(line.account, str(line.functional)) for line in fact.lines]


def transaction(fact: PostedDocument) -> list[str]:
    """The amount of each line in the currency of the document."""
    return [str(line.transaction) for line in fact.lines]


def problem(books: BooksOfCompanies, key: RecordKey, **options: Option) -> str:
    """Why no statement can be made of a record."""
    reading = books.reader(**options).read([key])[key]
    assert isinstance(reading, UnreadableRecordError), reading
    return reading.reason
