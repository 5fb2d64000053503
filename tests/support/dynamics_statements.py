"""What rows of Dynamics 365 Finance come to, or why they come to nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.dynamics_answers import KEY, OPTIONS, as_json, entry, invoice_lines
from tieout import strict_json
from tieout.errors import UnreadableRecordError
from tieout.facts.documents import (
    PostedDocument,
)
from tieout.facts.statement import Statement
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.translate import statement

Rows = Sequence[Mapping[str, Any]]


def stated(headers: Rows | None = None, lines: Rows | None = None, documents: Rows = (), **options: Any) -> Statement:  # noqa: ANN401
    """What rows come to, after they went through JSON."""
    header_rows = headers if headers is not None else [entry()]
    shown = {"headers": header_rows, "lines": invoice_lines() if lines is None else lines, "documents": documents}
    read = strict_json.parse(as_json(shown))
    return statement(KEY, read["headers"], read["lines"], read["documents"], Options(**{**OPTIONS, **options}))


def fact(
    headers: Rows | None = None,
    lines: Rows | None = None,
    documents: Rows = (),
    **options: Any,  # noqa: ANN401 as above
) -> PostedDocument:
    """The document that rows come to."""
    found = stated(headers, lines, documents, **options).fact
    assert isinstance(found, PostedDocument)
    return found


def reason(headers: Rows | None = None, lines: Rows | None = None, **options: Any) -> str:  # noqa: ANN401
    """Why rows come to nothing."""
    with pytest.raises(UnreadableRecordError) as caught:
        stated(headers, lines, **options)
    return caught.value.reason
