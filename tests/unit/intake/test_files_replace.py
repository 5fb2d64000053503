from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.support.intake_desk import IntakeDesk
from tests.support.legacy_feeds import CUSTOMERS, JOURNALS, entry
from tieout.facts.master_data import Customer
from tieout.facts.statement import Absence
from tieout.file_runs import FileState

Documents = Mapping[str, int]


def journals(documents: Documents, rerun: int = 0, batch: int = 42) -> bytes:
    """A file of journal entries: number of each document, and its amount."""
    rows = [
        row
        for number, amount in documents.items()
        for row in entry(number, ("1100", f"{amount}.00"), ("4000", f"-{amount}.00"))
    ]
    return write_file(JOURNALS, rows, Dropped(batch=batch, rerun=rerun, company="BR01", differs={"count": len(rows)}))


def file(batch: int = 42) -> str:
    """The name of that file."""
    return f"GL_BR01_202603_{batch}.csv"


def amounts(desk: IntakeDesk) -> Documents:
    """The amount of each document that stands."""
    return {record_id.split("/")[-1]: int(Decimal(lines[0][1])) for record_id, lines in desk.lines().items()}


files = st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 9), max_size=5)


@given(reruns=st.lists(files, min_size=1, max_size=5), parts=st.integers(1, 4), sent=st.sets(st.integers(0, 4)))
def test_the_newest_rerun_is_what_stands(reruns: list[Documents], parts: int, sent: set[int]) -> None:
    """Whatever the runs before it had, and however little of them was sent: what the last one has stands, and nothing else."""
    desk = IntakeDesk({**JOURNALS, "chunk_documents": 2}, parts=parts)
    for rerun, documents in enumerate(reruns):
        drop = desk.drop(file(), journals(documents, rerun))
        if rerun == len(reruns) - 1:
            desk.to_the_end(drop)
        else:
            for number, chunk in enumerate(desk.manifest(desk.check(drop))):
                if number in sent:
                    desk.send(chunk)
    assert amounts(desk) == reruns[-1]


def test_a_document_that_a_rerun_lacks_is_gone_and_stays_counted() -> None:
    """The run says how many it removed; another batch's documents are none of its business."""
    desk = IntakeDesk()
    first = desk.take(file(42), journals({"A": 1, "B": 2}))
    desk.take(file(43), journals({"Z": 9}, batch=43))
    run = desk.take(file(42), journals({"A": 5}, rerun=1))
    assert (run.documents, run.gone, first.replaced, run.replaced) == (2, 1, "", first.run)
    assert amounts(desk) == {"A": 5, "Z": 9}


def test_a_replaced_run_sends_nothing_more() -> None:
    """What is left of the older run in the map ends without a delivery."""
    desk = IntakeDesk({**JOURNALS, "chunk_documents": 1})
    old = desk.check(desk.drop(file(), journals({"A": 1, "B": 2})))
    first, second = desk.manifest(old)
    assert desk.send(first) == "sent"
    desk.take(file(), journals({"A": 3, "B": 4}, rerun=1))
    assert desk.send(second) == "replaced"
    assert desk.finish(old).outcome == "replaced"
    assert amounts(desk) == {"A": 3, "B": 4}


@pytest.mark.parametrize("documents", [{}, {"A": 1}])
def test_an_empty_file_that_says_so_removes_what_was_there(documents: Documents) -> None:
    """A count of nothing is a count: the batch has no documents any more."""
    desk = IntakeDesk()
    desk.take(file(), journals(documents))
    run = desk.take(file(), journals({}, rerun=1))
    assert (run.state, run.gone) == (FileState.ACCEPTED, len(documents))
    assert amounts(desk) == {}


def test_the_newest_list_of_customers_is_all_there_are() -> None:
    """A feed whose files each state everything: whoever is not in the newest one is gone; a customer has no amounts."""
    desk = IntakeDesk(CUSTOMERS)
    known = [
        {"customer": "007", "name": "Açaí; & Cia", "country": "BR", "currency": "BRL"},
        {"customer": "008", "name": "", "country": "", "currency": ""},
    ]
    assert desk.take("CUST_1.csv", write_file(CUSTOMERS, [*known, known[0]], Dropped(1))).state is FileState.REFUSED
    desk.take("CUST_2.csv", write_file(CUSTOMERS, known, Dropped(2)))
    found = {record_id: each.fact for record_id, each in desk.statements().items()}
    assert found == {
        "customers/007": Customer(number="007", name="Açaí; & Cia", country="BR", currency="BRL"),
        "customers/008": Customer(number="008"),
    }
    desk.take("CUST_3.csv", write_file(CUSTOMERS, known[1:], Dropped(3)))
    assert desk.statements()["customers/007"].absence is Absence.DELETED
