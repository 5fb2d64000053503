"""Customers that one connection owns and another knows too: they are told of, and operators link them and part them again.

What an operator does is remembered as it should have come out, by what was there before: the oracle asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from ops import master_data
from ops.mapping_tables import Entry
from tests.simulation.documents import ZONE
from tests.simulation.operators import give_until_done
from tests.simulation.owners import CODES, KNOWN_TOO, KNOWS_TOO, MAY_BE, OWNED, OWNER, is_owned
from tests.simulation.resending import send_outdated
from tests.simulation.senders import netsuite_event
from tieout.errors import TransientError
from tieout.facts.master_data import Customer
from tieout.ledger.mappings import LINK, PERSON
from tieout.moments import moment_text
from tieout.ownership import Ownership
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    from ops.place import Place
    from tests.simulation.world import World
    from tieout.ledger.table import Item

_Key = tuple[str, str, str]
_Entry = tuple[str, str]  # a member, and where that it is comes from
_LIFETIME_MS = 60_000
_LOOKED_AGAIN_MS, _MOST_LOOKS = 30_000, 20
_NAMES = ("Nord", "Nord AG", "Sud", "West")
_FILE = "file:names.csv"


class Owning:
    """What happens to the customers of a world in which they have an owner. It has chance of its own.

    Attributes:
        is_part: whether they have one.
        links: what each entry that is made of a link says, where that comes from, and what stood there before, the latest first.
        told: the customers that were told of, by connection and number.
        wrong: what operators were shown that is not so.
        is_mended: whether what was refused was written again once everything had come to rest.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"{world.scenario.seed} owners")  # noqa: S311 it must repeat itself
        self.is_part = is_owned(world.scenario)
        self.links: dict[_Key, tuple[str, str, tuple[_Entry, ...]]] = {}
        self.told: set[tuple[str, str]] = set()
        self.wrong: list[str] = []
        self.is_mended = False
        self._told = 0

    @property
    def place(self) -> Place:
        """The stage, as far as the commands look at it."""
        landscape = self._world.line.landscape
        companies = {each.name: each.legal_entity for each in landscape.connections}
        ownership = Ownership(landscape.owners)
        stage = SimpleNamespace(table=self._world.line.table, legal_entities=companies, ownership=ownership)
        return cast("Place", stage)

    def suggested(self) -> set[tuple[str, str]]:
        """The links that wait for somebody to confirm them: the number, and the owner's."""
        found = master_data.suggested(self.place, Customer)
        return {(each.record.fact.number, each.owner.fact.number) for each in found}

    def is_unsaid(self, key: MappingKey) -> bool:
        """Whether nobody stores this entry by himself: the owner's numbers imply it, or a link is to say it, most often."""
        concerned = self.is_part and key.table == "customer" and key.connection in {OWNER, KNOWS_TOO}
        return concerned and self._random.random() < (0.7 if key.connection == OWNER else 0.5)

    def plan(self, span: int) -> None:
        """Have customers be told of, linked, parted and named within a span."""
        if not self.is_part:
            return
        after, random = self._world.schedule.after, self._random
        for number in OWNED:
            after(random.randrange(span // 2), partial(self._tell_owned, number))
            for _ in range(random.choice((1, 2, 3))):
                after(random.randrange(span), partial(self._tell_owned, number))
        for number, owners in MAY_BE.items():
            after(random.randrange(span // 2), partial(self._tell_known_too, number))
            for _ in range(random.choice((1, 2)) if owners else 0):
                at = random.randrange(span)
                for each in (
                    owners if random.random() < 0.6 else (random.choice(owners),)
                ):  # two look at once, and differ
                    after(at, partial(self._look, number, each, _MOST_LOOKS))
        for number in random.sample(list(OWNED), random.choice((0, 1, 2))):
            after(random.randrange(span), partial(self._name, OWNER, number))

    def _tell_owned(self, number: str) -> None:
        """The owner's customer is there, or has another name or parent; some names are two customers', and some circles close."""
        changed = self._world.schedule.now().astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")
        draw = self._random
        known = self._world.erps[OWNER].customers
        below = [each for each, row in known.items() if row.get("parent") == number]
        above = (None, None, *(each for each in OWNED if each > number))
        parent = draw.choice(below if below and draw.random() < 0.3 else above)
        name = draw.choice(_NAMES)
        self._world.erps[OWNER].customers[number] = {
            "id": number,
            "lastmodified": changed,
            "isinactive": "F",
            "companyname": name if draw.random() < 0.1 else f"{name} {number}",
            "url": OWNED[number],
            **({"parent": parent} if parent else {}),
        }
        self._told += 1
        self.told.add((OWNER, number))
        event = netsuite_event("customer", number, "edit", self._told, self._world.schedule)
        self._world.note(f"{OWNER}: customer {number}")
        self._world.senders[OWNER].say([event])

    def _tell_known_too(self, number: str) -> None:
        crm = self._world.crms[KNOWS_TOO]
        crm.companies[number] = {
            "name": self._random.choice(_NAMES),
            "domain": KNOWN_TOO[number],
            "hs_lastmodifieddate": moment_text(self._world.schedule.now()),
        }
        self.told.add((KNOWS_TOO, number))
        self._world.say(KNOWS_TOO, [crm.event("propertyChange", number, "company", propertyName="name")])

    def _look(self, number: str, owners: str, looks: int) -> None:
        """An operator looks whether a link is suggested, and says so a while later, whatever happens meanwhile."""
        try:
            [entry] = master_data.confirmed(self.place, Customer, KNOWS_TOO, number, owners)
        except (TransientError, master_data.NothingToLinkError):
            if looks:
                self._world.schedule.after(_LOOKED_AGAIN_MS, partial(self._look, number, owners, looks - 1))
            return
        if entry.member.rstrip("x") not in {f"{CODES}{owners}", f"M-{owners}", f"F-{owners}"}:
            self.wrong.append(f"customer {number} is to be linked with {owners} as {entry.member}")
        if entry.origin != f"link:{OWNER}/customer/{owners}":
            self.wrong.append(f"customer {number} is to be linked with {owners}, and comes from {entry.origin}")
        delay = self._random.choice((1_000, 60_000, 200_000))
        if self._random.random() < 0.4:
            self._world.schedule.after(delay // 2, partial(self._name, KNOWS_TOO, number))
        self._world.schedule.after(delay, lambda: self._give(f"link {number}", partial(self._link, entry, number)))

    def _link(self, entry: Entry, number: str) -> None:
        """`tieout crosswalk confirm`: store the entry, then send what waited, and what was planned with another, again."""
        world, key = self._world, (entry.key.connection, entry.key.table, entry.key.key)
        stood = self.stored(key)
        try:
            world.line.mappings.put(entry.key, entry.member, "controller", world.schedule.now(), entry.origin)
        finally:  # be it that its answer is lost
            if self.stored(key) == (entry.member, entry.origin):
                self._note_linked(key, entry, stood)
        for held in world.line.mappings.waiting(entry.key):
            world.line.flows[held.lineage.flow].queue.send(held.lineage.envelope().message())
        send_outdated(world)
        if self._random.random() < 0.7:
            delay = self._random.choice((5_000, 60_000, 300_000))
            world.schedule.after(delay, lambda: self._give(f"part {number}", partial(self._part, entry.key)))

    def stored(self, key: _Key) -> _Entry | None:
        """An entry as the table has it."""
        item = self._item(key)
        return None if item is None else (str(item["member"]), str(item["origin"]))

    def _item(self, key: _Key) -> Item | None:
        connection, table, value = key
        return self._world.line.table.contents().get((f"MAP#{connection}#{table}", value))

    def _note_linked(self, key: _Key, entry: Entry, stood: _Entry | None) -> None:
        _, origin, before = self.links.get(key, ("", "", ()))
        if stood is not None and stood[1] != entry.origin:
            is_link = stood[1] == origin
            self._world.weather.strike("linked_over_a_link" if is_link else "linked_over_another")
            before = (stood, *(before if is_link else ()))
        elif stood is None:
            self._world.weather.strike("linked")
            before = ()
        self.links[key], self._world.mappings[key] = (entry.member, entry.origin, before), entry.member

    def _part(self, entry: MappingKey) -> None:
        """`tieout crosswalk take-back`: nothing where somebody has stored something else since; then send again."""
        world, key = self._world, (entry.connection, entry.table, entry.key)
        link, stood = world.line.mappings.entry(entry), self._item(key)
        if link is not None and link.origin.startswith(LINK):
            try:
                world.line.mappings.take_back(link, "controller", world.schedule.now())
            finally:
                if self._item(key) != stood:
                    self._note_parted(key)
        send_outdated(world)

    def _note_parted(self, key: _Key) -> None:
        _, _, before = self.links.pop(key)
        self._world.weather.strike("parted_to_another" if before else "parted")
        if not before:
            del self._world.mappings[key]
            return
        (member, origin), *earlier = before
        self._world.mappings[key] = member
        if origin.startswith(LINK):
            self.links[key] = (member, origin, tuple(earlier))

    def origin_of(self, key: _Key) -> str:
        """Where an entry comes from, by what was done to it."""
        member = self._world.mappings[key]
        if key in self.links and self.links[key][0] == member:
            return self.links[key][1]
        return _FILE if member == f"F-{key[2]}" else PERSON

    def _name(self, connection: str, number: str) -> None:
        """A controller, or a file, says what a customer is called, whatever its number implies, or it is linked with."""
        world, key = self._world, (connection, "customer", number)
        member, origin = self._random.choice(((f"M-{number}", PERSON), (f"F-{number}", _FILE)))

        def put() -> None:
            try:
                world.line.mappings.put(MappingKey(*key), member, "controller", world.schedule.now(), origin)
            finally:
                if self.stored(key) == (member, origin):
                    if connection == OWNER and key not in world.mappings:
                        world.weather.strike("implied_replaced")
                    world.mappings[key] = member
            send_outdated(world)

        self._give(f"name {number}", put)

    def _give(self, name: str, command: Callable[[], None]) -> None:
        give_until_done(self._world, name, command, _LIFETIME_MS)
