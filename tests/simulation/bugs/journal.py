"""The slips somebody could make in the journal, which the simulation must find."""

from __future__ import annotations

from functions.journal import pipeline as journaling
from tests.simulation.bugs.bug import Bug
from tieout.ledger import journal

BUGS = (
    Bug(
        "a batch of the journal is written twice",
        journal.lines_by_object,
        "object_key(_created_at(record))",
        "f'{PREFIX}{records[0]['eventID']}-{len(records)}'",
    ),
    Bug("a batch of the journal replaces its neighbours", journaling._add, "packed(there | lines)", "packed(lines)"),
    Bug(
        "a batch of the journal is not looked for before it is added",
        journaling._add,
        "objects.create(key, packed(lines))",
        "objects.create(key, packed(lines)) or objects.create(f'{key}.1', packed(lines))",
    ),
    Bug(
        "two calls of the journal overwrite each other",
        journaling._add,
        "if objects.replace(key, packed(there | lines), version):",
        "objects.replace(key, packed(there | lines), version)\n        if True:",
    ),
    Bug(
        "removals are left out of the journal",
        journal.lines_by_object,
        "for record in records:",
        "for record in (each for each in records if each['eventName'] != 'REMOVE'):",
    ),
    Bug(
        "an object of the journal is the day of its batch",
        journal.lines_by_object,
        "object_key(_created_at(record))",
        "object_key(_created_at(records[0]))",
    ),
)
