"""What only a NetSuite connection knows, with a default for everything."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of one NetSuite account.

    Attributes:
        account_id: the account as NetSuite shows it (`1234567_SB1`), for people: the address stands in the connection.
        scope: the OAuth 2.0 scope of the integration record; `rest_webservices` covers SuiteQL and record reads.
        max_concurrency: how many calls one reader makes at once. NetSuite counts REST, RESTlets and SOAP of every
            integration of the account together, from 5 upwards.
        max_skew_seconds: how far `X-Timestamp` may lie before or after our clock.
        allow_static_token: also accept the bare secret in `Authorization`, for scripts that cannot sign.
        accounting_book: the internal id of the one book that is read (1 is the primary book); empty in an account
            without multi-book accounting, where the column does not exist.
        group_subsidiary: the internal id of the subsidiary to which consolidated rates are read; empty: no group amounts.
        intercompany_journals: False for an account without subsidiaries (OneWorld): the intercompany journals' record types
            do not exist there, so that asking for one can never confirm that a journal was deleted.
        cash_accounts: numbers of further accounts that count as cash, beside those of type Bank and Undeposited Funds.
    """

    account_id: str = ""
    scope: str = "rest_webservices"
    max_concurrency: int = 2
    max_skew_seconds: int = 300
    allow_static_token: bool = False
    accounting_book: str = "1"
    group_subsidiary: str = "1"
    intercompany_journals: bool = True
    cash_accounts: list[str] = field(default_factory=list)
