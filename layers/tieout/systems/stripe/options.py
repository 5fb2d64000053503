"""What a Stripe connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from tieout.arriving.freshness import check_max_skew
from tieout.declared import Declared
from tieout.external_ids import check_external_ids

_API_VERSION = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(\.[a-z]{1,32})?", re.ASCII)
_CONNECTED_ACCOUNT = re.compile("acct_[A-Za-z0-9]{1,64}", re.ASCII)
_ACCOUNTS = ("balance_account", "bank_account", "fee_account", "receivable_account")
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = (*_ACCOUNTS, "master_data", "customer_names", "customer_ids", "product_ids")
_METADATA_KEY = re.compile("[^\\x00-\\x1f]{1,40}")
MasterEntity = Literal["customer", "product"]
_NO_IDS: Mapping[str, str] = MappingProxyType({})


class Options(Declared):
    """The options of one Stripe account.

    Attributes:
        live: False for a sandbox or test mode; events of the other mode are malformed, whose money is not this one's.
        account: the connected account whose events a platform's endpoint is to take, `acct_...`; those of any other, and the
            platform's own, are malformed. Empty: the account's own events are taken, and those of connected ones malformed.
        api_version: with which records are read, and which the endpoint should be set to: what an event states in another is
            taken all the same, since nothing but its record's name is used, but it is counted.
        max_skew_seconds: how far the signed time may lie from our clock, in either direction (Stripe's libraries say 5 minutes);
            an hour at most, since whoever sees a delivery can repeat it for as long.
        balance_account: the account of the ledger in which the money stands that Stripe holds.
        bank_account: the one into which it pays out.
        fee_account: the one to which its fees are booked.
        receivable_account: the one that a charge settles.
        master_data: which of customers and products are facts; of the others what is told is ignored.
        customer_names: False where customers are people, whose names are nobody's business here.
        customer_ids: external ids of a customer beside its tax number, such as `domain`, and the key of its metadata under which
            each stands: the domain of an address of mail says nothing of a company.
        product_ids: the same of a product, such as `sku`.
    """

    live: bool = True
    account: str = ""
    api_version: str = "2025-03-31.basil"
    max_skew_seconds: int = 300
    balance_account: str = "stripe_balance"
    bank_account: str = "stripe_bank"
    fee_account: str = "stripe_fees"
    receivable_account: str = "stripe_receivable"
    master_data: Sequence[MasterEntity] = ("customer", "product")
    customer_names: bool = True
    customer_ids: Mapping[str, str] = _NO_IDS
    product_ids: Mapping[str, str] = _NO_IDS

    def __post_init__(self) -> None:
        """Refuse what lets nobody in, or would mix up what is booked: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        if self.account and _CONNECTED_ACCOUNT.fullmatch(self.account) is None:
            raise ValueError("account is not acct_ and the letters and digits of a connected account")
        if _API_VERSION.fullmatch(self.api_version) is None:
            raise ValueError("api_version is not of the form 2025-03-31.basil")
        check_max_skew(self.max_skew_seconds)
        for name in ("customer_ids", "product_ids"):
            check_external_ids(name, getattr(self, name), _METADATA_KEY)
        accounts = [getattr(self, name) for name in _ACCOUNTS]
        for name, account in zip(_ACCOUNTS, accounts, strict=True):
            if not account or accounts.count(account) > 1:
                raise ValueError(f"{name} is empty, or the same as another")


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}
