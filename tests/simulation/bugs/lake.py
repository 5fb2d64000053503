"""The slips somebody could make in the lake, which its own test finds: SQL says of some moment what the ledger did not hold."""

from __future__ import annotations

from functions.lake import pipeline as laking
from infra import lake_statements
from tests.flow import test_what_cancels_out_where_it_is_booked as cancelled
from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.test_the_lake import prove_the_lake
from tests.unit.lake import test_lake_pipeline as deriving
from tests.unit.lake import test_rows_of_the_lake as telling
from tieout.lake import places, rows, told

BUGS = (
    Bug(
        "rows are derived from a journal that was read before they were",
        laking.derive,
        "derived = _rows(key, step)  # after",
        "pass  # after",
        proof=lambda: deriving.test_a_function_never_puts_older_rows_over_newer_ones("before journal.read"),
    ),
    Bug(
        "rows are derived once, and not again when the journal has grown",
        laking.derive,
        "if not step.rows.create(object_key(table, key), body)",
        "if not step.rows.create(object_key(table, key), body) and False",
        proof=prove_the_lake,
    ),
    Bug(
        "rows replace whatever is there by now",
        laking.derive,
        "derived[table], versions[table][1])",
        "derived[table], step.rows.read(object_key(table, key))[1])",
        proof=deriving.test_an_older_reading_of_the_journal_is_not_written_over_newer_rows,
    ),
    Bug(
        "the lake forgets what a fact no longer contributes",
        told._contributions,
        "_shares(change.old).keys() - _shares(change.new).keys()",
        "()",
        proof=telling.test_contributions_that_end_leave_tombstones,
    ),
    Bug(
        "whatever a fact leaves beside cells has a cell",
        told.places_needed,
        "if teller is _cells or (teller is _contributions and _adds_anything(change)):",
        "if teller in (_cells, _contributions):",
        proof=held_by(cancelled.test_the_lake_has_every_row_of_a_document_that_moved_with_its_amount),
    ),
    Bug(
        "every currency of the lake has two decimals",
        places.Place.amount,
        'f"{Money(amount_minor, self.currencies[measure]).decimal():f}"',
        'f"{amount_minor // 100}.{amount_minor % 100:02}"',
        proof=prove_the_lake,
    ),
    Bug(
        "a later change of the lake is the one whose number is the greater text",
        rows._row,
        ".zfill(_SEQUENCE_DIGITS)",
        "",
        proof=prove_the_lake,
    ),
    Bug(
        "a row of the lake is named by its change alone",
        rows._row,
        "f\"{line['event_id']}/{told.about}\"",
        'line["event_id"]',
        proof=prove_the_lake,
    ),
    Bug(
        "rows are merged once more",
        lake_statements.merge_of,
        "AND kept.row_id = told.row_id",
        "AND kept.row_id = told.row_id AND kept.row_id IS NULL",
        proof=prove_the_lake,
    ),
    Bug(
        "the lake keeps the first outcome of a notice",
        told._outcomes,
        "before.get(position) != outcome",
        "position not in before",
        proof=telling.test_an_outcome_is_told_once_for_each_that_it_was,
    ),
    Bug(
        "a receipt of the lake is done from its beginning",
        told._receipts,
        '"state": state.lower(),',
        '"state": "done",',
        proof=telling.test_a_receipt_is_open_then_done_and_its_opening_is_struck,
    ),
    Bug(
        "what retention takes is a removal like any other",
        rows._row,
        'told.is_removed and line["by"] == _EXPIRY',
        "False",
        proof=lambda: telling.test_what_expires_is_told_apart_from_what_is_removed(
            "dynamodb.amazonaws.com", is_expired=True
        ),
    ),
)
