"""What only a NetSuite connection knows, with a default for everything."""

from __future__ import annotations

from collections.abc import Sequence

from tieout.arriving.freshness import check_max_skew
from tieout.declared import Declared

DIMENSIONS = ("department", "class", "location")


class Options(Declared):
    """The options of one NetSuite account.

    Attributes:
        account_id: the account as NetSuite shows it (`1234567_SB1`), for people: the address stands in the connection.
        scope: the OAuth 2.0 scope of the integration record; `rest_webservices` covers SuiteQL and record reads.
        max_concurrency: how many calls one reader makes at once. NetSuite counts REST, RESTlets and SOAP of every
            integration of the account together, from 5 upwards.
        max_skew_seconds: how far `X-Timestamp` may lie before or after our clock; an hour at most, since whoever sees a
            delivery can repeat it for as long.
        allow_static_token: also accept the bare secret in `Authorization`, for scripts that cannot sign.
        accounting_book: the internal id of the one book that is read (1 is the primary book); empty in an account
            without multi-book accounting, where the column does not exist.
        group_subsidiary: the internal id of the subsidiary to which consolidated rates are read; empty: no group amounts.
        intercompany_journals: False where the account has none: then the role needs no permission for them, and NetSuite is
            not asked whether a journal that is gone lives on as one.
        cash_accounts: numbers of further accounts that count as cash, beside those of type Bank and Undeposited Funds.
        dimensions: which of department, class and location are read of a line. An account with one of the features switched off
            lacks its column, and refuses every query that names it.
        partners: False in an account without subsidiaries, which lacks the columns that say which of them a line is with.
    """

    account_id: str = ""
    scope: str = "rest_webservices"
    max_concurrency: int = 2
    max_skew_seconds: int = 300
    allow_static_token: bool = False
    accounting_book: str = "1"
    group_subsidiary: str = "1"
    intercompany_journals: bool = True
    cash_accounts: Sequence[str] = ()
    dimensions: Sequence[str] = DIMENSIONS
    partners: bool = True

    def __post_init__(self) -> None:
        """Refuse what would read nothing or protect nothing: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        for name in ("accounting_book", "group_subsidiary"):
            internal_id = getattr(self, name)
            if internal_id and not (internal_id.isascii() and internal_id.isdigit() and internal_id[0] != "0"):
                raise ValueError(f"{name} is no internal id")
        if not set(self.dimensions) <= set(DIMENSIONS):
            raise ValueError(f"dimensions are among {', '.join(DIMENSIONS)}")
        check_max_skew(self.max_skew_seconds)
        if self.max_concurrency < 1:
            raise ValueError("max_concurrency is below 1")
