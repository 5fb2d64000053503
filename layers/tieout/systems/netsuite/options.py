"""What only a NetSuite connection knows, with a default for everything."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tieout.arriving.freshness import check_max_skew
from tieout.declared import Declared
from tieout.external_ids import check_external_ids
from tieout.systems.netsuite.master_types import MASTER_TYPES

DIMENSIONS = ("department", "class", "location")
CUSTOMER_COLUMNS = ("country", "currency", "subsidiary")
_COLUMN = re.compile("[a-z][a-z0-9_]{0,63}", re.ASCII)


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
        master_data: which of customers, products, accounts (`gl_account`) and cost centres are facts; of the others what is
            told is ignored.
        customer_columns: which of country, currency and subsidiary are read of a customer. An account without several currencies or
            subsidiaries lacks the columns, and refuses every query that names them.
        customer_ids: external ids of a customer, such as `erp_number`, and the column of the customer that each stands in.
        product_ids: the same of an item.
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
    master_data: Sequence[str] = ("customer", "product", "gl_account", "cost_centre")
    customer_columns: Sequence[str] = CUSTOMER_COLUMNS
    customer_ids: Mapping[str, str] = MappingProxyType({"tax_id": "vatregnumber", "domain": "url"})
    product_ids: Mapping[str, str] = MappingProxyType({"sku": "itemid"})

    def __post_init__(self) -> None:
        """Refuse what would read nothing or protect nothing: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        for name in ("accounting_book", "group_subsidiary"):
            internal_id = getattr(self, name)
            if internal_id and not (internal_id.isascii() and internal_id.isdigit() and internal_id[0] != "0"):
                raise ValueError(f"{name} is no internal id")
        self._check_words()
        check_max_skew(self.max_skew_seconds)
        if self.max_concurrency < 1:
            raise ValueError("max_concurrency is below 1")

    def _check_words(self) -> None:
        known = {"dimensions": DIMENSIONS, "customer_columns": CUSTOMER_COLUMNS, "master_data": MASTER_TYPES}
        for name, words in known.items():
            if not set(getattr(self, name)) <= set(words):
                raise ValueError(f"{name} are among {', '.join(words)}")
        for name in ("customer_ids", "product_ids"):
            check_external_ids(name, getattr(self, name), _COLUMN)
