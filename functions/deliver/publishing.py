"""Keeps members that cells see only once they are published, and publishes them: when a person asks, and never by itself.

what earlier runs began and saw no end of -> what differs -> added by levels, parents first -> changed -> published

Each task of the target's own is noted before it is begun, with its reference before it is waited for, and again when it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import batched

from functions.deliver.carrying_out import UNNAMED, Kept, carry_out
from functions.deliver.members import MemberStep, compare, demand_time, opened, write_again
from tieout.errors import LostAnswerError, PermanentError, StillRunningError, TransientError
from tieout.ledger.members import MemberWrite
from tieout.members import Member, PublishingKeeper, folded

_PUBLISH = "publish"
_TAKEN = "taken"
_LATE = timedelta(days=1)
_Try = tuple[str, str, bool]  # of a dimension the folded code of a member, and whether it had its name


def keep_and_publish(step: MemberStep, keeper: PublishingKeeper) -> tuple[list[Kept], bool]:
    """Add and change members of all declared dimensions, and publish what was; what became of each, and whether it was published.

    Doing it again goes on with what has not ended, publishes what was added and not published yet, and else only has cells written
    again that were refused for want of members of the last day: a load that began before them may say so after they were published.

    Raises:
        StillRunningError: something has not ended: until it has, nothing is begun beside it.
        TransientError: planning cannot be asked now, or takes nothing; what was done before stands.
    """
    acting = _Acting(step, keeper)
    opened(step)
    acting.settle()
    kept = [carry_out(compare(step, dimension), acting.done) for dimension in step.sources]
    is_published = bool(_unpublished(step))
    if is_published:
        acting.publish()
    else:
        since = step.clock.now() - _LATE
        _write_again(step, [each for each in step.ledger.writes(step.target) if each.begun_at > since])
    return kept, is_published


@dataclass(frozen=True)
class _Acting:
    """What acts in one run.

    Attributes:
        told: why members were refused, with their names or without, since everything was last done that could be: until it has
            been, they are not tried again, or nobody would come to publishing where each task outlives its run.
    """

    step: MemberStep
    keeper: PublishingKeeper
    told: dict[_Try, str] = field(default_factory=dict)

    def settle(self) -> None:
        """Find out what became of all that earlier runs began and saw no end of; what nobody can say any more stays without one."""
        for token, write in list(self.step.ledger.begun(self.step.target)):
            try:
                self._tell(replace(write, refused=self._ended(token, write)))
            except StillRunningError:
                raise
            except TransientError as error:
                self._note(token, replace(write, ended_at=self.step.clock.now(), answer=type(error).__name__))

        last = self.step.ledger.last(self.step.target)
        for write in self.step.ledger.writes(self.step.target):
            if last is None or write.begun_at > last.at:
                self._tell(write)

    def _tell(self, write: MemberWrite) -> None:
        is_named = not write.action.endswith(UNNAMED)
        self.told.update({(write.dimension, folded(code), is_named): reason for code, reason in write.refused.items()})

    def done(self, dimension: str, action: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Have members added or changed, and wait for it: see `carrying_out.Done`."""
        keys = {each.code: (dimension, folded(each.code), not action.endswith(UNNAMED)) for each in members}
        refused = {code: self.told[key] for code, key in keys.items() if key in self.told}
        begun = [each for each in members if each.code not in refused]
        for some in batched(begun, self.keeper.batch_size, strict=False):
            codes = tuple(each.code for each in some)
            refused |= self._did(dimension, action, codes, lambda some=some: self.keeper.begin(dimension, some))  # type: ignore[misc]
        return refused

    def publish(self) -> None:
        """Have cells see what was added and changed."""
        self._did("", _PUBLISH, (), self.keeper.begin_publishing)

    def _did(self, dimension: str, action: str, codes: tuple[str, ...], begin: Callable[[], str]) -> Mapping[str, str]:
        step = self.step
        demand_time(step, self.keeper)
        opened(step)
        token = step.entropy.token()
        write = MemberWrite(dimension=dimension, action=action, codes=codes, by=step.by, begun_at=step.clock.now())
        self._note(token, write)
        try:
            write = replace(write, reference=begin())
            self._note(token, write)
            return self._ended(token, write)
        except LostAnswerError:
            raise  # it stays without an end: planning may have them all the same
        except (TransientError, PermanentError) as error:
            self._note(token, replace(write, ended_at=step.clock.now(), answer=type(error).__name__))
            raise

    def _ended(self, token: str, write: MemberWrite) -> Mapping[str, str]:
        """Wait for the end of what was begun, and note it."""
        refused: Mapping[str, str] = {}
        if write.action == _PUBLISH:
            self.keeper.published(write.reference)
            _write_again(self.step, _unpublished(self.step))
        else:
            refused = self.keeper.outcome(write.dimension, write.reference, write.codes)
        self._note(token, replace(write, ended_at=self.step.clock.now(), answer=_TAKEN, refused=refused))
        return refused

    def _note(self, token: str, write: MemberWrite) -> None:
        self.step.ledger.note(self.step.target, token, write)


def _write_again(step: MemberStep, writes: Sequence[MemberWrite]) -> None:
    """Have cells written again that were refused for want of members which were added or changed."""
    for each in writes:
        write_again(step, each.dimension, [code for code in each.codes if code not in each.refused])


def _unpublished(step: MemberStep) -> list[MemberWrite]:
    """What may have been added or changed since it was last published; what has no end may have been done."""
    changed: list[MemberWrite] = []
    writes = step.ledger.writes(step.target)
    for write in sorted(writes, key=lambda each: (each.begun_at, each.action == _PUBLISH)):
        if write.action != _PUBLISH:
            is_possible = write.answer in {_TAKEN, "", LostAnswerError.__name__}
            changed += [write] if is_possible and not set(write.codes) <= write.refused.keys() else []
        elif write.answer == _TAKEN:
            changed = []
    return changed
