"""Slips about what drifts: what is compared, what is kept of it, and how often somebody is told."""

from __future__ import annotations

from functions.record.drifting import DeliveriesShown, Drifting
from tests.simulation.bugs.bug import Bug, held_by
from tests.simulation.drifts import THEME
from tests.unit.record import test_drifts_of_deliveries
from tieout import drift
from tieout.arriving import accepting, delivery, publishing
from tieout.arriving.door import Door
from tieout.arriving.envelope import Envelope
from tieout.ledger import drifts
from tieout.ledger.drifts import DriftLedger

_MET: tuple[tuple[str, object, str, str], ...] = (
    ("no delivery has an outline", Door.outline_of, "self.said is None", "True"),
    ("an outline goes with no flow", publishing.entries_of, "flow == first", "flow == UNROUTED"),
    ("what is malformed is compared as well", accepting.accept, "None if split.malformed else ", ""),
    ("an outline has the texts of words as they are written", delivery.word_mark, "word.lower()", "word"),
    ("an outline tells no word", delivery.outline, "if name in enumerated and", "if False and"),
    ("a truth is a number", drift.type_of, 'return "boolean"', 'return "number"'),
    ("a null is another type", drift._of_field, "if value is None:", "if False:"),
    ("nobody minds a field more", drift.differences, "elif not is_open and", "elif is_open and"),
    ("nobody minds a field less", drift.differences, "if not field.absent and", "if field.absent and"),
    ("any number of decimals is right", drift._is_other_exponent, "str(value) != str", "str(value) == '' != str"),
    (
        "a drift is put down to whichever connection was shown first",
        Drifting.keep,
        "delivered[connection])",
        "next(iter(delivered.values())))",
    ),
    (
        "a delivery is compared with what another system declares",
        DeliveriesShown._opened,
        "self._connections[name]",
        "next(iter(self._connections.values()))",
    ),
    ("whoever writes a drift tells of it", DriftLedger.found_by, 'item["first_by"] == by', "True"),
    (
        "a drift is told of whenever it is seen",
        Drifting._found,
        "self._unsure.pop(connection, set())",
        "self._unsure.get(connection, set())",
    ),
    (
        "a drift that a failing ledger says nothing of is told to nobody",
        Drifting._found,
        ".update(unsure)",
        ".update(())",
    ),
    (
        "a drift is known by its field alone",
        drifts._key,
        "_PARTS.join(seen)",
        '_PARTS.join(seen._replace(drift="unknown"))',
    ),
    (
        "the shape of the first is that of the last",
        drifts._update,
        '"first_shape": noted.first_shape',
        '"first_shape": "{}"',
    ),
)
_LOOKED_AT_ONCE = held_by(test_drifts_of_deliveries.test_an_outline_is_looked_at_once)
_HELD = (
    ("an outline goes with every flow", publishing.entries_of, "flow == first", "True"),
    ("a notice that travels alone takes the outline along", Envelope.alone, "outline=None", "outline=self.outline"),
)

BUGS = (
    *(Bug(name, function, right, wrong, theme=THEME) for name, function, right, wrong in _MET),
    *(Bug(name, function, right, wrong, proof=_LOOKED_AT_ONCE) for name, function, right, wrong in _HELD),
)
