"""The files of a simulated world: what is dropped, and the state machine that takes each through the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from functions.intake.check import CheckStep, check_file
from functions.intake.errors import FlowBusyError
from functions.intake.finish import Finished, FinishStep, finish_file
from functions.intake.send import Chunk, SendStep, send_chunk
from sandbox.systems.legacy_files.writing import Dropped, write_file
from tests.simulation.declared import landscape
from tests.simulation.files_system import (
    ACCOUNTS,
    BALANCES,
    CENTRES,
    COMPANY,
    FILES,
    JOURNALS,
    PERIODS,
    dropping_connection,
)
from tests.simulation.turns import FILES_THEME, has_turn
from tests.support.intake_desk import MemoryIncoming, MemoryScratch
from tieout import strict_json
from tieout.errors import TransientError
from tieout.file_runs import Drop, FileRun, FileState
from tieout.ledger.files import FileLedger
from tieout.systems.legacy_files.files import marked_by, open_feed

if TYPE_CHECKING:
    from tests.simulation.schedule import Invocation
    from tests.simulation.world import World

_LIFETIME_MS = 900_000
_PAUSES_MS = (2_000, 20_000, 60_000)
_CURRENCIES = ("EUR", "USD")

Row = tuple[str, int, str, str]  # account, hundredths of a unit debit positive, cost centre, currency
Documents = dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class File:
    """What somebody dropped.

    Attributes:
        scope: its feed, and the batch or the period it stands for.
        version: batch and rerun.
        documents: number or account to its rows, as the books have them.
    """

    scope: tuple[str, str]
    version: tuple[int, int]
    documents: Mapping[str, list[Row]]
    is_flawed: bool
    drop: Drop


class Dropping:
    """The books, the bucket and the machine. They have chance of their own, so that other sources' stories do not depend on it.

    Attributes:
        is_part: whether they take part in the world's story.
        files: everything that was dropped, in order.
    """

    def __init__(self, world: World) -> None:
        scenario = world.scenario
        self._world = world
        self._random = Random(f"{scenario.seed} {FILES}")  # noqa: S311 it must repeat itself
        self.is_part = has_turn(world, FILES_THEME)
        self.files: list[File] = []
        self.ledger = FileLedger(world.line.table)
        self._incoming = MemoryIncoming(piece_bytes=self._random.choice((17, 256)))
        self._incoming.io = world.weather.io
        self._batches: dict[str, Documents] = {}
        self._months: dict[str, Documents] = {}
        self._count = 0

    def plan(self, span: int) -> None:
        """Have files dropped within a span, and some of their runs stopped."""
        if not self.is_part:
            return
        changes = self._world.scenario.changes
        for _ in range(changes if self._world.theme == FILES_THEME else changes // 2):
            self._world.schedule.after(self._random.randrange(span), self._drop_something)
        for _ in range(2):
            self._world.schedule.after(self._random.randrange(span), self._stop_something)

    def end(self) -> None:
        """Do nothing: what was dropped stays as it was dropped."""

    def repeat_everything(self) -> None:
        """The bucket tells of everything once more."""
        for each in self.files:
            self._begin(each.drop)

    # What the books do.

    def _drop_something(self) -> None:
        file = self._balances() if self._random.random() < 0.4 else self._journals()
        self.files.append(file)
        self._world.note(f"{FILES}: {file.scope} {file.version}{' flawed' if file.is_flawed else ''}")
        self._begin(file.drop)
        if self._random.random() < 0.15:
            self._begin(file.drop)

    def _journals(self) -> File:
        is_new = not self._batches or self._random.random() < 0.3
        batch = str(len(self._batches) + 1) if is_new else self._random.choice(list(self._batches))
        documents = self._batches.setdefault(batch, {})
        currency = self._random.choice(_CURRENCIES)
        for number in self._random.sample("ABCDE", self._random.randint(0, 3)):
            self._rewrite(documents, f"{batch}{number}", currency)
        self._count += 1
        dropped = Dropped(int(batch), self._count, "", (2026, 3 + int(batch) % 3))
        rows = [
            {"company": COMPANY, "document": number, "line": str(place), "account": account}
            | {"cost_centre": centre, "currency": currency, "amount": Decimal(minor).scaleb(-2)}
            for number, lines in documents.items()
            for place, (account, minor, centre, currency) in enumerate(lines, 1)
        ]
        name = f"GL_{dropped.period[0]}{dropped.period[1]:02d}_{batch}_{dropped.rerun}.csv"
        return self._file(JOURNALS, name, batch, rows, dropped, documents)

    def _rewrite(self, documents: Documents, number: str, currency: str) -> None:
        if number in documents and self._random.random() < 0.4:
            del documents[number]
            return
        worth = self._random.randint(1, 99_999)
        account, centre = self._random.choice(ACCOUNTS), self._random.choice(CENTRES)
        documents[number] = [(account, -worth, centre, currency), ("1100", worth, "", currency)]

    def _balances(self) -> File:
        month = self._random.choice(list(PERIODS))
        accounts = self._random.sample(ACCOUNTS, self._random.randint(0, 3))
        balances: Documents = {each: [(each, self._random.randint(1, 99_999), "", "EUR")] for each in accounts}
        balances["1100"] = [("1100", -sum(lines[0][1] for lines in balances.values()) or -1, "", "EUR")]
        if not accounts:
            balances["4000"] = [("4000", 1, "", "EUR")]
        self._months[month] = balances
        self._count += 1
        year, number = (int(each) for each in month.split("-"))
        dropped = Dropped(self._count, 0, COMPANY, (year, number))
        rows = [
            {"company": COMPANY, "period": dropped.period, "account": account, "currency": "EUR"}
            | {"amount": Decimal(minor).scaleb(-2)}
            for [(account, minor, _, _)] in balances.values()
        ]
        name = f"YTD_{year}{number:02d}_{self._count}.txt"
        return self._file(BALANCES, name, month, rows, dropped, balances)

    def _file(
        self,
        feed: Mapping[str, Any],
        name: str,
        scope: str,
        rows: list[dict[str, Any]],
        dropped: Dropped,
        documents: Documents,
    ) -> File:
        is_flawed = self._world.weather.is_on and self._random.random() < 0.25
        if is_flawed and rows:
            rows[0] = rows[0] | {"amount": rows[0]["amount"] + 1}
        content = write_file(feed, rows, dropped)
        if is_flawed and not rows:
            content = content[:-4]
        drop = self._incoming.put(f"incoming/{FILES}/{name}", content)
        kept = {number: list(lines) for number, lines in documents.items()}
        return File((str(feed["name"]), scope), (dropped.batch, dropped.rerun), kept, is_flawed, drop)

    # What the state machine does.

    def _begin(self, drop: Drop) -> None:
        self._world.schedule.after(self._random.choice((500, 5_000, 60_000)), partial(self._check, drop))

    def _check(self, drop: Drop) -> None:
        world = self._world
        step = CheckStep(
            connections={FILES: dropping_connection()},
            open_feed=open_feed,
            marked_by=marked_by,
            incoming=self._incoming,
            store=world.line.archive,
            ledger=self.ledger,
            scratch=lambda _: MemoryScratch(3),
            clock=world.schedule,
            entropy=world.line.entropy,
        )
        self._task("check", lambda: check_file(step, drop), self._checked, lambda: self._check(drop))

    def _checked(self, run: FileRun) -> None:
        if run.state.is_refusal or run.state is FileState.WAITING:
            self._world.weather.strike("file_refused" if run.state.is_refusal else "file_waited")
        if run.state is not FileState.ACCEPTED:
            return
        if run.replaced:
            self._world.weather.strike("file_replaced")
        manifest = strict_json.parse(self._world.line.archive._objects[run.manifest])
        waiting = {int(each["chunk"]) for each in manifest}
        if not waiting:
            self._finish(run)
        for each in manifest:
            delay = self._random.choice((0, 100, 5_000))
            self._world.schedule.after(delay, partial(self._send, run, Chunk(**each), waiting))

    def _send(self, run: FileRun, chunk: Chunk, waiting: set[int]) -> None:
        world = self._world
        step = SendStep(
            ledger=self.ledger,
            flows=landscape().flows_by_entity(),
            is_busy=lambda _: world.weather.is_on and self._random.random() < 0.2,
            bus=world.line.bus,
            store=world.line.archive,
            clock=world.schedule,
            entropy=world.line.entropy,
        )

        def sent(_answer: object) -> None:
            waiting.discard(chunk.chunk)
            if not waiting:
                self._finish(run)

        self._task("send", lambda: send_chunk(step, chunk), sent, lambda: self._send(run, chunk, waiting))

    def _finish(self, run: FileRun) -> None:
        step = FinishStep(ledger=self.ledger, clock=self._world.schedule)

        def finished(ended: Finished) -> None:
            if ended.following is not None:
                self._check(ended.following)

        self._task("finish", lambda: finish_file(step, run.connection, run.run), finished, lambda: self._finish(run))

    def _task[Answer](
        self, name: str, body: Callable[[], Answer], then: Callable[[Answer], None], again: Callable[[], None]
    ) -> None:
        """Run one task; what failed or was killed is tried again, as often as it takes."""
        answers: list[Answer] = []

        def attempt() -> None:
            try:
                answers.append(body())
            except FlowBusyError:
                self._world.weather.strike("file_put_off")
            except TransientError:
                self._world.weather.strike("file_task_failed")
            except Exception as error:  # noqa: BLE001 none may
                self._world.line.undeclared.append(f"{name}: {error!r}")

        invocation = self._world.invoke(f"intake {name}", attempt, _LIFETIME_MS)
        self._look(invocation, answers, then, again)

    def _look[Answer](
        self, invocation: Invocation, answers: list[Answer], then: Callable[[Answer], None], again: Callable[[], None]
    ) -> None:
        if invocation.strand is not None:  # it rests
            self._world.schedule.after(1_000, partial(self._look, invocation, answers, then, again))
        elif answers:
            then(answers[0])
        else:
            self._world.schedule.after(self._random.choice(_PAUSES_MS), again)

    # What people do.

    def _stop_something(self) -> None:
        items = self._world.line.table.contents()
        names = [key[1].removeprefix("RUN#") for key, item in items.items() if _is_under_way(key, item)]
        if not names:
            return
        name = self._random.choice(sorted(names))
        found = self.ledger.run(FILES, name)
        assert found is not None
        self._world.weather.strike("file_stopped")
        self.ledger.keep(replace(found, state=FileState.STOPPED))
        self._world.schedule.after(self._random.choice(_PAUSES_MS), partial(self._resume, name))

    def _resume(self, name: str) -> None:
        found = self.ledger.run(FILES, name)
        assert found is not None
        if found.state is FileState.STOPPED:
            self.ledger.keep(replace(found, state=FileState.ACCEPTED))
            self._check(found.drop)


def _is_under_way(key: tuple[str, str], item: Mapping[str, Any]) -> bool:
    return key[0] == f"FILE#{FILES}" and key[1].startswith("RUN#") and item["state"] == FileState.ACCEPTED
