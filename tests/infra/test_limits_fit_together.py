"""Limits that only make sense beside each other: times that must fit into times, sizes into sizes."""

from __future__ import annotations

import importlib
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from functions.census import pipeline as census
from functions.deliver import pipeline as deliver
from functions.deliver.settings import UNSEEN_SECONDS
from functions.deliver.tasks import CELLS_PER_RECEIPT
from functions.readback import pipeline as readback
from functions.readback.settings import EVERY_MINUTES
from functions.readback.settings import RUN_SECONDS as READING_SECONDS
from functions.record import pipeline as record
from functions.record import settle
from functions.sweep import pipeline as sweep
from functions.sweep.settings import SweepSettings
from infra.census import SHAPE as CENSUS_SHAPE
from infra.deliver import SHAPE as DELIVER_SHAPE
from infra.receive import SHAPE as RECEIVE_SHAPE
from infra.record import SHAPE as RECORD_SHAPE
from infra.sweep import SHAPE as SWEEP_SHAPE
from infra.work_queue import DEAD_LETTER_RETENTION, MAX_RECEIVE_COUNT, WORK_RETENTION
from tests.support.memory_table import MemoryTable
from tieout import entra_tokens, sources, systems
from tieout.arriving import publishing
from tieout.arriving.accepting import MAX_BODY_BYTES, MAX_NOTICES
from tieout.arriving.envelope import MAX_DETAIL_BYTES
from tieout.aws import clients
from tieout.delivering import MAX_CELLS_PER_WRITE
from tieout.ledger import keys
from tieout.ledger.cells import CellLedger
from tieout.ledger.intersections import CellState
from tieout.ledger.receipts import Closing, End, ReceiptLedger, receipt_rows
from tieout.systems.anaplan import options as anaplan
from tieout.systems.oracle_epm import options as oracle_epm
from tieout.systems.sap_analytics import options as sap_analytics

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html and the quotas of SQS, EventBridge, API Gateway
_LAMBDA_REQUEST_BYTES = 6 * 1024 * 1024
_BUS_CALL_BYTES = 256 * 1024
_SQS_INVISIBLE = timedelta(hours=12)
_GATEWAY_SECONDS = 30
LONGEST_WRITE_SECONDS = max(each.MOST_WRITE_TIMEOUT_SECONDS for each in (anaplan, oracle_epm, sap_analytics))
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SYSTEMS = Path(systems.__file__).parent


def test_the_largest_body_reaches_the_function() -> None:
    """API Gateway hands it over in base64, a third longer, with 64 KB of headers and context around it."""
    assert MAX_BODY_BYTES * 4 / 3 + 64 * 1024 < _LAMBDA_REQUEST_BYTES
    assert MAX_BODY_BYTES == 4 * 1024 * 1024  # what the pages promise
    assert MAX_NOTICES == 2_000


def test_the_largest_entry_fits_into_a_call_and_a_call_into_the_bus() -> None:
    """With a source, a type and a time around the detail; and no entry is too large for a call of its own."""
    around = len("tieout.") + 2 * 40 + 14
    assert MAX_DETAIL_BYTES + around <= publishing._MAX_CALL_BYTES <= _BUS_CALL_BYTES


def _long_cells(count: int) -> list[CellState]:
    """Cells whose rows in a receipt are as long as they get."""
    return [
        CellState(
            target="planning-of-the-whole-group-and-its-part",
            intersection_id=f"{number:032x}",
            cube="Revenue",
            measure=f"Measure {number % 12}",
            members=(),
            currency="EUR",
            total_minor=-(10**14),
            written_minor=-(10**14) + 1,
        )
        for number in range(count)
    ]


def test_a_receipt_of_a_task_is_one_item_though_it_keeps_generations() -> None:
    """And what it says in the end, too; its generations are compared whenever its reference is kept."""
    cells = _long_cells(CELLS_PER_RECEIPT)
    ledger = CellLedger(MemoryTable())
    generations = dict.fromkeys((cell.intersection_id for cell in cells), 10**6)
    [receipt] = ledger.open_task_receipts(cells[0].target, [("r" * 32, cells)], NOW, generations)
    ledger.note_reference([receipt], f"112000000000 {'A' * 32}")
    [(reference, [found])] = ledger.open_tasks(cells[0].target).items()
    assert reference == f"112000000000 {'A' * 32}"
    assert len(found.generations) == CELLS_PER_RECEIPT


def test_a_receipt_of_the_largest_write_is_one_item() -> None:
    """It is written before planning is: a receipt that is refused would stop every write to the target."""
    table = MemoryTable()
    cells = _long_cells(MAX_CELLS_PER_WRITE)
    receipt = CellLedger(table).open_receipt(cells[0].target, "r" * 32, NOW, cells)
    assert table.get([receipt.key])
    assert len(receipt.measures()) == MAX_CELLS_PER_WRITE >= 3_000
    assert receipt.key[1].startswith(keys.OPEN_PREFIX)
    refused = {cell.cell_id: f"{cell.cell_id} is refused: {'x' * 200}" for cell in cells}
    closing = Closing(end=End.WRITTEN, answer="x" * 1_000, refused=refused, reference="x" * 1_000)
    CellLedger(table).close_receipt(receipt, NOW, closing)
    [done] = ReceiptLedger(table).newest(cells[0].target)
    reasons = Counter(row.refused for row in receipt_rows(done.cells))
    assert reasons.pop("another reason, which its cell has") == MAX_CELLS_PER_WRITE - 100
    assert len(reasons) == 100


