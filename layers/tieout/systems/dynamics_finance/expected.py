"""What the rows of Dynamics' data entities are expected to hold, as far as the record step asks for it.

Every column that was asked for is answered; Dynamics has empty texts where others have null.
"""

from __future__ import annotations

from collections.abc import Mapping

from tieout.drift import Expected, number, text
from tieout.systems.dynamics_finance.accounts import CLASSES
from tieout.systems.dynamics_finance.options import Options
from tieout.systems.dynamics_finance.queries import ENTRY_COLUMNS, LINE_COLUMNS

_AMOUNTS = ("TransactionCurrencyAmount", "AccountingCurrencyAmount", "ReportingCurrencyAmount")
# Types that say no more than on which statement the account stands are refused, and no news.
_TYPES = ("", "ProfitAndLoss", "BalanceSheet", "Total", "Reporting", "Common", "Header", "EmptyHeader")

EXPECTED: Mapping[str, Expected] = {
    "entries": {**dict.fromkeys(ENTRY_COLUMNS, text()), "AccountingDebitAmount": number()},
    "lines": {
        **dict.fromkeys(LINE_COLUMNS, text()),
        "EntryRecId": number(),
        "MainAccountType": text(*CLASSES, *_TYPES),
        **dict.fromkeys(_AMOUNTS, number()),
    },
}


def by_entity_set(options: Options) -> Mapping[str, Expected]:
    """The same by the names that the environment has for them."""
    return {options.ledger_entries: EXPECTED["entries"], options.ledger_lines: EXPECTED["lines"]}
