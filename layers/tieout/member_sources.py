"""Where the members of a target's dimensions come from, as the landscape declares it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberSource:
    """Which members one dimension of a target shall have, as the landscape declares it: by a mapping table or by a file.

    Attributes:
        table: the mapping table whose stored entries name them; those that the feeds name themselves are among them.
        file: a CSV file of the tree with the columns `code`, `name`, `parent` and any others, which are properties.
        parent: below which member of the dimension those are put when they are added that name none; one that is moved stays.
    """

    table: str = ""
    file: str = ""
    parent: str = ""
