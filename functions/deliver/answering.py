"""What a target answers to a write: of each half where it refuses a request as a whole, and with why a member is not there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from tieout.delivering import CellValue, CellWriter, WriteAnswer
from tieout.errors import LostAnswerError, MalformedError, PermanentError, RefusedInPartError, TransientError
from tieout.ledger.intersections import CellState

_LONGEST_ANSWER = 1000  # characters: a receipt names its cells too, and is one item of the ledger
_LONGEST_REASON = 400


def explained(answer: WriteAnswer, cells: Iterable[CellState], why_not: Mapping[tuple[str, str], str]) -> WriteAnswer:
    """The answer with why a member is not there that a refused cell names."""
    refused = dict(answer.refused)
    for cell in cells:
        if cell.cell_id in refused:
            said = [
                f"{name} {member}: {why_not[name, member]}"
                for name, member in cell.members
                if (name, member) in why_not
            ]
            refused[cell.cell_id] = "; ".join([refused[cell.cell_id], *said])[:_LONGEST_REASON]
    return replace(answer, refused=refused)


def written(values: Sequence[CellValue], writer: CellWriter, *, in_part: bool = False) -> WriteAnswer:
    """Write, and where the target refuses a request as a whole, find the cell that spoils it by halving.

    `in_part`: some of the cells may be written already, so that no error says any more that nothing was.
    """
    try:
        return writer.write(values)
    except MalformedError as error:
        if len(values) == 1:
            return WriteAnswer(refused={values[0].cell_id: error.reason}, summary="refused alone")
        in_part = in_part or isinstance(error, RefusedInPartError)
    except (TransientError, PermanentError) as error:
        if not in_part or isinstance(error, LostAnswerError):
            raise
        asked = getattr(error, "retry_after_seconds", None)
        raise LostAnswerError(f"in part: {type(error).__name__}", retry_after_seconds=asked) from error
    middle = len(values) // 2
    first = written(values[:middle], writer, in_part=in_part)
    second = written(values[middle:], writer, in_part=True)
    return WriteAnswer(
        refused={**first.refused, **second.refused},
        summary=f"{first.summary}; {second.summary}"[:_LONGEST_ANSWER],
        reference=f"{first.reference} {second.reference}".strip()[:_LONGEST_ANSWER],
    )
