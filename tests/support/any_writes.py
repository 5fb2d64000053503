"""Any writes to a table: well-formed ones to a few items, so that they meet, with conditions that hold as often as not."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tieout.ledger.table import Absent, Check, Delete, Equals, Put, Update

COUNTED = frozenset({"total"})
PARTITIONS = ("CELL#t#1", "CELL#t#2")
KEYS = tuple((partition, sort_key) for partition in PARTITIONS for sort_key in ("PART#1", "PART#2", "STATE"))
NUMBERS = st.integers(-2, 2) | st.sampled_from([10**30, -(10**37)])
TEXTS = st.sampled_from(["", "a", "ä", "1"])
STATES = st.sampled_from(["dirty#t", "refused#t"])
COUNTS = st.dictionaries(st.sampled_from(["total", "generation"]), NUMBERS, max_size=2)
NOTES = st.dictionaries(st.sampled_from(["name", "since"]), TEXTS, max_size=2)
INDEXED = st.dictionaries(st.sampled_from(["cell_state", "catalogue"]), STATES, max_size=2)
ODD = st.fixed_dictionaries({}, optional={"flag": st.booleans(), "raw_deflated": st.binary(max_size=3)})
ITEMS = st.builds(lambda *parts: {name: part[name] for part in parts for name in part}, COUNTS, NOTES, INDEXED, ODD)
NAMES = st.sampled_from(["total", "generation", "name", "cell_state", "flag", "nothing"])
CONDITIONS = (
    st.builds(Absent, NAMES)
    | st.builds(Equals, st.sampled_from(["total", "generation", "name", "cell_state"]), NUMBERS | TEXTS)
    | st.builds(Equals, st.sampled_from(["total", "generation"]), st.integers(-1, 1))
)
ANY_KEY = st.sampled_from(KEYS)
KINDS_OF_CHANGE = st.dictionaries(
    st.sampled_from(["total", "generation", "name", "since", "cell_state", "catalogue"]),
    st.sampled_from(["set", "first", "add", "remove"]),
    min_size=1,
    max_size=4,
)


@st.composite
def updates(draw: st.DrawFn) -> Update:
    """A well-formed update: every attribute is changed in one way, and only numbers are added to."""
    values = {"total": st.integers(-3, 3), "generation": NUMBERS, "cell_state": STATES, "catalogue": STATES}
    kinds = draw(KINDS_OF_CHANGE)
    drawn = {name: draw(values.get(name, TEXTS)) for name in kinds}

    def of_kind(kind: str) -> dict[str, Any]:
        return {name: drawn[name] for name, each in kinds.items() if each == kind}

    return Update(
        draw(ANY_KEY),
        sets=of_kind("set") | {name: value for name, value in of_kind("add").items() if name not in COUNTED},
        firsts=of_kind("first"),
        adds={name: value for name, value in of_kind("add").items() if name in COUNTED},
        removes=tuple(of_kind("remove")),
        condition=draw(st.none() | CONDITIONS),
    )


CHANGES = (
    st.builds(Put, ANY_KEY, ITEMS, st.none() | CONDITIONS)
    | updates()
    | st.builds(Delete, ANY_KEY, st.none() | CONDITIONS)
)
WRITES = CHANGES | st.builds(Check, ANY_KEY, CONDITIONS)
