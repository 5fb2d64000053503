"""Keeps the members of a target's dimensions as declared: all of them every few hours, and those that cells are about to name.

declared members, and those planning has -> what differs -> added by levels, parents first -> changed

Each call is noted in the ledger before it is made, and again when it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from itertools import batched

from functions.deliver.carrying_out import ADD, Kept, carry_out, denied
from functions.deliver.declaring import Declarations, Declared
from tieout.discovering import Finding
from tieout.errors import LostAnswerError, MalformedError, PermanentError, TransientError, UnavailableError
from tieout.ledger.cells import CellLedger
from tieout.ledger.members import KeptMembers, MemberLedger, MemberWrite
from tieout.maintenance import Maintenance, demand_no_maintenance
from tieout.member_sources import MemberSource
from tieout.members import Member, MemberKeeper, PublishingKeeper, folded
from tieout.ports import Clock, Entropy

_EVERY, _EVERY_WHILE_UNFIT = timedelta(hours=6), timedelta(hours=1)  # as a target is checked
_KNOWN_FOR = timedelta(minutes=10)  # somebody may remove one
_NOTING_SECONDS = 30
_LEFT_TO_ITSELF = "deliver"
_UNKNOWN = "member_unknown: nobody has told of a record that is called so"
_MOST_TOLD = 5  # of the members that wait for a person
Pairs = Iterable[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class MemberStep:
    """Everything that members of one target are kept with.

    Attributes:
        sources: the dimensions whose members are declared.
        known: what a warm function remembers: dimension and folded member that is there, and for how long that is believed.
        refused: dimension and folded member that planning did not take in this run, and why: it is asked once a run.
        by: who asked for it.
        has_time: whether the function may run on for so many seconds.
        maintenance: when the target is not called.
        contradicted: is told what a dimension shall have each time that it is compared, conflicts with owners included.
    """

    target: str
    sources: Mapping[str, MemberSource]
    declarations: Declarations
    open_keeper: Callable[[], MemberKeeper]
    ledger: MemberLedger
    cells: CellLedger
    clock: Clock
    entropy: Entropy
    known: dict[tuple[str, str], datetime] = field(default_factory=dict)
    refused: dict[tuple[str, str], str] = field(default_factory=dict)
    by: str = _LEFT_TO_ITSELF
    has_time: Callable[[float], bool] = lambda _: True
    maintenance: Maintenance | None = None
    contradicted: Callable[[Declared], None] = lambda _: None


def keep_when_due(step: MemberStep) -> KeptMembers | None:
    """Keep the members of all declared dimensions where that is due, unless the target is left alone; how they were found last.

    It is due when the declaration has changed, and after some hours, since somebody may have changed planning.

    Raises:
        TransientError: it cannot be asked now, as in its maintenance, or takes nothing.
    """
    if not step.sources:
        return None
    last, now = step.ledger.last(step.target), step.clock.now()
    every = _EVERY_WHILE_UNFIT if last is not None and last.findings else _EVERY
    if last is not None and last.declaration == step.declarations.digest() and now - last.at < every:
        return last
    paused_until = step.cells.paused_until(step.target)
    return last if paused_until is not None and paused_until > now else keep_all(step)


def keep_all(step: MemberStep) -> KeptMembers:
    """Keep the members of all declared dimensions now, and remember how they were found. Raises as `keep_when_due`.

    Where members have to be published, nothing is written: what is not as declared waits for a person, who is told.
    """
    if isinstance(step.open_keeper(), PublishingKeeper):
        compared = [compare(step, dimension) for dimension in step.sources]
        findings = tuple(finding for each in compared for finding in (*each.told(), *_waiting(step.target, each)))
    else:
        findings = tuple(finding for dimension in step.sources for finding in keep(step, dimension).told())
    return remember(step, findings)


def remember(step: MemberStep, findings: tuple[Finding, ...]) -> KeptMembers:
    """Keep in the ledger how the members of all declared dimensions were found now."""
    found = KeptMembers(step.clock.now(), step.declarations.digest(), findings)
    step.ledger.keep(step.target, found)
    return found


def make_sure(step: MemberStep, named: Pairs) -> dict[tuple[str, str], str]:
    """Have the declared members that cells are about to name; (dimension, member) to why planning does not take it.

    Whoever is known to be there is not asked for again, and one that is not declared is left to planning, which refuses its cells;
    so is every one where members have to be published, which only a person has done.

    Raises:
        TransientError: planning cannot be asked now, or takes nothing: the cells are not to be written yet.
    """
    by_dimension: dict[str, dict[str, str]] = {}
    now = step.clock.now()
    for dimension, member in named:
        if dimension in step.sources and step.known.get((dimension, folded(member)), now) <= now:
            by_dimension.setdefault(dimension, {})[folded(member)] = member
    reasons: dict[tuple[str, str], str] = {}
    if by_dimension and isinstance(step.open_keeper(), PublishingKeeper):
        return reasons
    for dimension, members in by_dimension.items():
        for key, reason in _lacking(step, dimension, members).items():
            reasons[dimension, members[key]] = reason
    return reasons


def compare(step: MemberStep, dimension: str, declared: Declared | None = None) -> Kept:
    """How the members of a dimension differ from what is declared; nothing is written. Raises as `keep_when_due`.

    What is declared is read, unless the caller has just done so.
    """
    from tieout.placing import difference_in_place  # noqa: PLC0415 most targets keep no members

    try:
        keeper = opened(step)
        flaws = tuple(keeper.flaws(dimension))
        if any(flaw.is_in_the_way for flaw in flaws):
            return Kept(dimension=dimension, findings=flaws)
        declared = declared or step.declarations.of(dimension)
        step.contradicted(declared)
        differs = difference_in_place(declared.members, keeper.held(dimension), step.sources[dimension].parent)
    except PermanentError as error:
        return Kept(dimension=dimension, findings=(denied(dimension, error),))
    return Kept(dimension=dimension, differs=differs, findings=flaws)


def keep(step: MemberStep, dimension: str, declared: Declared | None = None) -> Kept:
    """Add and change members of a dimension until they are as declared (see `compare`); one that is refused stops no other.

    Doing it twice changes nothing more: what was done without an answer is there when planning is asked what it has.
    Raises as `keep_when_due`.
    """
    kept = compare(step, dimension, declared)
    write_again(step, dimension, [member.code for level in kept.differs.to_add for member in level])
    return carry_out(kept, partial(_done, step))


def _lacking(step: MemberStep, dimension: str, members: Mapping[str, str]) -> dict[str, str]:
    """Folded members that are declared and not there, each with the reason, after all that could be done about it."""
    there = _having(step, dimension, members)
    reasons = {key: step.refused[dimension, key] for key in members.keys() - there if (dimension, key) in step.refused}
    try:
        shall_be = step.declarations.of(dimension)
    except PermanentError:  # that is told where members are compared
        return reasons
    declared = {folded(each.code) for each in shall_be.members}
    unknown = dict.fromkeys(members.keys() - declared - there, _UNKNOWN) if shall_be.owned else {}
    if members.keys() & declared <= there | reasons.keys():
        return reasons | unknown
    kept = keep(step, dimension, shall_be)
    found = {folded(code): reason for code, reason in {**kept.differs.misplaced, **kept.refused}.items()}
    there |= _having(step, dimension, {key: member for key, member in members.items() if key not in there})
    hindered = "; ".join(f"{each.code}: {each.says}" for each in kept.findings if each.is_in_the_way)
    reasons = {key: found.get(key, hindered or "not there") for key in members.keys() & declared - there}
    step.refused.update({(dimension, key): reason for key, reason in reasons.items()})
    return reasons | unknown


def _having(step: MemberStep, dimension: str, members: Mapping[str, str]) -> set[str]:
    """Of some members those that are there, and known to be from now on; none where our role is not shown the dimension."""
    try:
        there = set(opened(step).having(dimension, tuple(members.values())))
    except PermanentError:
        return set()
    until = step.clock.now() + _KNOWN_FOR
    step.known.update({(dimension, key): until for key in there})
    return there


def opened(step: MemberStep) -> MemberKeeper:
    """The target's keeper; raises `UnavailableError` in its maintenance."""
    demand_no_maintenance(step.maintenance, step.clock.now())
    return step.open_keeper()


