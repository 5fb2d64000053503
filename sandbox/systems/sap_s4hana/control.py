"""The control routes of the tenant: what its people do in sales, purchasing and accounting, and what stands in its tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.systems.controlling import Act, Body, control_routes, settings_acts
from sandbox.systems.sap_s4hana.billing import Billing
from sandbox.systems.sap_s4hana.clearing import Clearing
from sandbox.systems.sap_s4hana.customizing import Customizing
from sandbox.systems.sap_s4hana.entries import EntryKey
from sandbox.systems.sap_s4hana.journal import Journal
from sandbox.systems.sap_s4hana.master_data import save_partner, save_product
from sandbox.systems.sap_s4hana.payments import Payments
from sandbox.systems.sap_s4hana.purchasing import cancel_supplier_invoice, post_supplier_invoice
from sandbox.systems.sap_s4hana.sales_orders import SalesOrders
from sandbox.systems.sap_s4hana.tenant import Tenant, Work
from sandbox.systems.sap_s4hana.values import without_zeros
from sandbox.systems.sap_s4hana.year_end import carry_forward

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route

_ORDER = "sales_orders/{order}"
_ITEM = f"{_ORDER}/items/{{item}}"
_BILL = "billing_documents/{bill}"
_ENTRY = "journal_entries/{company_code}/{fiscal_year}/{document}"
_SUPPLIER_INVOICE = "supplier_invoices/{company_code}/{fiscal_year}/{document}"
type _Doing = Callable[
    [Work, dict[str, str], Body], Any
]  # within a transaction, with the names in the path, and the body


class Control:
    """Serves the control routes of one tenant, but for those of what it tells."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Every route."""
        acts: list[tuple[str, str, Act]] = [
            *settings_acts(self._tenant.settings),
            ("GET", "tables", self._show_tables),
            ("GET", "tables/{table}", self._show_table),
        ]
        return control_routes([*acts, *((method, path, self._saving(doing)) for method, path, doing in _DOINGS)])

    def _saving(self, doing: _Doing) -> Act:
        async def act(request: Request, body: Body) -> Any:  # noqa: ANN401 JSON
            with self._tenant.saving() as work:
                return doing(work, dict(request.path_params), body)

        return act

    async def _show_tables(self, _request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        """Every table with every row, as they are stored, whatever the caller of the services may see."""
        return self._tenant.store.tables()

    async def _show_table(self, request: Request, _body: Body) -> Any:  # noqa: ANN401 JSON
        return self._tenant.store.tables()[request.path_params["table"]]


def _create_order(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return {"SalesOrder": SalesOrders(work).create(body)}


def _change_order(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    SalesOrders(work).change(path["order"], body)
    return path


def _delete_order(work: Work, path: dict[str, str], _body: Body) -> Any:  # noqa: ANN401 JSON
    SalesOrders(work).delete(path["order"])
    return path


def _add_item(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return {"SalesOrderItem": SalesOrders(work).add_item(path["order"], body)}


def _change_item(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    SalesOrders(work).change_item(path["order"], path["item"], body)
    return path


def _delete_item(work: Work, path: dict[str, str], _body: Body) -> Any:  # noqa: ANN401 JSON
    SalesOrders(work).delete_item(path["order"], path["item"])
    return path


def _deliver(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    SalesOrders(work).deliver(path["order"], body.get("items", []))
    return path


def _bill(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return _shown_bill(work, Billing(work).create(body))


def _hand_over(work: Work, path: dict[str, str], _body: Body) -> Any:  # noqa: ANN401 JSON
    Billing(work).post(path["bill"])
    return _shown_bill(work, path["bill"])


def _cancel_bill(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return _shown_bill(work, Billing(work).cancel(path["bill"], body))


def _post(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return Journal(work).post(body).plain()


def _post_across(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    """Post `entries` of several company codes as one business transaction between them."""
    number = work.next_number("IntercompanyTransaction", 0)
    shared = {"IntercompanyTransaction": f"IC{number.zfill(8)}"}
    entries = [{**each, "header": {**shared, **each.get("header", {})}} for each in body["entries"]]
    return [Journal(work).post(each).plain() for each in entries]


def _reverse(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return Clearing(work).reverse(_key(path), body).plain()


def _reset_clearing(work: Work, path: dict[str, str], _body: Body) -> Any:  # noqa: ANN401 JSON
    return [key.plain() for key in Clearing(work).reset_clearing(_key(path))]


def _pay(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return Payments(work).post(body).plain()


def _buy(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return post_supplier_invoice(work, body).plain()


def _cancel_purchase(work: Work, path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return cancel_supplier_invoice(work, _key(path), body).plain()


def _carry_forward(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return carry_forward(work, body["company_code"], body["fiscal_year"]).plain()


def _set_period(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    Customizing(work.settings, work.store).set_period(**body)
    return body


def _set_rate(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    Customizing(work.settings, work.store).set_rate(**body)
    return body


def _save_partner(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return {"BusinessPartner": save_partner(work, body)}


def _save_product(work: Work, _path: dict[str, str], body: Body) -> Any:  # noqa: ANN401 JSON
    return {"Product": save_product(work, body)}


def _key(path: dict[str, str]) -> EntryKey:
    return EntryKey(
        company_code=path["company_code"], fiscal_year=path["fiscal_year"], document=without_zeros(path["document"])
    )


def _shown_bill(work: Work, number: str) -> Body:
    row = work.store.row("A_BillingDocument", BillingDocument=number)
    return {name: row[name] for name in ("BillingDocument", "CompanyCode", "FiscalYear", "AccountingDocument")}


_DOINGS: list[tuple[str, str, _Doing]] = [
    ("POST", "sales_orders", _create_order),
    ("PATCH", _ORDER, _change_order),
    ("DELETE", _ORDER, _delete_order),
    ("POST", f"{_ORDER}/items", _add_item),
    ("PATCH", _ITEM, _change_item),
    ("DELETE", _ITEM, _delete_item),
    ("POST", f"{_ORDER}/deliver", _deliver),
    ("POST", "billing_documents", _bill),
    ("POST", f"{_BILL}/post", _hand_over),
    ("POST", f"{_BILL}/cancel", _cancel_bill),
    ("POST", "journal_entries", _post),
    ("POST", "intercompany", _post_across),
    ("POST", f"{_ENTRY}/reverse", _reverse),
    ("POST", f"{_ENTRY}/reset_clearing", _reset_clearing),
    ("POST", "payments", _pay),
    ("POST", "supplier_invoices", _buy),
    ("POST", f"{_SUPPLIER_INVOICE}/cancel", _cancel_purchase),
    ("POST", "carry_forward", _carry_forward),
    ("POST", "periods", _set_period),
    ("POST", "rates", _set_rate),
    ("POST", "business_partners", _save_partner),
    ("POST", "products", _save_product),
]
