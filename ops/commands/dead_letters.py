"""`tieout dlq`: dead-letter queues, what failed in them, and putting it back."""

from __future__ import annotations

import typer

from ops import display, queues
from ops.commands.arguments import AsJson, Stage
from ops.logged import changes, reads
from ops.place import Place, find_place

app = typer.Typer(no_args_is_help=True, help="Dead-letter queues: what failed, and putting it back.")


@app.command("list")
@reads
def dlq_list(stage: Stage = None, *, as_json: AsJson = False) -> None:
    """The dead-letter queues and how many messages each holds."""
    found = letters_rows(find_place(stage))
    display.rows(found, title="Dead-letter queues", as_json=as_json, nothing="There are none.")


@app.command("show")
@reads
def dlq_show(queue: str, limit: int = 20, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Messages of a dead-letter queue: why each is there and which records it names. They stay."""
    place = find_place(stage)
    found = queues.shown(place.sqs, _letters(place, queue).queue_url, limit)
    display.rows(found, title=f"Dead letters of {queue}", as_json=as_json, nothing="The queue is empty.")


@app.command("redrive")
@changes()
def dlq_redrive(queue: str, limit: int = 1000, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """Put messages of a dead-letter queue back where they came from; none is deleted before the other queue has it.

    The sweeper's need no putting back: each only says that a run could not be started, and the next minute's run did the
    work. They are deleted. A file that nobody was told of is begun with.
    """
    place = find_place(stage)
    letters = _letters(place, queue)
    goes_on = letters.back_to_url is not None or letters.begin is not None
    if not goes_on:
        display.note(
            "These only say that a run of the sweeper could not be started. The next minute's run did its work: deleting."
        )
    moved = queues.redrive(place.sqs, letters, limit)
    done = "moved" if goes_on else "deleted"
    display.record({"queue": queue, done: moved}, as_json=as_json)


def letters_rows(place: Place) -> list[display.Row]:
    """Every dead-letter queue with its meaning and depth."""
    return [
        {"queue": each.name, "meaning": each.meaning, **queues.depth(place.sqs, each.queue_url)}
        for each in queues.dead_letter_queues(place)
    ]


def _letters(place: Place, queue: str) -> queues.DeadLetters:
    known = {each.name: each for each in queues.dead_letter_queues(place)}
    if queue not in known:
        raise typer.BadParameter(f"there is no dead-letter queue {queue}; the stage has {', '.join(known)}")
    return known[queue]
