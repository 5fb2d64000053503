"""Refuses, of what a connection declares as external ids of its master data, what could not be asked of its source."""

from __future__ import annotations

import re
from collections.abc import Mapping

_NAME = re.compile("[a-z][a-z0-9_]{0,39}", re.ASCII)


def check_external_ids(option: str, stated: Mapping[str, str], field: re.Pattern[str]) -> None:
    """Each has a name such as `tax_id`, and stands in what may be a field of the source.

    Raises:
        ValueError: naming the option and the external id.
    """
    for name, its_field in stated.items():
        if _NAME.fullmatch(name) is None or field.fullmatch(its_field) is None:
            raise ValueError(f"{option} has {name!r} stand in what is no field")
