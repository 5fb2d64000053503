"""Slips somebody could make in the taking in of files."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from functions.intake import check, chunks, finish, kept_files, parts, send
from tests.simulation.bugs.bug import Bug
from tests.simulation.turns import FILES_THEME
from tests.unit.intake import test_files_resume as resuming
from tests.unit.intake import test_trial_balances as balances
from tieout.errors import TieoutError
from tieout.file_runs import FileRun
from tieout.systems.legacy_files import contents, rows, translate

_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "what a rerun has no more stays",
        kept_files.KeptFiles.add_replaced,
        "self._scratch.add(record, was_here_line(record))",
        "pass",
    ),
    (
        "what a file that was replaced had stated as gone is forgotten",
        chunks.records_of,
        "for line in payload.body.splitlines():",
        "for line in (each for each in payload.body.splitlines() if b'[]' not in each):",
    ),
    (
        "documents need not balance",
        parts._weigh,
        "if balance:",
        "if False:",
    ),
    (
        "an older file takes the place of a newer one",
        check._compared,
        "standing.own_version >= run.own_version",
        "standing.own_version == run.own_version",
    ),
    (
        "a chunk counts as sent before the bus has it",
        send.send_chunk,
        "_publish(step, run, chunk)",
        "(step.ledger.note_sent(chunk.connection, run.run, chunk.chunk, run.seen_at), _publish(step, run, chunk))[1]",
    ),
    (
        "a chunk is sent that the bus refused",
        send._publish,
        "if publish(entries, step.bus, step.clock, step.entropy):",
        "if publish(entries, step.bus, step.clock, step.entropy) is None:",
    ),
    (
        "the month after keeps what it was reckoned from",
        finish._following,
        "if not run.after:",
        "if True:",
    ),
    (
        "what balances are reckoned from is no part of their version",
        vars(FileRun)["version"],
        'f"{self.own_version} {self.base_version}".rstrip()',
        "self.own_version",
    ),
    (
        "balances of the month before are added",
        translate._taken_off,
        "transaction=-line.transaction",
        "transaction=line.transaction",
    ),
    (
        "an account that is gone has no movement",
        contents._reading,
        "if not rows and not before:",
        "if not rows:",
    ),
    (
        "the month before is looked for under its own name",
        rows.id_in_period,
        "parts[place] = _OF_PERIOD[column](period)",
        "pass",
    ),
)


def _shown_by(test: Callable[[], None]) -> Callable[[], None]:
    """A test that shows a bug, whatever it ends with."""

    def prove() -> None:
        try:
            test()
        except (TieoutError, pytest.fail.Exception) as error:
            raise AssertionError(str(error)) from error

    return prove


BUGS = (
    *(Bug(name, function, right, wrong, theme=FILES_THEME) for name, function, right, wrong in _MET),
    Bug(
        "two that check one drop write in one place",
        chunks.Writer.__init__,
        "/chunks/{attempt}",
        "/chunks",
        proof=_shown_by(resuming.test_two_that_check_one_drop_at_once_take_it_once),
    ),
    Bug(
        "a file does not wait for a flow that is busy",
        send.send_chunk,
        "if flow is not None and step.is_busy(flow):",
        "if flow is None and step.is_busy(str(flow)):",
        proof=_shown_by(resuming.test_a_chunk_waits_while_its_flow_is_busy),
    ),
    Bug(
        "a run is done before all of it is sent",
        finish.finish_file,
        "step.ledger.sent(connection, run) < found.chunks",
        "step.ledger.sent(connection, run) < 0",
        proof=_shown_by(resuming.test_a_bus_that_refuses_is_asked_again),
    ),
    Bug(
        "what is kept of accepted balances is written anew",
        check.check_file,
        "if known is not None and known.state.was_accepted:",
        "if known is not None and known.state.was_accepted and not reader.is_to_date:",
        proof=_shown_by(balances.test_what_is_kept_of_balances_that_were_accepted_stays),
    ),
    Bug(
        "balances whose object is overwritten keep what they were reckoned from",
        check._read,
        "if kept is None:",
        "if True:",
        proof=_shown_by(balances.test_what_is_behind_corrected_balances_moves_though_its_object_is_overwritten),
    ),
    Bug(
        "what is kept of joined balances is written anew",
        check._compared,
        "if known is not None and known.state.was_accepted:",
        "if known is not None and standing.run == run.run:",
        proof=_shown_by(balances.test_what_is_kept_of_balances_that_were_joined_stays),
    ),
)
