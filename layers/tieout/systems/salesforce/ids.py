"""What Salesforce calls its records and organisations -> what the ledger calls them: 18 characters, and an entity by API name.

Pure. An id of 15 characters tells upper from lower case; three more, made of the case of each, tell the same where case gets
lost: https://help.salesforce.com/s/articleView?id=000385008.
"""

from __future__ import annotations

import re

from tieout.errors import MalformedError

_ENTITIES = {
    "Opportunity": "opportunity",
    "OpportunityLineItem": "line_item",
    "Contract": "contract",
    "Account": "account",
    "Product2": "product",
}
_API_NAME = re.compile("[A-Za-z][A-Za-z0-9_]{0,79}")
_ID = re.compile("[0-9A-Za-z]{15}([0-9A-Za-z]{3})?")
_SUFFIX_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_LENGTH_WITHOUT_SUFFIX = 15


def entity_of(api_name: object) -> str:
    """The ledger's entity of an object: `opportunity` for Opportunity, `object:<API name>` for what no flow wants.

    Raises:
        MalformedError: `object_name_missing` or `object_name_malformed`.
    """
    if api_name is None or api_name == "":
        raise MalformedError("object_name_missing")
    if not isinstance(api_name, str) or _API_NAME.fullmatch(api_name) is None:
        raise MalformedError("object_name_malformed")
    return _ENTITIES.get(api_name, f"object:{api_name}")


def record_id_of(value: object) -> str:
    """A record's id in 18 characters, from 15 or 18.

    Raises:
        MalformedError: `record_id_missing` or `record_id_malformed`: also for 18 characters whose last three do not fit,
            since then the case of the others cannot be trusted.
    """
    if value is None or value == "":
        raise MalformedError("record_id_missing")
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise MalformedError("record_id_malformed")
    expanded = _with_suffix(value)
    if len(value) > _LENGTH_WITHOUT_SUFFIX and value != expanded:
        raise MalformedError("record_id_malformed")
    return expanded


def organization_id_of(value: object) -> str:
    """An organisation's id as it is written, in 15 or 18 characters.

    Raises:
        MalformedError: `organization_id_missing` or `organization_id_malformed`.
    """
    if value is None or value == "":
        raise MalformedError("organization_id_missing")
    if not isinstance(value, str) or _ID.fullmatch(value) is None:
        raise MalformedError("organization_id_malformed")
    return value


def is_same_organization(claimed: str, ours: str) -> bool:
    """Whether two ids of 15 or 18 characters name one organisation, by the 15 in which case counts."""
    if _ID.fullmatch(claimed) is None or _ID.fullmatch(ours) is None:
        return False
    return claimed[:_LENGTH_WITHOUT_SUFFIX] == ours[:_LENGTH_WITHOUT_SUFFIX]


def _with_suffix(record_id: str) -> str:
    """The first 15 characters and the three that say which of each five are in upper case, the first counting least."""
    significant = record_id[:_LENGTH_WITHOUT_SUFFIX]
    suffix = ""
    for start in range(0, _LENGTH_WITHOUT_SUFFIX, 5):
        bits = sum(1 << place for place, each in enumerate(significant[start : start + 5]) if "A" <= each <= "Z")
        suffix += _SUFFIX_DIGITS[bits]
    return significant + suffix
