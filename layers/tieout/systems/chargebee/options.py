"""What a Chargebee connection may set in the landscape beyond what every connection has.

The door is given these options without what only the record step needs (`at_the_door`): they travel in its environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from tieout.declared import Declared

_PARAMETER = re.compile("[A-Za-z][A-Za-z0-9_-]{0,39}", re.ASCII)
_ACCOUNTS = ("cash_account", "receivable_account")
# What of the options only the record step needs.
_NOT_AT_THE_DOOR = _ACCOUNTS


class Options(Declared):
    """The options of one Chargebee site.

    Attributes:
        proof: where the site sends what proves it: `basic`: the webhook secret is user name, a colon and password; `path`: the
            secret is the last part of the address; `query`: it is a parameter of the address, which gateways and proxies on the
            way may write to logs of theirs.
        key_parameter: what that parameter is called.
        customers: whether customers are facts: the master data by which records of several systems are found to be the same. Nearly
            every event shows one, so each then costs a reading more.
        cash_account: the account of the ledger to which payments come, and from which refunds go.
        receivable_account: the one that they settle.
    """

    proof: Literal["basic", "path", "query"] = "basic"
    key_parameter: str = "key"
    customers: bool = False
    cash_account: str = "chargebee_cash"
    receivable_account: str = "chargebee_receivable"

    def __post_init__(self) -> None:
        """Refuse what lets nobody in, or would mix up what is booked: at synth, before anything is deployed.

        Raises:
            ValueError: naming the option.
        """
        if self.proof not in {"basic", "path", "query"}:
            raise ValueError("proof is none of basic, path and query")
        if _PARAMETER.fullmatch(self.key_parameter) is None:
            raise ValueError("key_parameter is no name of a parameter")
        if not self.cash_account or not self.receivable_account:
            raise ValueError("cash_account or receivable_account is empty")
        if self.cash_account == self.receivable_account:
            raise ValueError("cash_account is the same as receivable_account")


def has_key_in_path(options: Mapping[str, Any]) -> bool:
    """Whether the site proves itself by the last part of the address it posts to."""
    return options.get("proof") == "path"


def at_the_door(options: Mapping[str, Any]) -> Mapping[str, Any]:
    """The options the receive function needs."""
    return {name: value for name, value in options.items() if name not in _NOT_AT_THE_DOOR}
