"""What a Zuora connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from tieout.arriving.bearer_tokens import TokenIssuer, check_issuer
from tieout.declared import Declared
from tieout.systems.zuora.ids import KINDS, Kind

Proof = Literal["basic", "token", "hmac"]
Format = Literal["json", "form", "query"]

_HEADER = re.compile("x-[a-z0-9-]{1,60}")  # never `authorization`, which may be a credential
_GATEWAYS_OWN = ("x-amz", "x-forwarded-")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}(?:\.[A-Za-z0-9_]{1,64}){0,7}", re.ASCII)
_ENTITY_ID = re.compile("[0-9A-Za-z-]{1,64}", re.ASCII)
_ACCOUNTS = ("bank_account", "receivable_account", "unapplied_account")
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = (*_ACCOUNTS, "entity_id", "settlement")


def _check_name(name: str, option: str) -> None:
    """Refuse what names no field of a template.

    Raises:
        ValueError: naming the option.
    """
    if _NAME.fullmatch(name) is None:
        raise ValueError(f"{option} is no name of a field, or names joined by dots")


class Tells(Declared):
    """Where the template of a callout names an object that changed.

    Attributes:
        object: what it is.
        id: the template's name for the merge field of its id, or of its number for a subscription; in nested JSON names joined by
            dots.
        types: the values of `event_type` in which it counts; none: whatever happened.
    """

    object: Kind
    id: str
    types: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Refuse what names nothing; raises `ValueError`."""
        if self.object not in KINDS:
            raise ValueError(f"tells names {self.object!r}, which is none of {', '.join(KINDS)}")
        _check_name(self.id, f"the id of {self.object} in tells")


_USUAL = (
    Tells(object="subscription", id="SubscriptionNumber"),
    Tells(object="invoice", id="InvoiceId"),
    Tells(object="credit_memo", id="CreditMemoId"),
    Tells(object="debit_memo", id="DebitMemoId"),
    Tells(object="payment", id="PaymentId"),
    Tells(object="refund", id="RefundId"),
)


class Options(Declared):
    """The options of one Zuora tenant, or of one entity of it.

    Attributes:
        proof: how its callouts prove themselves. `basic`: a user and a password, asked for by a challenge; `token`: a bearer token
            that the gateway verifies; `hmac`: an HMAC-SHA256 of the body that the callout template puts into a header.
        issuer: whose tokens they bear, where that is the proof: what the tokens say in `iss`, an https URL.
        audience: whom those tokens are for; one of these stands in `aud` or, where there is none, is the `client_id`.
        hmac_header: the header of the HMAC, in small letters.
        hmac_encoding: how its bytes are written.
        format: how the template says what happened: the body is JSON, or a form, or there are parameters of the address alone.
        tells: where the template names what changed; each that has a value tells of its record.
        event_type: the template's name for what happened, which is told to people, and by which `tells` may tell apart.
        occurred_at: the template's name for when it did, ISO 8601 with an offset; empty: it does not say.
        settlement: whether the tenant has credit and debit memos (*Invoice Settlement*); without it neither is listed.
        entity_id: the entity whose records are read, where the tenant has several and the API user may read more than one.
        bank_account: the ledger account (a key of the mapping table `account`) into which customers pay.
        receivable_account: the one that is settled by what is applied to invoices.
        unapplied_account: the one on which stands what was paid and is applied to nothing yet.
    """

    proof: Proof = "basic"
    issuer: str = ""
    audience: Sequence[str] = ()
    hmac_header: str = ""
    hmac_encoding: Literal["base64", "hex"] = "base64"
    format: Format = "json"
    tells: Sequence[Tells] = _USUAL
    event_type: str = "EventType"
    occurred_at: str = "UpdatedOn"
    settlement: bool = True
    entity_id: str = ""
    bank_account: str = "zuora_bank"
    receivable_account: str = "zuora_receivable"
    unapplied_account: str = "zuora_unapplied"

    def __post_init__(self) -> None:
        """Read what came as JSON, and refuse what would let anybody in or nobody: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        tells = tuple(Tells(**each) if isinstance(each, Mapping) else each for each in self.tells)
        object.__setattr__(self, "tells", tells)
        if not tells:
            raise ValueError("tells names nothing")
        _check_name(self.event_type, "event_type")
        if self.occurred_at:
            _check_name(self.occurred_at, "occurred_at")
        self._check_proof()
        if self.entity_id and _ENTITY_ID.fullmatch(self.entity_id) is None:
            raise ValueError("entity_id is no id of an entity")
        accounts = [getattr(self, name) for name in _ACCOUNTS]
        for name, account in zip(_ACCOUNTS, accounts, strict=True):
            if not account or accounts.count(account) > 1:
                raise ValueError(f"{name} is empty, or the same as another")

    def _check_proof(self) -> None:
        check_issuer(self.issuer, self.audience)
        if (self.proof == "token") != bool(self.issuer):
            raise ValueError("issuer is named where the proof is a token, and nowhere else")
        usable = _HEADER.fullmatch(self.hmac_header) and not self.hmac_header.startswith(_GATEWAYS_OWN)
        if self.proof == "hmac" and not usable:
            raise ValueError("hmac_header is no lower-case header that starts with `x-` and is the template's own")
        if self.proof != "hmac" and self.hmac_header:
            raise ValueError("hmac_header is named, but another proof is asked for")
        if self.proof == "hmac" and self.format == "query":
            raise ValueError("format is query, of whose parameters an HMAC of the body proves nothing")


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}


def token_issuer(options: Mapping[str, Any]) -> TokenIssuer | None:
    """Whose tokens the gateway asks of what is posted to such a connection; None where another proof is asked for."""
    issuer = str(options.get("issuer", ""))
    return TokenIssuer(issuer, tuple(options.get("audience", ()))) if issuer else None
