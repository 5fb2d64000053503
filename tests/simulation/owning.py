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
from tieout.ledger.mappings import LINK
from tieout.moments import moment_text
from tieout.ownership import Ownership
from tieout.planning.mapping import MappingKey

if TYPE_CHECKING:
    from ops.place import Place
    from tests.simulation.world import World

_Key = tuple[str, str, str]
_LIFETIME_MS = 60_000
_LOOKED_AGAIN_MS, _MOST_LOOKS = 30_000, 20
_NAMES = ("Nord", "Nord AG", "Sud", "West")


class Owning:
    """What happens to the customers of a world in which they have an owner. It has chance of its own.

    Attributes:
        is_part: whether they have one.
        links: what each entry that is made of a link says, and what stood there before.
        told: the customers that were told of, by connection and number.
        wrong: what operators were shown that is not so.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(f"{world.scenario.seed} owners")  # noqa: S311 it must repeat itself
        self.is_part = is_owned(world.scenario)
        self.links: dict[_Key, tuple[str, str | None]] = {}
        self.told: set[tuple[str, str]] = set()
        self.wrong: list[str] = []
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
            after(random.randrange(span), partial(self._tell_owned, number))
        for number, owners in MAY_BE.items():
            after(random.randrange(span // 2), partial(self._tell_known_too, number))
            for _ in range(random.choice((1, 2)) if owners else 0):
                after(random.randrange(span), partial(self._look, number, random.choice(owners), _MOST_LOOKS))
        for number in random.sample(list(OWNED), random.choice((0, 1, 2))):
            after(random.randrange(span), partial(self._name, OWNER, number))

    def _tell_owned(self, number: str) -> None:
        """The owner's customer is there, or has another name or parent; a parent has a higher number than those below it."""
        changed = self._world.schedule.now().astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")
        parent = self._random.choice((None, None, *(each for each in OWNED if each > number)))
        self._world.erps[OWNER].customers[number] = {
            "id": number,
            "lastmodified": changed,
            "isinactive": "F",
            "companyname": f"{self._random.choice(_NAMES)} {number}",
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
            entry = master_data.confirmed(self.place, Customer, KNOWS_TOO, number, owners)
        except (TransientError, master_data.NothingToLinkError):
            if looks:
                self._world.schedule.after(_LOOKED_AGAIN_MS, partial(self._look, number, owners, looks - 1))
            return
        if entry.member.rstrip("x") not in {f"{CODES}{owners}", f"M-{owners}"}:
            self.wrong.append(f"customer {number} is to be linked with {owners} as {entry.member}")
        delay = self._random.choice((1_000, 60_000, 200_000))
        if self._random.random() < 0.4:
            self._world.schedule.after(delay // 2, partial(self._name, KNOWS_TOO, number))
        self._world.schedule.after(delay, lambda: self._give(f"link {number}", partial(self._link, entry, number)))

    def _link(self, entry: Entry, number: str) -> None:
        """`tieout crosswalk confirm`: store the entry, then send what waited, and what was planned with another, again."""
        world, key = self._world, (entry.key.connection, entry.key.table, entry.key.key)
        world.line.mappings.put(entry.key, entry.member, "controller", world.schedule.now(), entry.origin)
        if not (self.is_linked(key) and self.links[key][0] == entry.member):
            before = world.mappings.get(key)
            self.links[key], world.mappings[key] = (entry.member, before), entry.member
            world.weather.strike("linked" if before is None else "linked_over_another")
        for held in world.line.mappings.waiting(entry.key):
            world.line.flows[held.lineage.flow].queue.send(held.lineage.envelope().message())
        send_outdated(world)
        if self._random.random() < 0.7:
            delay = self._random.choice((5_000, 60_000, 300_000))
            world.schedule.after(delay, lambda: self._give(f"part {number}", partial(self._part, entry.key)))

    def is_linked(self, key: _Key) -> bool:
        """Whether an entry still says what a link made it say."""
        return key in self.links and self._world.mappings.get(key) == self.links[key][0]

    def _part(self, entry: MappingKey) -> None:
        """`tieout crosswalk take-back`: nothing where somebody has stored something else since; then send again."""
        world, key = self._world, (entry.connection, entry.table, entry.key)
        link = world.line.mappings.entry(entry)
        if link is not None and link.origin.startswith(LINK):
            world.line.mappings.take_back(link, "controller", world.schedule.now())
        if self.is_linked(key):
            before = self.links.pop(key)[1]
            world.weather.strike("parted" if before is None else "parted_to_another")
            if before is None:
                del world.mappings[key]
            else:
                world.mappings[key] = before
        send_outdated(world)

    def _name(self, connection: str, number: str) -> None:
        """A controller says what a customer is called, whatever its number implies, or it is linked with."""
        world, key = self._world, (connection, "customer", number)

        def put() -> None:
            world.line.mappings.put(MappingKey(*key), f"M-{number}", "controller", world.schedule.now())
            if connection == OWNER and key not in world.mappings:
                world.weather.strike("implied_replaced")
            world.mappings[key] = f"M-{number}"
            send_outdated(world)

        self._give(f"name {number}", put)

    def _give(self, name: str, command: Callable[[], None]) -> None:
        give_until_done(self._world, name, command, _LIFETIME_MS)
