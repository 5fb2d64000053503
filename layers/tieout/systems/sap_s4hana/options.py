"""What an S/4HANA connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.arriving.bearer_tokens import TokenIssuer, check_issuer
from tieout.arriving.consent import check_consent
from tieout.declared import Declared

AccountWord = Literal["income", "expense", "asset", "liability", "equity"]
Family = Literal["customer", "customer_credit", "customer_payment", "supplier", "journal"]

_AT_THE_DOOR = ("issuer", "audience", "allowed_origins", "requests_per_minute")
_LEDGER = re.compile("[0-9A-Z]{2}")
_COMPANY = re.compile("[0-9A-Z]{1,4}")
_DOCUMENT_TYPE = re.compile("[0-9A-Z]{1,2}")
_ACCOUNT = re.compile(r"[0-9A-Z]{0,10}\*?")

# SAP's own chart for the cloud (YCOA), by the digit its account numbers begin with.
ACCOUNT_CLASSES: Mapping[str, AccountWord] = MappingProxyType(
    {
        "1*": "asset",
        "2*": "liability",
        "3*": "equity",
        "4*": "income",
        "5*": "expense",
        "6*": "expense",
        "70*": "income",
        "71*": "income",
        "72*": "expense",
    }
)
_NO_TYPES: Mapping[str, Family] = MappingProxyType({})


class Options(Declared):
    """The options of one S/4HANA tenant.

    Attributes:
        issuer: whose tokens its events bear, which the gateway verifies: the address at which Event Mesh fetches them says
            it in `iss`. An https URL; empty where no events are posted.
        audience: whom those tokens are for; one of these stands in `aud` or, where there is none, is the `client_id`.
        allowed_origins: who may be told that events are welcome here, by what it sends as `WebHook-Request-Origin`.
        requests_per_minute: the rate it is then allowed; 0: what the route lets through.
        authentication: `oauth`: client credentials at a token address; `basic`: a communication user with a password.
        ledger: the one ledger that is read, as SAP calls it: the leading one is `0L`.
        group_amount: which of a line's further amounts is in the group's currency: `1` or `2` (`AmountInAdditionalCurrency1`,
            `2`); empty: none is.
        calendar_year_companies: the company codes whose fiscal year is the calendar's, month by month (variant K4). Their
            periods 1 to 12 have days; any other period is where the mapping table `period` says.
        account_classes: number of an account, or how it begins with `*` behind it, to what it is; the longest that fits counts.
        cash_accounts: numbers of bank accounts, or how they begin with `*` behind it.
        document_types: document type to what it is, beside and before the usual ones: `customer` (an invoice, or a credit
            where its income is a debit), `customer_credit`, `customer_payment`, `supplier`, `journal`.
        closing_document_types: those whose documents only carry a year's result to equity.
    """

    issuer: str = ""
    audience: Sequence[str] = ()
    allowed_origins: Sequence[str] = ()
    requests_per_minute: int = 0
    authentication: Literal["oauth", "basic"] = "oauth"
    ledger: str = "0L"
    group_amount: Literal["", "1", "2"] = ""
    calendar_year_companies: Sequence[str] = ()
    account_classes: Mapping[str, AccountWord] = ACCOUNT_CLASSES
    cash_accounts: Sequence[str] = ()
    document_types: Mapping[str, Family] = _NO_TYPES
    closing_document_types: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what protects nothing, or what no document could ever match: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        check_issuer(self.issuer, self.audience)
        check_consent(self.allowed_origins, self.requests_per_minute)
        _check("ledger", _LEDGER, [self.ledger])
        _check("calendar_year_companies", _COMPANY, self.calendar_year_companies)
        _check("account_classes", _ACCOUNT, self.account_classes)
        _check("cash_accounts", _ACCOUNT, self.cash_accounts)
        _check("document_types", _DOCUMENT_TYPE, self.document_types)
        _check("closing_document_types", _DOCUMENT_TYPE, self.closing_document_types)


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name in _AT_THE_DOOR}


def token_issuer(options: Mapping[str, Any]) -> TokenIssuer | None:
    """Whose tokens the gateway asks of what is posted to such a connection; None where it names no issuer."""
    issuer = str(options.get("issuer", ""))
    return TokenIssuer(issuer, tuple(options.get("audience", ()))) if issuer else None


def _check(name: str, form: re.Pattern[str], texts: Sequence[str] | Mapping[str, object]) -> None:
    for text in texts:
        if form.fullmatch(text) is None:
            raise ValueError(f"{name}: {text!r} is not of its form")
