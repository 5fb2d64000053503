"""What a role that sees documents and not their subsidiaries or periods leaves unknown is refused, and never made up."""

from __future__ import annotations

import pytest

from tests.support.netsuite_rows import INVOICE, header, stated
from tieout.errors import UnreadableRecordError
from tieout.facts.statement import Absence


def test_the_currency_of_a_hidden_subsidiary_is_never_made_up() -> None:
    """The connection's own currency is that of an account without subsidiaries alone."""
    hidden = [{name: value for name, value in row.items() if name != "functionalcurrency"} for row in INVOICE]
    with pytest.raises(UnreadableRecordError, match="subsidiary whose currency"):
        stated(header(), hidden)


def test_what_is_posted_to_a_hidden_period_is_not_taken_out_of_the_books() -> None:
    """Whatever is posted has a period; what has neither period nor lines is not in the books that are read."""
    hidden = dict.fromkeys(("period", "periodname", "periodstart", "periodend", "isadjust"))
    with pytest.raises(UnreadableRecordError, match="no period that our role may see"):
        stated(header(**hidden), INVOICE)
    assert stated(header(**hidden), []).absence is Absence.NOT_POSTED