def test_a_retry_is_put_off_by_less_than_a_message_may_stay_invisible() -> None:
    """The work done so far counts too."""
    longest = timedelta(seconds=record._LONGEST_RETRY_SECONDS + RECORD_SHAPE.timeout.to_seconds())
    assert longest < _SQS_INVISIBLE


def test_a_notice_is_parked_by_the_step_before_the_queue_parks_its_whole_message() -> None:
    """And our own waits together end long before the queue forgets the message."""
    attempts = record.RecordStep.max_attempts
    assert attempts < MAX_RECEIVE_COUNT
    longest = record._FIRST_RETRY_SECONDS * 2**record._SLOWEST_DOUBLING
    assert timedelta(seconds=attempts * longest) < timedelta(days=WORK_RETENTION.to_days()) / 2
    assert WORK_RETENTION.to_days() < DEAD_LETTER_RETENTION.to_days()


def test_a_queue_outlives_the_longest_waits_that_a_source_can_ask_for() -> None:
    """What SQS forgets goes to no dead-letter queue: every wait of every receive must end before that."""
    assert timedelta(seconds=MAX_RECEIVE_COUNT * record._LONGEST_RETRY_SECONDS) < timedelta(
        days=WORK_RETENTION.to_days()
    )


def test_a_write_to_planning_ends_and_is_marked_before_its_function_is_killed() -> None:
    """Even the slowest target that may be declared, begun at the first moment."""
    needed = LONGEST_WRITE_SECONDS + deliver._MARKING_SECONDS
    assert needed < DELIVER_SHAPE.timeout.to_seconds()


def test_a_writer_that_is_killed_frees_its_target_five_minutes_after_it_began() -> None:
    """The message is unseen for as long as the function may live, and for the minute its end may take to be known."""
    assert DELIVER_SHAPE.timeout.to_seconds() + 60 <= UNSEEN_SECONDS <= 300


def test_a_receipt_counts_as_abandoned_only_when_its_write_can_no_longer_land() -> None:
    """Longer than the function may run and the target may keep a write waiting after that."""
    longest = DELIVER_SHAPE.timeout.to_seconds() + LONGEST_WRITE_SECONDS
    settings = SweepSettings(ledger_table="t", archive_bucket="b", bus_name="n", flush_queue_urls={}, maintenance={})
    assert settings.stale_receipt_minutes * 60 > longest


def longest_call_seconds(wanted: str) -> float:
    """How long the slowest system may keep whoever asks it: for a token, and then for an answer."""
    names = [each.name for each in SYSTEMS.iterdir() if (each / f"{wanted}.py").exists()]
    return max(_read_seconds(f"{name}.client") + _read_seconds(f"{name}.tokens") for name in names)


def _read_seconds(module: str) -> float:
    """How long a module of a system waits for bytes; what asks for no tokens of its own may have those of Entra."""
    is_there = (SYSTEMS / f"{module.replace('.', '/')}.py").exists()
    found = importlib.import_module(f"tieout.systems.{module}") if is_there else entra_tokens
    timeout = getattr(found, "_TIMEOUT", sources._TIMEOUT)
    assert timeout.read is not None
    return float(timeout.read)


def test_a_call_to_a_source_ends_before_the_function_that_makes_it() -> None:
    """A source that hangs costs one call, however many do, and there is time to commit what the others answered."""
    reading = settle._READING_TIME.total_seconds() + longest_call_seconds("reader")
    assert reading + 15 <= RECORD_SHAPE.timeout.to_seconds()


def test_a_census_puts_off_a_source_that_hangs_before_it_is_killed() -> None:
    """Else it would ask the same one first in every minute, and whoever comes behind it would never have a turn."""
    assert (
        census._WORKING_TIME.total_seconds() + 2 * longest_call_seconds("listing") < CENSUS_SHAPE.timeout.to_seconds()
    )


def test_a_sweep_stops_publishing_in_time_for_a_call_that_hangs() -> None:
    """Three tries of eight seconds may follow the last look at the clock."""
    hanging = clients._USUAL_ATTEMPTS * clients._READ_SECONDS
    assert sweep._PUBLISHING_TIME.total_seconds() + hanging > SWEEP_SHAPE.timeout.to_seconds() - 10
    assert sweep._PUBLISHING_TIME.total_seconds() + clients._READ_SECONDS < SWEEP_SHAPE.timeout.to_seconds()
    assert SWEEP_SHAPE.timeout.to_seconds() < 60


def test_a_sender_is_answered_by_us_and_not_by_the_gateway() -> None:
    """Its own 503 after thirty seconds would come without a line in our log."""
    assert RECEIVE_SHAPE.timeout.to_seconds() < _GATEWAY_SECONDS


def test_as_many_connections_are_kept_as_writes_are_made_side_by_side() -> None:
    """Another one would be opened for each write, at the price of a handshake."""
    from tieout.aws import dynamo  # noqa: PLC0415 loads botocore, which only this test needs

    assert dynamo._PARALLEL_WRITES <= clients._POOL


def test_no_run_of_the_read_back_meets_the_next_and_a_sample_meets_no_write() -> None:
    """It would read twice as much as it may; and a write that was begun before is answered, or its cells are dirty again."""
    assert READING_SECONDS < EVERY_MINUTES * 60
    assert readback.SETTLED.total_seconds() > DELIVER_SHAPE.timeout.to_seconds()
