"""What the tenant's consultants have set up: company codes, fiscal years, currencies with their rates, accounts, periods."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.systems.sap_s4hana.settings import TenantSettings
from sandbox.systems.sap_s4hana.store import Store

_RATE_UNIT = Decimal("0.00001")
_FIRST_MONTHS = {"K4": 1, "V3": 4}  # fiscal year variants; a year is called after the calendar year in which it begins
_REGULAR_PERIODS, _LAST_PERIOD = 12, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyCode:
    """One company code."""

    code: str
    name: str
    currency: str
    first_month: int


class Customizing:
    """Reads what is set up; a name that is not there is a `KeyError`."""

    def __init__(self, settings: TenantSettings, store: Store) -> None:
        self._settings = settings
        self._store = store

    def company(self, code: str) -> CompanyCode:
        """A company code."""
        row = self._one("company_code", code)
        first_month = _FIRST_MONTHS[str(row["fiscal_year_variant"])]
        return CompanyCode(code=code, name=str(row["name"]), currency=str(row["currency"]), first_month=first_month)

    def account(self, number: str) -> tuple[str, str]:
        """Name and kind of a G/L account."""
        row = self._one("gl_account", number)
        return str(row["name"]), str(row["kind"])

    def rounded(self, amount: Decimal, currency: str) -> Decimal:
        """An amount in the smallest unit of its currency, halves away from zero."""
        return amount.quantize(Decimal(1).scaleb(-int(self._one("currency", currency)["places"] or 0)), ROUND_HALF_UP)

    def exact(self, amount: object, currency: str) -> Decimal:
        """An amount as its currency has it, with all of its places.

        Raises:
            ValueError: if it is none, or has more places: nobody enters half a cent.
        """
        try:
            number = Decimal(str(amount))
        except InvalidOperation as error:
            raise ValueError(f"{amount} is no amount") from error
        if self.rounded(number, currency) != number:
            raise ValueError(f"{currency} has no {amount}")
        return self.rounded(number, currency)

    def rate(self, source: str, target: str) -> Decimal:
        """What one unit of a currency is worth in another, with five places."""
        ours, theirs = (Decimal(str(self._one("currency", each)["usd"])) for each in (source, target))
        return (ours / theirs).quantize(_RATE_UNIT, ROUND_HALF_UP)

    def period_of(self, company: CompanyCode, day: date, special: str = "") -> tuple[str, str]:
        """Fiscal year and period that a day is posted to; `special` is a period 013 to 016, or 000 of balances carried forward.

        Raises:
            ValueError: for a special period that a day cannot have, or a period that is closed.
        """
        months = day.year * 12 + day.month - company.first_month
        year, period = str(months // 12), f"{months % 12 + 1:03d}"
        if special:
            number = int(special)
            needed = _REGULAR_PERIODS if number else 1
            if not (number == 0 or _REGULAR_PERIODS < number <= _LAST_PERIOD) or int(period) != needed:
                raise ValueError(f"period {special} is not possible on {day}")
            period = f"{number:03d}"
        found = self._store.rows("closed_period", company_code=company.code, fiscal_year=year, period=period)
        if found:
            raise ValueError(f"period {period} {year} is not open in {company.code}")
        return year, period

    def set_period(self, company_code: str, fiscal_year: str, period: str, *, is_open: bool) -> None:
        """Open or close a period of a company code."""
        key = (self.company(company_code).code, fiscal_year, f"{int(period):03d}")
        self._store.select("DELETE FROM closed_period WHERE (company_code, fiscal_year, period) = (?, ?, ?)", key)
        if not is_open:
            self._store.select("INSERT INTO closed_period VALUES (?, ?, ?)", key)

    def set_rate(self, currency: str, usd: str) -> None:
        """Set what one unit of a currency is worth in US dollars from now on."""
        self._one("currency", currency)
        self._store.select("UPDATE currency SET usd = ? WHERE currency = ?", (str(Decimal(usd)), currency))

    def _one(self, table: str, name: str) -> dict[str, str | int | None]:
        return self._store.row(table, **{table: name})
