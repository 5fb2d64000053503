"""Keeps members in the lists of one Anaplan model: the adapter behind the deliver step's `MemberKeeper`."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tieout.delivering import CellWriter
from tieout.discovering import Finding
from tieout.errors import AccessDeniedError, LostAnswerError, PermanentError, TransientError, UnavailableError
from tieout.members import HeldMember, Member, folded
from tieout.systems.anaplan.answers import CONFLICT_WAIT_SECONDS
from tieout.systems.anaplan.cell_write import refusals_of
from tieout.systems.anaplan.client import AnaplanClient
from tieout.systems.anaplan.list_items import ListKind, body_of, held_of
from tieout.systems.anaplan.options import Options
from tieout.systems.anaplan.writing import AnaplanWriter

_DEPLOYED = frozenset({"PRODUCTION", "PRODUCTION_MAINTENANCE"})
_IGNORED = "ignored without a reason"


class ModelMembers:
    """Adds items to the lists of one model, and changes them (`MemberKeeper`); calls wait while an import has the model."""

    def __init__(self, client: AnaplanClient, options: Options) -> None:
        self._client = client
        self._options = options
        self._list_ids: dict[str, str] = {}

    @property
    def write_seconds(self) -> int:
        """How long Anaplan may keep a call waiting."""
        return self._options.write_timeout_seconds

    @property
    def batch_size(self) -> int:
        """The most items one call may carry."""
        return self._options.items_per_call

    def flaws(self, dimension: str) -> Sequence[Finding]:
        """What the model's state and the list's kind say against keeping members there.

        Raises:
            UnavailableError: an import, export or process has the model.
        """
        return tuple(Finding(code=code, says=says) for code, says in self._flaws(dimension))

    def held(self, dimension: str) -> Sequence[HeldMember]:
        """Every item of the dimension's list."""
        return tuple(held_of(self._kind(dimension), self._client.list_items(self._list_id(dimension))))

    def having(self, dimension: str, codes: Collection[str]) -> set[str]:
        """Of some codes, folded, those an item of the dimension's list has.

        Raises:
            UnavailableError: an import, export or process has the model.
        """
        if (
            self._client.is_busy()
        ):  # then the question would wait for minutes, and a load could not be given its task meanwhile
            raise _busy()
        found = self._client.items(self._list_id(dimension), codes=list(codes))
        return {folded(str(each["code"])) for each in found if each.get("code")}

    def add(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Add items: see `MemberKeeper.add`.

        A code that is there already, by an earlier call whose answer was lost or by somebody's hand, is refused by Anaplan without
        saying so in a way to tell: so of what it has not added, what is there all the same counts as added.
        """
        answer = self._client.change_list(
            self._list_id(dimension), body_of(self._kind(dimension), members, adding=True), adding=True
        )
        if answer.get("added") == len(members):
            return {}
        codes = [each.code for each in members]
        reasons = refusals_of(answer, codes)
        try:
            there = self.having(dimension, codes)
        except (TransientError, PermanentError) as error:  # the items were taken, or some of them
            raise LostAnswerError("anaplan: some items were not added, and which is not told") from error
        return {code: reasons.get(code, _IGNORED) for code in codes if folded(code) not in there}

    def change(self, dimension: str, members: Sequence[Member]) -> Mapping[str, str]:
        """Change items by their codes: see `MemberKeeper.change`; what is not said of one stays."""
        answer = self._client.change_list(
            self._list_id(dimension), body_of(self._kind(dimension), members, adding=False), adding=False
        )
        return refusals_of(answer, [each.code for each in members])

    def _kind(self, dimension: str) -> ListKind:
        return ListKind.of(dimension, self._options.lists.get(dimension, {}))

    def _list_id(self, dimension: str) -> str:
        """The id of the dimension's list; found once, then remembered.

        Raises:
            AccessDeniedError: our role is shown no list of that name.
        """
        name = folded(self._kind(dimension).name)
        if name not in self._list_ids:
            self._list_ids = {folded(str(each.get("name"))): str(each.get("id")) for each in self._client.lists()}
        if name not in self._list_ids:
            raise AccessDeniedError(f"anaplan shows our role no list {self._kind(dimension).name}")
        return self._list_ids[name]

    def _flaws(self, dimension: str) -> Iterator[tuple[str, str]]:
        model = self._client.model()
        if model.get("modelTransactionRunning") is True:
            raise _busy()
        kind, card = self._kind(dimension), self._client.list_card(self._list_id(dimension))
        is_deployed = model.get("activeState") in _DEPLOYED
        numbered, production = card.get("numberedList") is True, card.get("productionData") is True
        if numbered != kind.numbered:
            is_one = "a numbered list" if numbered else "no numbered list"
            yield "list_not_as_declared", f"{kind.name} is {is_one}: say numbered = {str(numbered).lower()} under lists"
        if kind.display and kind.display not in _properties_of(card):
            says = f"{kind.name} has no property {kind.display} to show names: add it to the list, or name another as display"
            yield "property_missing", says
        if production != kind.production:
            is_one = "production data" if production else "no production data"
            yield (
                "list_not_as_declared",
                f"{kind.name} is {is_one}: say production = {str(production).lower()} under lists",
            )
        elif production and not is_deployed:
            says = (
                f"{kind.name} is production data, and the model is not deployed: name the deployed model as model_id, or make the \
list structural"
            )
            yield "list_is_production_data", says
        elif is_deployed and not production:
            says = (
                f"{kind.name} is structural, and the model is deployed: make it production data in the development model and \
synchronise, or add members there"
            )
            yield "list_is_structural", says


def open_keeper(writer: CellWriter) -> ModelMembers:
    """The keeper beside a writer that `cells.open_writer` gave: they share the login, and the target's share of calls."""
    assert isinstance(writer, AnaplanWriter)
    return ModelMembers(writer.client, writer.options)


def _busy() -> UnavailableError:
    return UnavailableError("anaplan: model busy", retry_after_seconds=CONFLICT_WAIT_SECONDS)


def _properties_of(card: Mapping[str, object]) -> set[str]:
    found = card.get("properties")
    return {str(each.get("name")) for each in found if isinstance(each, dict)} if isinstance(found, list) else set()
