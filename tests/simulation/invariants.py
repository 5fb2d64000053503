"""What must hold of a world at rest; each violation is one sentence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain

from tests.simulation.balances import balance_violations
from tests.simulation.before_writing import unread
from tests.simulation.books_values import FORGED
from tests.simulation.files_system import FILES
from tests.simulation.journal_oracle import journal_violations
from tests.simulation.keeping_members import member_violations
from tests.simulation.oracle import Expected
from tests.simulation.oracle_of_masters import master_violations
from tests.simulation.oracle_of_members import conflict_violations, owned_member_violations
from tests.simulation.planning import Coordinates
from tests.simulation.publishing_members import published_violations
from tests.simulation.sap_values import FORGED as FORGED_OF_SAP
from tests.simulation.secrecy import secrets_shown
from tests.simulation.targets import SimulatedTarget
from tests.simulation.truth import truth_of
from tests.simulation.world import World
from tieout.file_runs import FileState
from tieout.ledger import keys
from tieout.ledger.intersections import CellState, IntersectionState, intersection_state
from tieout.ledger.outcomes import outcomes_of
from tieout.ledger.plan import Outcome
from tieout.ledger.table import Item, Key

Snapshot = tuple[Mapping[Key, Item], Mapping[tuple[str, Coordinates], Decimal]]


def violations(world: World) -> list[str]:
    """Everything that does not hold."""
    truth = truth_of(world)
    intersections = list(_intersections(world))
    return [
        *world.line.undeclared,
        *world.line.table.went_back,
        *world.reading_back.wrong,
        *unread(world),
        *(each for sender in world.senders.values() for each in sender.misjudged),
        *_facts(world, truth),
        *balance_violations(world, truth),
        *_contributed(world, intersections),
        *(each for target in world.targets.values() for each in _planned(world, target, truth, intersections)),
        *_outcomes(world),
        *_files(world),
        *_missing(world),
        *master_violations(world),
        *_forged(world),
        *secrets_shown(world),
        *journal_violations(world),
        *member_violations(world),
        *owned_member_violations(world),
        *conflict_violations(world),
        *published_violations(world),
        *chain(world.closings.violations(), world.proposing.violations(), world.certifying.violations()),
        *chain(world.comparing.violations(), world.drifting.violations()),
        *chain(world.maintaining.violations(), world.line.aging.violations()),
    ]


def snapshot(world: World) -> Snapshot:
    """Facts, contributions, cells and held facts without their lineage, and what planning holds.

    That a record is gone of which nothing is planned is as if nothing were known of it: a draft that was made and deleted
    untold is first heard of when something else leads to it.
    """
    items = {
        key: item if key[0].startswith(("FACT#", "HELD#")) else {**item, "generation": 0, "written_generation": 0}
        for key, item in world.line.table.contents().items()
        if key[0].startswith(("FACT#", "CELL#", "HELD#")) and not _is_gone_without_trace(item)
    }
    plain = {key: _lasting_part(item) for key, item in items.items()}
    return plain, {
        (name, at): value for name, each in world.targets.items() for at, value in each.planning.cells.items()
    }


def _is_gone_without_trace(item: Item) -> bool:
    return item.get("kind") in _ABSENT and item["contributions"] == "[]"


def _lasting_part(item: Item) -> Item:
    names = _lasting(item)
    return {name: each for name, each in item.items() if name in names or name.startswith(_BY_MEASURE)}


def _lasting(item: Item) -> frozenset[str]:
    """What must be said alike whenever it is said.

    Why a record is absent, and since when, may be told anew: a merged deal has the version of the deal it lives on in. So may
    by which rates something is converted of which nothing is planned yet: nobody reads it again when they are replaced.
    """
    if item.get("kind") in _ABSENT:
        return frozenset(("contributions",))
    return _LASTING - _BY_RATES if item.get("contributions") == "[]" else _LASTING


_ABSENT = frozenset({"merged", "deleted"})
_BY_RATES = frozenset({"revision", "digest", "statement", "statement_deflated"})
_LASTING = frozenset(
    (
        *("revision", "source_version", "digest", "contributions", "statement", "statement_deflated", "held_for"),
        *("unfinished", "shares", "cell_state", "waits_for", "or_for", "late", "rates"),
    )
)
_Delivery = tuple[str, str]  # its id, and when it was received
_BY_MEASURE = ("total:", "written:", "refused:", "undone:", "currency:")
_Contributions = dict[tuple[str, str, str], tuple[int, str]]  # intersection, measure, record


def _facts(world: World, truth: Expected) -> Iterator[str]:
    items = world.line.table.contents()
    facts = {tuple(key[0].split("#", 3)[1:]): item for key, item in items.items() if key[0].startswith("FACT#")}
    held = {record: tuple(json.loads(item["held_for"])) for record, item in facts.items() if "held_for" in item}
    yield from (f"{record} is unfinished" for record, item in facts.items() if item.get("unfinished"))
    waits = [(record, tuple(json.loads(item["or_for"]))) for record, item in facts.items() if "or_for" in item]
    named = {(f"HELD#{'#'.join(each)}", "#".join(record)) for record, each in (*held.items(), *waits)}
    rows = {key for key in items if key[0].startswith("HELD#")}
    yield from (f"held facts and their index differ: {each}" for each in sorted(rows ^ named))
    there = {key for key, said in world.mappings.items() if "=" not in said}  # others may say nothing of a period
    yield from (f"{each} waits for a mapping there is" for each, entry in (*held.items(), *waits) if entry in there)
    if held.keys() != truth.waiting:
        yield f"held are {sorted(held)}, and should be {sorted(truth.waiting)}"


def _contributed(world: World, intersections: Sequence[IntersectionState]) -> Iterator[str]:
    """The totals of every intersection are the sums of what stands beside it, which is what the facts say."""
    cells = {(cell.intersection_id, cell.measure): cell for each in intersections for cell in each.cells}
    beside, in_facts = _contributions(world)
    if beside != in_facts:
        yield f"contributions beside cells and in facts differ: {sorted(beside.items() ^ in_facts.items())[:4]}"
    sums: Counter[tuple[str, str]] = Counter()
    for (intersection_id, measure, _), (amount, _) in beside.items():
        sums[intersection_id, measure] += amount
    for at in cells.keys() | sums.keys():
        if at not in cells or cells[at].total_minor != sums[at]:
            yield f"cell {at} holds {cells.get(at)}, its contributions add up to {sums[at]}"


def _intersections(world: World) -> Iterator[IntersectionState]:
    for key, item in world.line.table.contents().items():
        if key[0].startswith("CELL#") and key[1] == keys.STATE:
            yield intersection_state(key, item)


def _coordinates(cell: CellState) -> Coordinates:
    return cell.cube, cell.measure, tuple(sorted(cell.members))


def _contributions(world: World) -> tuple[_Contributions, _Contributions]:
    """What stands beside the intersections, and what the facts say."""
    beside: _Contributions = {}
    in_facts: _Contributions = {}
    for key, item in world.line.table.contents().items():
        if key[0].startswith("CELL#") and key[1] != keys.STATE:
            record, intersection_id = key[1].removeprefix(keys.PART_PREFIX), key[0].split("#", 2)[2]
            for measure, amount, rate in json.loads(item["shares"]):
                beside[intersection_id, measure, record] = (amount, rate)
        elif key[0].startswith("FACT#"):
            for intersection_id, _, shares, *_ in json.loads(item["contributions"]):
                for measure, amount, rate in shares:
                    in_facts[intersection_id, measure, key[0].removeprefix("FACT#")] = (amount, rate)
    return beside, in_facts


def _planned(
    world: World, target: SimulatedTarget, truth: Expected, intersections: Sequence[IntersectionState]
) -> Iterator[str]:
    """The ledger's totals for a target, and the target's own cells, are what the sources say of the cubes it is fed.

    But for cells that operators undid: planning holds of them what it was undone to.
    """
    intersections = [each for each in intersections if each.target == target.name]
    refused = yield from _refused(target, intersections)
    wanted = world.closings.said(target.name, {at: value for at, value in truth.cells.items() if target.is_fed(at[0])})
    cells = [cell for each in intersections for cell in each.cells]
    as_told = [cell if cell.undone_minor is None else cell._replace(undone_minor=None) for cell in cells]
    totals = {_coordinates(cell): cell.value().value for cell in as_told}
    yield from _differences(f"the ledger for {target.name}", totals, wanted)
    undone = {cell.cell_id: cell.undone_minor for cell in cells if cell.undone_minor is not None}
    yield from world.undoing.violations(target.name, undone)
    wanted |= {_coordinates(cell): cell.value().value for cell in cells if cell.undone_minor is not None}
    yield from _differences(target.name, target.planning.cells, wanted, refused)


def _refused(
    target: SimulatedTarget, intersections: Sequence[IntersectionState]
) -> Generator[str, None, set[Coordinates]]:
    """The cells that are marked as refused, which are those the target has reason to refuse."""
    refused = set()
    for intersection in intersections:
        for cell in intersection.cells:
            coordinates = _coordinates(cell)
            wrong = target.refuses(dict(cell.members))
            if cell.refused_reason is not None:
                refused.add(coordinates)
                if not wrong:
                    yield f"{coordinates} is marked refused without a reason"
                if intersection.state != keys.refused(target.name):
                    yield f"{coordinates} is refused, and not listed so"
            elif wrong:
                yield f"{coordinates} was never refused"
    return refused


def _differences(
    where: str,
    found: Mapping[Coordinates, Decimal],
    wanted: Mapping[Coordinates, Decimal],
    unless: Collection[Coordinates] = (),
) -> Iterator[str]:
    for at in sorted((found.keys() | wanted.keys()) - set(unless)):
        if found.get(at, Decimal(0)) != wanted.get(at, Decimal(0)):
            yield f"{where} holds {found.get(at)} at {at}, the sources say {wanted.get(at)}"


def _outcomes(world: World) -> Iterator[str]:
    """Every accepted notice has an outcome; parked ones lie in a dead-letter queue, held ones under what they wait for."""
    ended: dict[_Delivery, set[int]] = {}
    parked: set[tuple[str, str, int]] = set()
    again: set[tuple[str, str, int]] = set()  # parked, be it that an earlier copy of the message came to an end
    for key, item in world.line.table.contents().items():
        if key[0].startswith("OUTCOME#"):
            received_at, delivery_id, flow = key[1].split("#")
            outcomes = outcomes_of(item)
            again |= {
                (flow, delivery_id, int(name.rpartition("_")[2])) for name in item if item[name] == Outcome.PARKED
            }
            ended.setdefault((delivery_id, received_at), set()).update(outcomes)
            parked |= {(flow, delivery_id, place) for place, each in outcomes.items() if each is Outcome.PARKED}
    yield from _differing(world, ended)
    dead = {
        (name, envelope.delivery_id, notice.position)
        for name, envelope in world.line.parked()
        for notice in envelope.notices
    }
    if not parked <= dead:
        yield f"parked, but in no dead-letter queue: {sorted(parked - dead)}"
    if dead - again:
        yield f"in a dead-letter queue, but not parked: {sorted(dead - again)}"


def _files(world: World) -> Iterator[str]:
    """Every file has come to an end, refused or not as its books know, and each document of one that is done has an outcome."""
    truth = {each.drop: each.is_flawed for each in world.dropping.files}
    ended: Counter[str] = Counter()
    for key, item in world.line.table.contents().items():
        if key[0].startswith(f"OUTCOME#{FILES}#"):
            ended[key[1].split("#")[1].split("-")[1]] += len(outcomes_of(item))
    for run in world.dropping.ledger.runs(FILES):
        is_wrong = run.state.was_accepted if truth[run.drop] else run.state.is_refusal
        if run.state in {FileState.ACCEPTED, FileState.STOPPED} or is_wrong:
            yield f"{run.name} of {run.own_version} ended as {run.state}"
        if run.state is FileState.DONE and ended[run.run] != run.documents:
            yield f"{run.name} of {run.own_version} has {run.documents} documents, and outcomes of {ended[run.run]}"


def _missing(world: World) -> Iterator[str]:
    """What a census finds of a world at rest cannot be read, and is parked."""
    parked = {notice.key for _, envelope in world.line.parked() for notice in envelope.notices}
    if world.counting.left - parked:
        yield f"a census still finds {sorted(map(str, world.counting.left - parked))}"


def _forged(world: World) -> Iterator[str]:
    """What only a forger speaks of is recorded nowhere, whatever the forger was answered."""
    if any(forged in key[0] for forged in (FORGED, FORGED_OF_SAP) for key in world.line.table.contents()):
        yield "what was told without a proof is recorded"


def _differing(world: World, ended: Mapping[_Delivery, set[int]]) -> Iterator[str]:
    """Deliveries of which not each notice ended, be they told of by a source or made of a listing.

    An event that a bus gives twice is one delivery, since what is kept of it stands under its id.
    """
    by_id: dict[str, set[int]] = {}
    for (delivery_id, _), places in ended.items():
        by_id.setdefault(delivery_id, set()).update(places)
    for line in map(json.loads, world.line.log):
        count = line.get("Accepted", 0)
        if line["outcome"] in {"accepted", "spooled"} and by_id.get(line["delivery_id"], set()) != set(range(count)):
            places = by_id.get(line["delivery_id"], set())
            yield f"delivery {line['delivery_id']}: {count} notices accepted, outcomes of {sorted(places)}"
    for delivery, sent in world.line.sent.items():
        places = ended.get(delivery, set())
        if places != sent:
            yield f"listing {delivery}: notices {sorted(sent)} were sent, outcomes of {sorted(places)}"
    silent = {delivery_id for delivery_id, _ in ended} & world.selling.relay.silent
    if silent:
        yield f"an echo, or an event of another organisation, was taken: {sorted(silent)}"
    if world.line.relay_dead_letters.contents():
        yield "an event of the bus is parked, though nothing is wrong any more"
