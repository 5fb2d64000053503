"""Which changes of mapping tables need an approval, as it is declared and as it was compiled."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from tieout.governance import Approval, approval_of_plain

MONEY = Approval(name="money", tables=("rate", "account"))
OF_ONE = Approval(name="accounts", tables=("account",), connections=("netsuite-group",))


def test_an_approval_is_needed_by_table_and_connection() -> None:
    """Of these connections alone where some are named."""
    assert MONEY.is_needed_for("*", "rate")
    assert not MONEY.is_needed_for("netsuite-group", "customer")
    assert OF_ONE.is_needed_for("netsuite-group", "account")
    assert not OF_ONE.is_needed_for("hubspot-emea", "account")


@pytest.mark.parametrize("declared", [MONEY, OF_ONE])
def test_what_was_compiled_says_what_was_declared(declared: Approval) -> None:
    """Be it that a list that has nothing was left out."""
    plain = {name: list(each) if isinstance(each, tuple) else each for name, each in asdict(declared).items()}
    assert approval_of_plain(plain) == declared
    assert approval_of_plain({name: each for name, each in plain.items() if each}) == declared


def test_what_names_no_table_is_of_none() -> None:
    """And needs no approval for anything."""
    assert approval_of_plain({"name": "nothing"}) == Approval(name="nothing", tables=())
