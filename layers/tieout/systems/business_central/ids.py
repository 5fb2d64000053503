"""How records of several companies are named: the company first, then what names the record within it."""

from __future__ import annotations

import re
from typing import NamedTuple

from tieout.arriving.notice import LISTING
from tieout.errors import MalformedError, UnreadableRecordError

_GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_RECORD = re.compile(f"(?P<company>{_GUID})/(?P<id>{_GUID})", re.ASCII)
# A number has twenty characters at most, each of which may be written as nine.
_DOCUMENT = re.compile(
    rf"(?P<company>{_GUID})/(?P<posted_on>C?[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})/(?P<bought>purchase-)?(?P<kind>[a-z_]{{1,40}})/(?P<number>[!-.0-~]{{1,180}})",
    re.ASCII,
)
_BOUGHT = "purchase-"  # no type of document has a hyphen
_UNSAFE = re.compile("[^A-Za-z0-9._~-]", re.ASCII)
_QUOTED = re.compile(b"%([0-9A-F]{2})")
_PLACE = re.compile(
    rf"\*(?:(?P<company>{_GUID})/(?P<since>[0-9T:.-]+Z)?/(?P<after>[0-9]{{1,18}})?)?",
    re.ASCII,
)


def guid_of(value: object, name: str) -> str:
    """An id in lower case.

    Raises:
        MalformedError: `<name>_missing` or `<name>_malformed`.
    """
    if value is None:
        raise MalformedError(f"{name}_missing")
    text = value.strip().lower() if isinstance(value, str) else ""
    if not re.fullmatch(_GUID, text, re.ASCII):
        raise MalformedError(f"{name}_malformed")
    return text


def _quoted(text: str) -> str:
    """The text in percent-encoding; by hand, since what translates may not import `urllib`."""
    return _UNSAFE.sub(lambda found: "".join(f"%{each:02X}" for each in found[0].encode()), text)


def _unquoted(text: str) -> str:
    raw = _QUOTED.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnreadableRecordError("not an id of a document of Business Central's") from None


class Record(NamedTuple):
    """A record of the API: its company's id and its own."""

    company: str
    id: str

    @classmethod
    def parse(cls, record_id: str) -> Record:
        """The record that `text` named; raises `UnreadableRecordError` for anything else."""
        match = _RECORD.fullmatch(record_id)
        if match is None:
            raise UnreadableRecordError("not an id of a record of Business Central's")
        return cls(**match.groupdict())

    def text(self) -> str:
        """The record id."""
        return f"{self.company}/{self.id}"


class Document(NamedTuple):
    """A document in a company's books: all general ledger entries of one number, type and posting date.

    Where some of them are with customers and others with suppliers, these are a document of their own.

    Attributes:
        posted_on: ISO 8601; with `C` before it where the entries say that it is a closing date.
        kind: the document type in lower case with underscores (`credit_memo`), `none` where the entries have none.
        is_bought: whether it is what is with suppliers of entries of which others are with customers.
    """

    company: str
    posted_on: str
    kind: str
    number: str
    is_bought: bool = False

    @classmethod
    def parse(cls, record_id: str) -> Document:
        """The document that `text` named; raises `UnreadableRecordError` for anything else."""
        match = _DOCUMENT.fullmatch(record_id)
        if match is None:
            raise UnreadableRecordError("not an id of a document of Business Central's")
        return cls(
            match["company"], match["posted_on"], match["kind"], _unquoted(match["number"]), bool(match["bought"])
        )

    def text(self) -> str:
        """The record id; the number, in which anything may stand, is percent-encoded."""
        side = _BOUGHT if self.is_bought else ""
        return f"{self.company}/{self.posted_on}/{side}{self.kind}/{_quoted(self.number)}"

    def beside(self) -> Document:
        """The document that is with suppliers where this one is with customers."""
        return self._replace(is_bought=True)


class Place(NamedTuple):
    """Where a listing of a company's documents goes on: the record ids that begin with `*`.

    Attributes:
        company: empty: all companies of the connection.
        since: a moment from which on they changed; empty: from the beginning.
        after: behind the entry of this number; empty: from the first.
    """

    company: str = ""
    since: str = ""
    after: str = ""

    @classmethod
    def parse(cls, record_id: str) -> Place:
        """The place that `text` named; raises `UnreadableRecordError` for anything else."""
        match = _PLACE.fullmatch(record_id)
        if match is None:
            raise UnreadableRecordError("not a place in a listing of Business Central's documents")
        return cls(match["company"] or "", match["since"] or "", match["after"] or "")

    def text(self) -> str:
        """The record id that asks for it."""
        return f"{LISTING}{self.company}/{self.since}/{self.after}" if self.company else LISTING
