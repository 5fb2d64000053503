"""The simulated tenant's open items: what customers and suppliers are billed, paid, credited, and what that changes unheard."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.payments import Payments
from sandbox.systems.sap_s4hana.purchasing import cancel_supplier_invoice, post_supplier_invoice
from tests.support.sap_tenant import Scene

APRIL_1 = "/Date(1775001600000)/"


@pytest.fixture
def scene() -> Scene:
    """A tenant without documents."""
    return Scene()


def sums(scene: Scene, key: EntryKey) -> list[Decimal]:
    """What the lines of an entry add up to, in each of its three currencies."""
    return [sum(column, Decimal(0)) for column in zip(*scene.amounts(key).values(), strict=True)]


def decimals(*texts: str) -> tuple[Decimal, ...]:
    """Numbers as they are written."""
    return tuple(map(Decimal, texts))


def invoice(scene: Scene, amount: str = "100.00", **entry: Any) -> EntryKey:  # noqa: ANN401 JSON
    """Post an invoice to a customer in accounting."""
    lines = [
        {"account": "12100000", "amount": amount, "Customer": "17100001"},
        {"account": "41000000", "amount": f"-{amount}"},
    ]
    return scene.post(type="DR", items=lines, **entry)


def pay(scene: Scene, *clears: EntryKey, **payment: Any) -> EntryKey:  # noqa: ANN401 JSON
    """Post a payment of the customer."""
    named = [{"fiscal_year": each.fiscal_year, "document": each.document} for each in clears]
    usual = {"company_code": "1010", "posting_date": "2026-04-01", "Customer": "17100001", "clears": named}
    return scene.do(Payments.post, usual | payment)


def test_a_payment_at_another_rate_gains_or_loses(scene: Scene) -> None:
    """100 GBP billed at 1.15 EUR and 1.25 USD, paid at 1.18 and 1.20: what was owed leaves as it came, 3 EUR won, 5 USD lost."""
    key = invoice(scene, currency="GBP", exchange_rate="1.15", group_rate="1.25")
    payment = pay(scene, key, amount="100.00", currency="GBP", exchange_rate="1.18", group_rate="1.20")
    amounts = scene.amounts(payment)
    assert amounts["11001000"] == decimals("100", "118", "120")
    assert amounts["12100000"] == decimals("-100", "-115", "-125")
    assert amounts["71100000"] == decimals("0", "-3", "5")
    loss = pay(
        scene,
        invoice(scene, currency="GBP", exchange_rate="1.15"),
        amount="100.00",
        currency="GBP",
        exchange_rate="1.10",
    )
    assert scene.amounts(loss)["72040000"][1] == Decimal(5)
    assert sums(scene, payment) == sums(scene, loss) == [0, 0, 0]


def test_a_payment_clears_what_it_pays_without_an_event(scene: Scene) -> None:
    """The invoice says when and by what, and that it changed; the clearing can be reset, and then it is open again."""
    key = invoice(scene)
    scene.told()
    scene.clock.advance(86400)
    payment = pay(scene, key, amount="100.00")
    assert scene.told() == [("JournalEntry.Created", payment.plain())]
    receivable, revenue = scene.lines(key)
    assert (receivable["IsCleared"], receivable["ClearingDate"]) == (True, APRIL_1)
    assert (receivable["ClearingAccountingDocument"], receivable["ClearingDocFiscalYear"]) == ("1400000001", "2026")
    assert (revenue["IsCleared"], revenue["LastChangeDate"]) == (False, "/Date(1772496000000)/")
    bank, own = scene.lines(payment)
    assert (bank["IsCleared"], own["IsCleared"], own["LastChangeDate"]) == (False, True, None)
    with pytest.raises(ValueError, match="cleared"):
        scene.do(Clearing.reverse, key, {"posting_date": "2026-04-01"})
    assert set(scene.do(Clearing.reset_clearing, payment)) == {key, payment}
    receivable = scene.lines(key)[0]
    assert (receivable["IsCleared"], receivable["ClearingDate"], receivable["ClearingIsReversed"]) == (
        False,
        None,
        True,
    )
    with pytest.raises(ValueError, match="cleared nothing"):
        scene.do(Clearing.reset_clearing, payment)


def test_payments_in_part_too_much_and_without_an_invoice(scene: Scene) -> None:
    """A part clears nothing and refers to the invoice; what is too much, or for nothing in particular, stays open."""
    key = invoice(scene)
    part = pay(scene, amount="40.00", pays_part_of={"fiscal_year": "2026", "document": key.document})
    assert scene.lines(key)[0]["IsCleared"] is False
    assert [row["InvoiceReference"] for row in scene.lines(part)] == ["", "1800000001"]
    over = pay(scene, key, amount="130.00")
    rest = scene.lines(over)[2]
    assert (rest["AmountInTransactionCurrency"], rest["IsCleared"], rest["Customer"]) == ("-30.000", False, "17100001")
    unapplied = pay(scene, amount="25.00")
    assert scene.amounts(unapplied)["12100000"][0] == Decimal(-25)
    discounted = pay(scene, invoice(scene), amount="98.00", discount="2.00")
    assert {account: amounts[0] for account, amounts in scene.amounts(discounted).items()} == {
        "11001000": Decimal(98), "44000000": Decimal(2), "12100000": Decimal(-100),
    }  # fmt: skip
    assert [row["IsCleared"] for row in scene.lines(discounted)] == [False, False, True]


@pytest.mark.parametrize("wrong", [{"Customer": "17100002"}, {"currency": "GBP"}])
def test_a_payment_clears_only_open_items_of_its_own_customer_and_currency(scene: Scene, wrong: dict[str, str]) -> None:
    """Nothing else, and nothing twice."""
    key = invoice(scene)
    with pytest.raises(ValueError, match=r"open item|another currency"):
        pay(scene, key, amount="100.00", **wrong)
    pay(scene, key, amount="100.00")
    with pytest.raises(ValueError, match="no open item"):
        pay(scene, key, amount="100.00")


def test_a_payment_that_bounced_is_reversed_by_another_type(scene: Scene) -> None:
    """As are what people bill in accounting and what suppliers are paid; what sales bill is reversed by its own."""
    payment = pay(scene, amount="50.00")
    reversal = scene.do(Clearing.reverse, payment, {"posting_date": "2026-04-07"})
    assert scene.lines(reversal)[0]["AccountingDocumentType"] == "DA"
    assert scene.amounts(reversal)["11001000"][0] == Decimal("-50.00")
    bounced = scene.do(Clearing.reverse, invoice(scene), {"posting_date": "2026-04-07"})
    assert scene.lines(bounced)[0]["AccountingDocumentType"] == "DA"


def test_a_supplier_is_owed_credited_and_paid(scene: Scene) -> None:
    """What is bought is a debit; a credit is all of it the other way round; a cancellation is told of as one."""
    bought = {"company_code": "1010", "posting_date": "2026-03-31", "Supplier": "17300001", "tax": "19.00"}
    bought["items"] = [{"account": "61003000", "amount": "100.00", "CostCenter": "10101101"}]  # type: ignore[assignment]  # JSON
    key, credit = scene.do(post_supplier_invoice, bought), scene.do(post_supplier_invoice, bought | {"is_credit": True})
    assert {account: amounts[0] for account, amounts in scene.amounts(key).items()} == {
        "21100000": Decimal(-119), "61003000": Decimal(100), "12600000": Decimal(19),
    }  # fmt: skip
    assert scene.amounts(credit)["61003000"][0] == Decimal(-100)
    assert scene.lines(key)[0]["AccountingDocumentType"] == "RE"
    told = scene.told()
    assert told[:2] == [
        ("JournalEntry.Created", key.plain()),
        ("SupplierInvoice.Created", {"SupplierInvoice": "5105600001", "FiscalYear": "2026"}),
    ]
    named = {"fiscal_year": "2026", "document": key.document}
    paid = {
        "company_code": "1010",
        "posting_date": "2026-04-01",
        "Supplier": "17300001",
        "amount": "119.00",
        "clears": [named],
    }
    payment = scene.do(Payments.post, paid)
    assert scene.amounts(payment)["11001000"][0] == Decimal(-119)
    assert scene.lines(key)[0]["IsCleared"] is True
    scene.do(cancel_supplier_invoice, credit, {"posting_date": "2026-04-01"})
    assert scene.told()[-1] == ("SupplierInvoice.Canceled", {"SupplierInvoice": "5105600002", "FiscalYear": "2026"})
