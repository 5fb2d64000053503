"""Files as a legacy ERP drops them: checked, sent and planned by the deployed machine, or refused with nothing changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from decimal import Decimal
from threading import Event
from typing import Any

import httpx

from ops import mapping_tables
from ops.place import Place, sandbox_place
from sandbox.places import ROOT
from sandbox.running import Sandbox
from tieout.file_runs import FileRun, FileState
from tieout.ledger.files import FileLedger

CONNECTION = "ledger-latam"
COMPANY = "BR01"  # of nobody else's tests
PERIOD = "2026-11"
REVENUE = "4000/CC_SALES/NO_CUSTOMER/LATAM/NO_PARTNER/BRL/Nov 26/Actual"
EXPENSE = "6400/NO_COST_CENTRE/NO_SUPPLIER/LATAM_MX/NO_PARTNER/MXN/{} 27/Actual"
_PATIENCE_SECONDS = 120


class Files:
    """The simulated legacy ERP, and what became of its files."""

    def __init__(self, http: httpx.Client, sandbox: Sandbox) -> None:
        self._http, self._url = http, sandbox.systems["legacy_files"]
        self._anaplan = sandbox.systems["anaplan"]
        self.place: Place = sandbox_place(sandbox.endpoints())

    def drop(self, feed: str, name: str, rows: list[dict[str, str]], **stated: Any) -> None:  # noqa: ANN401 JSON
        """Drop a file of a feed."""
        body = {"feed": feed, "name": name, "rows": rows, "stated": stated}
        self._http.post(f"{self._url}/_control/files", json=body).raise_for_status()

    def drop_journal(self, name: str, documents: dict[str, str], **stated: Any) -> None:  # noqa: ANN401 JSON
        """Drop a journal of documents with their revenue, which is received from customers."""
        usual = {"company": COMPANY, "posting_date": f"{PERIOD}-30", "currency": "BRL", "cost_centre": "VENDAS"}
        rows = [
            {**usual, "document": document, "line": line, "account": account, "amount": sign + revenue}
            for document, revenue in documents.items()
            for line, account, sign in (("1", "1100", ""), ("2", "4000", "-"))
        ]
        self.drop("journals", name, rows, company=COMPANY, period=PERIOD, **stated)

    def drop_balances(self, name: str, period: str, expense: str) -> None:
        """Drop a trial balance: what was spent since the year began, and is not paid yet."""
        usual = {"company": "MX01", "period": period, "currency": "MXN"}
        amounts = (("6400", expense), ("2100", f"-{expense}"))
        self.drop("balances", name, [{**usual, "account": each, "amount": amount} for each, amount in amounts], batch=1)

    def ended(self, name: str, state: FileState, *, before: FileRun | None = None) -> FileRun:
        """The drop of a name, other than the one before, once this has become of it."""

        def found() -> FileRun | None:
            known = FileLedger(self.place.table).runs(CONNECTION)
            wanted = (each for each in known if (each.name, each.state) == (name, state) and each != before)
            return next(wanted, None)

        return eventually(found)

    def cell(self, line_item: str, place: str) -> Decimal | None:
        """What planning holds in a cell."""
        cells = self._http.get(f"{self._anaplan}/_control/cells").json()["cells"]
        held = [
            each["value"]
            for each in cells
            if (each["line_item"], "/".join(each["members"].values())) == (line_item, place)
        ]
        return Decimal(held[0]) if held else None


def eventually[Found](look: Callable[[], Found | None]) -> Found:
    """What is found once it is there."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not come"
        Event().wait(0.5)
    return found


def test_a_file_is_planned_a_refused_one_changes_nothing_and_a_rerun_replaces(sandbox: Sandbox) -> None:
    """In the order in which a month goes: a batch, one with a wrong total, the batch once more, and the same file twice."""
    with httpx.Client(timeout=60) as http:
        files = Files(http, sandbox)
        mapping_tables.put(files.place, mapping_tables.read_file(ROOT / "landscape/mappings/sandbox.csv"))

        files.drop_journal("GL_BR01_202611_1.csv", {"100": "1000.00", "101": "250.50"}, batch=1)
        taken = files.ended("GL_BR01_202611_1.csv", FileState.DONE)
        assert (taken.documents, taken.rows, taken.debit) == (2, 4, "1250.50")
        assert eventually(lambda: files.cell("Revenue", REVENUE) == Decimal("1250.50") or None)

        files.drop_journal("GL_BR01_202611_2.csv", {"102": "9.99"}, batch=2, differs={"debit": "10.00"})
        refused = files.ended("GL_BR01_202611_2.csv", FileState.REFUSED)
        report = json.loads(
            sandbox.aws.client("s3")
            .get_object(Bucket=sandbox.outputs["ArchiveBucketName"], Key=refused.report)["Body"]
            .read()
        )
        assert (report["file"], refused.flaws) == ("GL_BR01_202611_2.csv", 1)
        assert "10.00, as stated" in json.dumps(report)
        assert files.cell("Revenue", REVENUE) == Decimal("1250.50")

        files.drop_journal("GL_BR01_202611_1.csv", {"100": "1100.00"}, batch=1, rerun=1)
        rerun = files.ended("GL_BR01_202611_1.csv", FileState.DONE, before=taken)
        assert (rerun.replaced, rerun.documents, rerun.gone) == (taken.run, 2, 1)
        assert eventually(lambda: files.cell("Revenue", REVENUE) == Decimal("1100.00") or None)

        files.drop_journal("GL_BR01_202611_01.csv", {"100": "1100.00"}, batch=1, rerun=1)
        files.ended("GL_BR01_202611_01.csv", FileState.DUPLICATE)
        assert files.cell("Revenue", REVENUE) == Decimal("1100.00")


def test_balances_to_date_wait_for_the_month_before_and_are_planned_as_movements(sandbox: Sandbox) -> None:
    """February came first: once January is finished, the machine goes on with it by itself."""
    with httpx.Client(timeout=60) as http:
        files = Files(http, sandbox)
        mapping_tables.put(files.place, mapping_tables.read_file(ROOT / "landscape/mappings/sandbox.csv"))
        files.drop_balances("TB_MX01_202702_1.txt", "2027-02", "250.00")
        files.ended("TB_MX01_202702_1.txt", FileState.WAITING)
        files.drop_balances("TB_MX01_202701_1.txt", "2027-01", "100.00")
        files.ended("TB_MX01_202701_1.txt", FileState.DONE)
        files.ended("TB_MX01_202702_1.txt", FileState.DONE)
        assert eventually(lambda: files.cell("Expense", EXPENSE.format("Jan")) == Decimal("100.00") or None)
        assert eventually(lambda: files.cell("Expense", EXPENSE.format("Feb")) == Decimal("150.00") or None)
