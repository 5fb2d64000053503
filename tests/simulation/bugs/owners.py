"""Slips about who owns what: what planning calls a customer, and the links between what two systems call it."""

from __future__ import annotations

from ops import master_data
from tests.simulation.bugs.bug import Bug
from tests.simulation.owners import THEME
from tieout import crosswalk
from tieout.ledger import mappings
from tieout.ledger.mappings import MappingLedger
from tieout.ledger.planned import FactCatalogue
from tieout.ledger.planner import Planner
from tieout.ownership import Ownership
from tieout.planning.resolving import OwnLines

_BEFORE = "stored.before if stored.origin == origin else (Stood(stored.member, stored.origin), *stored.before)"
_MET: tuple[tuple[str, object, str, str], ...] = (
    (
        "what a number implies stands before what is stored",
        Planner.found,
        "self.model.implied(new - stored.keys()) | stored",
        "stored | self.model.implied(new)",
    ),
    ("the numbers of any connection imply codes", Ownership.implied, "(connection, table)", "next(iter(self._codes))"),
    ("what its owner's number implies is held", Ownership.implied, "codes is not None and is_a_code", "False"),
    ("a link forgets what stood before it", mappings.item_of_entry, _BEFORE, "()"),
    (
        "a link that is stored twice stood before itself",
        mappings.item_of_entry,
        _BEFORE,
        "(Stood(stored.member, stored.origin), *stored.before)",
    ),
    (
        "what is taken back says nothing, whatever stood there",
        MappingLedger.take_back,
        "if not link.before:",
        "if True:",
    ),
    (
        "what was planned with a link stays when it is taken back",
        FactCatalogue.outdated,
        "members.get(entry) != fact.used.get(entry)",
        "members[entry] is not None and members[entry] != fact.used.get(entry)",
    ),
    (
        "what a number implies is outdated for good",
        FactCatalogue._members,
        "dict(zip(entries, implied, strict=True)) | stored",
        "dict.fromkeys(entries) | stored",
    ),
    (
        "what was planned by a number stays when somebody names it",
        FactCatalogue._members,
        "dict(zip(entries, implied, strict=True)) | stored",
        "stored | {at: code for at, code in zip(entries, implied, strict=True) if code is not None}",
    ),
    ("a link is a person's word like any other", master_data.confirmed, 'origin=f"{LINK}', 'origin=f"'),
    (
        "a link names the number, and not what planning calls it",
        master_data.confirmed,
        "term.member",
        "suggestion.owner.fact.number",
    ),
    (
        "a company's opportunities are planned of everybody",
        Ownership.is_planned,
        "owner.connection == connection",
        "True",
    ),
    (
        "whoever owns a kind of one company owns it of all",
        Ownership.__init__,
        "each.legal_entities or (None,)",
        "(None,)",
    ),
    (
        "what another connection owns is held all the same",
        OwnLines.legal_entity,
        "self.is_planned(company)",
        "True",
    ),
    (
        "records are the same by ids that nobody declared",
        crosswalk._owned_by_id,
        "if stated.name in owner.linked_by:",
        "if stated.name not in owner.linked_by:",
    ),
    (
        "a link holds whatever the other record is called by now",
        crosswalk._is_named,
        "called.get(record.linked_with) == record.said if record.linked_with else ",
        "",
    ),
)

BUGS = tuple(Bug(name, function, right, wrong, theme=THEME) for name, function, right, wrong in _MET)
