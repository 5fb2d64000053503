"""Sends the notices of recorded facts through the line once more, each alone, and counts what a queue has confirmed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import batched

from botocore.exceptions import BotoCoreError, ClientError

from ops.place import Place
from tieout.errors import PermanentError, UnavailableError
from tieout.ledger.items import Lineage
from tieout.ledger.planned import FactCatalogue, RecordedFact
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

_MESSAGES_PER_CALL = 10  # the most SQS takes in one


class UnknownFlowError(PermanentError):
    """A fact came by a flow that the stage no longer has."""


def send_again(place: Place, lineages: Iterable[Lineage]) -> int:
    """Send the notice of each to its flow's queue, alone; how many the queues have confirmed.

    Stopping anywhere loses nothing, and sending the same twice changes nothing.

    Raises:
        UnavailableError: a queue did not take a notice; those sent before went.
        UnknownFlowError: facts came by a flow that is gone; all others went.
    """
    queue_urls = {flow.name: flow.queue_url for flow in place.flows}
    sent, lost = 0, list[Lineage]()
    for some in batched(lineages, _MESSAGES_PER_CALL, strict=False):
        by_queue: dict[str, list[str]] = {}
        for lineage in some:
            if lineage.flow in queue_urls:
                by_queue.setdefault(queue_urls[lineage.flow], []).append(lineage.envelope().message())
            else:
                lost.append(lineage)
        for queue_url, bodies in by_queue.items():
            _send(place, queue_url, bodies)
            sent += len(bodies)
    if lost:
        first = f"the first is {lost[0].notice.key}, which came by {lost[0].flow}"
        raise UnknownFlowError(f"{sent} sent; {len(lost)} not, since the stage has no such flow any more: {first}")
    return sent


def facts_of(place: Place, connection: str, entity: str = "") -> Iterator[RecordedFact]:
    """The facts of a connection, all or those of one entity."""
    catalogue = FactCatalogue(place.table, place.ownership)
    for each in [entity] if entity else place.connection(connection).entities:
        yield from catalogue.facts(connection, each)


def planned_with(place: Place, replaced: Collection[MappingKey]) -> Iterator[RecordedFact]:
    """The facts that were planned with other members of these entries than they have now, wherever an entry is used."""
    catalogue = FactCatalogue(place.table, place.ownership)
    owners = {entry.connection for entry in replaced}
    for connection in place.connections:
        if owners & {connection, EVERY_CONNECTION}:
            yield from catalogue.outdated(facts_of(place, connection), replaced)


def _send(place: Place, queue_url: str, bodies: list[str]) -> None:
    entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
    try:
        answer = place.sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)  # type: ignore[arg-type]  # plain
    except (ClientError, BotoCoreError) as error:
        raise UnavailableError(
            f"the notices were not sent again: {type(error).__name__}; repeat the command"
        ) from error
    if len(answer.get("Successful", [])) != len(bodies):
        raise UnavailableError("the queue did not take every notice; repeat the command, which is safe")
