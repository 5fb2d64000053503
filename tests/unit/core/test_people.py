"""Who did something, as AWS knows them."""

from __future__ import annotations

import pytest

from tieout.people import is_same_person, name_of


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::123456789012:user/ana", "ana"),
        ("arn:aws:iam::123456789012:user/finance/emea/ana", "ana"),
        (
            "arn:aws:sts::123456789012:assumed-role/Tieout-Controller/ana@example.com",
            "Tieout-Controller/ana@example.com",
        ),
        ("arn:aws-us-gov:sts::123456789012:federated-user/ana", "federated-user/ana"),
        ("arn:aws:iam::123456789012:root", "root"),
    ],
)
def test_a_principal_is_called_by_its_name_or_by_role_and_session(arn: str, name: str) -> None:
    """So that it can be read, and told apart from others."""
    assert name_of(arn) == name


def test_a_person_stays_the_same_in_every_role() -> None:
    """Whoever asks in one role cannot approve in another, however the name is written."""
    for one, other in (("ana", "Controller/ana"), ("Operator/ana", "Controller/Ana"), ("root", "root")):
        assert is_same_person(one, other)
    for one, other in (("ana", "ben"), ("Controller/ana", "Controller/ben"), ("Operator/ana", "Operator")):
        assert not is_same_person(one, other)
