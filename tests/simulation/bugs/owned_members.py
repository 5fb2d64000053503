"""Slips in following the owners of customers with planning's members: their names, their places, and that they are there."""

from __future__ import annotations

from functions.deliver import carrying_out, declaring, publishing
from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.owners import THEME
from tests.support.published_members import PublishedMembers
from tests.unit.deliver import test_members_are_published as tests
from tieout import masters, members, placing
from tieout.ledger.conflicts import ConflictLedger
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.masters import MasterLedger

_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "what its owner's number implies is no member",
        declaring._each_once,
        "for each in said}",
        "for each in said if folded(each.code) in map(folded, codes)}",
    ),
    (
        "whoever has a record says what a customer is called",
        masters.Master.owner_of,
        "owner.connection == each.record.connection",
        "True",
    ),
    (
        "a parent is called what its number implies, whatever is stored",
        MasterLedger._of_connection,
        "self._said(connection, kind, fact.parent, entries)",
        "self._said(connection, kind, fact.parent, {})",
    ),
    (
        "a renamed customer keeps its name in planning",
        members._change,
        'member.name if member.name != held.name else ""',
        '""',
    ),
    (
        "a customer that is moved stays where it is",
        members._change,
        'member.parent if member.parent and folded(member.parent) not in map(folded, held.parents) else ""',
        '""',
    ),
    (
        "who is below nobody any more stays below its former parent",
        placing.placed,
        "is_left_behind = key in held and key != folded(parent) and _is_below(held[key], wanted)",
        "is_left_behind = False",
    ),
    (
        "customers in a circle are in no dimension",
        placing.placed,
        "if not each.is_owned:",
        "if not each.is_owned or each.code in in_circles:",
    ),
    (
        "a customer whose name another has is in no dimension",
        carrying_out._did,
        "if not wanted:",
        "if True:",
    ),
    (
        "a customer whose name another has does not move",
        carrying_out._did,
        "if action == ADD or each != Member(each.code)",
        "if action == ADD",
    ),
    (
        "what stands below a refused parent is sent all the same",
        carrying_out._orphans,
        "if folded(each.parent) in lost",
        "if False",
    ),
    (
        "a conflict with an owner that is over is known for good",
        ConflictLedger._news,
        "sorted(known - there.keys())",
        "()",
    ),
    (
        "whoever says the same as an owner contradicts it",
        masters.conflicts,
        "if says != holds and",
        "if",
    ),
    (
        "a conflict is known of the connection that owns the field",
        ConflictLedger._news,
        "each.record.connection == connection and",
        "each.owner.connection == connection and",
    ),
    (
        "what a link stood over is a person's word, wherever it came from",
        MappingLedger.take_back,
        '"origin": origin}',
        '"origin": "person"}',
    ),
    (
        "a link over a link forgets what both stood over",
        MappingLedger.take_back,
        "item | _standing_on(earlier)",
        "item",
    ),
)

BUGS = (
    *(Bug(name, function, right, wrong, theme=THEME) for name, function, right, wrong in _MET),
    Bug(
        "what was refused is tried anew before all that can be done is",
        publishing._Acting.settle,
        "if last is None or write.begun_at > last.at:",
        "if False:",
        proof=held_by(
            lambda: tests.test_several_members_that_are_always_refused_keep_no_other_from_being_published(
                PublishedMembers()
            )
        ),
    ),
)
