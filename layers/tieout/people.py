"""Who did something, as AWS knows them, and whether two names are one person's: pure."""

from __future__ import annotations


def name_of(arn: str) -> str:
    """What a principal is called: a user by its name, a session as `role/session`, the account's owner as `root`.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
    """
    kind, _, rest = arn.split(":", 5)[5].partition("/")
    if kind == "user":
        return rest.rsplit("/", 1)[-1]  # without its path, which says nothing: names are unique in an account
    return rest if kind == "assumed-role" else f"{kind}/{rest}".rstrip("/")


def is_same_person(one: str, other: str) -> bool:
    """Whether two names are one person's, whatever roles they took: a session is called as its person is.

    That it is, the trust policy of a role has to demand (`sts:RoleSessionName`), or the identity centre does it.
    """
    return _person(one) == _person(other)


def _person(name: str) -> str:
    return name.rsplit("/", 1)[-1].casefold()
