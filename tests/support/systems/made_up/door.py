"""The door of the made-up system: as long as the door of a sender without peculiarities need be."""

from __future__ import annotations

from tests.support.systems.made_up.options import Options
from tests.support.systems.made_up.signature import SIGNATURE_HEADER, TIME_HEADER
from tieout.arriving.door import Door


def open_door(_options: Options) -> Door:
    """The door of one connection."""
    return Door(signature_headers=(SIGNATURE_HEADER, TIME_HEADER), content_headers=("x-made-up-currency", "x-about-"))