def demand_time(step: MemberStep, keeper: MemberKeeper) -> None:
    """Raise `UnavailableError` where a call could not be noted any more before the function ends."""
    if not step.has_time(keeper.write_seconds + _NOTING_SECONDS):
        raise UnavailableError("no time left for members in this run", retry_after_seconds=0.0)


def _done(step: MemberStep, dimension: str, action: str, members: Sequence[Member]) -> dict[str, str]:
    """Add or change members, call by call, each noted before and after; code to why it was refused."""
    keeper, refused = opened(step), dict[str, str]()
    for some in batched(members, keeper.batch_size, strict=False):
        demand_time(step, keeper)
        token, codes = step.entropy.token(), tuple(each.code for each in some)
        write = MemberWrite(dimension=dimension, action=action, codes=codes, by=step.by, begun_at=step.clock.now())
        step.ledger.note(step.target, token, write)
        try:
            answer = _sent(keeper.add if action.startswith(ADD) else keeper.change, dimension, some)
        except LostAnswerError:
            raise  # it stays without an end: planning may have them all the same
        except (TransientError, PermanentError) as error:
            step.ledger.note(step.target, token, replace(write, ended_at=step.clock.now(), answer=type(error).__name__))
            raise
        ended = replace(write, ended_at=step.clock.now(), answer="taken", refused=answer)
        step.ledger.note(step.target, token, ended)
        refused |= answer
    return refused


def _sent(
    send: Callable[[str, Sequence[Member]], Mapping[str, str]], dimension: str, members: Sequence[Member]
) -> dict[str, str]:
    """Send members, and where the request is refused as a whole, find the one that spoils it by halving."""
    try:
        return dict(send(dimension, members))
    except MalformedError as error:
        if len(members) == 1:
            return {members[0].code: error.reason}
        middle = len(members) // 2
        first = _sent(send, dimension, members[:middle])
        try:
            return first | _sent(send, dimension, members[middle:])
        except (TransientError, PermanentError) as failure:  # the first half is taken, so this is not "not taken"
            asked = getattr(failure, "retry_after_seconds", None)
            raise LostAnswerError(f"in part: {type(failure).__name__}", retry_after_seconds=asked) from failure


def write_again(step: MemberStep, dimension: str, codes: Iterable[str]) -> None:
    """Have cells written again that were refused for want of members which are about to be added: before, so none is forgotten."""
    added = set(map(folded, codes))
    if added:
        step.cells.retry_refused(
            step.target,
            step.clock.now(),
            lambda cell: any(name == dimension and folded(member) in added for name, member in cell.members),
        )


def _waiting(target: str, kept: Kept) -> Iterable[Finding]:
    """What a dimension lacks until a person has it added."""
    missing = [each.code for level in kept.differs.to_add for each in level]
    codes = [*missing, *(each.code for each in kept.differs.to_change)]
    if codes:
        more = f" and {len(codes) - _MOST_TOLD} more" if len(codes) > _MOST_TOLD else ""
        named = f"{kept.dimension} is not as declared: {', '.join(codes[:_MOST_TOLD])}{more}"
        says = f"{named}: tieout targets members {target} --apply, when nobody plans"
        yield Finding(code="members_wait", says=says)
