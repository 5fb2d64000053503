"""What a role that sees documents and not their subsidiaries leaves unknown is refused, and never made up."""

from __future__ import annotations

import pytest

from tests.support.netsuite_rows import INVOICE, header, stated
from tieout.errors import UnreadableRecordError


def test_the_currency_of_a_hidden_subsidiary_is_never_made_up() -> None:
    """The connection's own currency is that of an account without subsidiaries alone."""
    hidden = [{name: value for name, value in row.items() if name != "functionalcurrency"} for row in INVOICE]
    with pytest.raises(UnreadableRecordError, match="subsidiary whose currency"):
        stated(header(), hidden)
