"""The archive: what the fake and S3 (emulated) promise alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.memory_store import MemoryObjectStore
from tests.support.moto_aws import emulated_aws
from tieout.aws.store import S3ObjectStore
from tieout.errors import UnreadableRecordError
from tieout.ports import ObjectStore


@pytest.fixture(params=["memory", "s3"])
def store(request: pytest.FixtureRequest) -> Iterator[ObjectStore]:
    """An empty archive of either kind."""
    if request.param == "memory":
        yield MemoryObjectStore()
        return
    with emulated_aws() as aws:
        yield S3ObjectStore(aws.s3, aws.create_archive())


def test_an_object_is_kept_replaced_and_removed(store: ObjectStore) -> None:
    """Any bytes under any key come back; the newest are what is there; removing twice is as once."""
    for body in (b"\x00\xff", b""):
        store.put("spool/a b+ü/1.json", body)
        assert store.get("spool/a b+ü/1.json") == body
    store.delete("spool/a b+ü/1.json")
    store.delete("spool/a b+ü/1.json")
    with pytest.raises(UnreadableRecordError):
        store.get("spool/a b+ü/1.json")


@pytest.mark.parametrize("limit", [1, 3, 1500])
def test_keys_are_listed_in_order_under_a_prefix(store: ObjectStore, limit: int) -> None:
    """Only the prefix, in order, as many as asked for, also beyond one page of the service."""
    names = [f"spool/{number:04}" for number in range(1003 if limit > 1000 else 5)]
    for name in [*reversed(names), "rejected/1", "spoo"]:
        store.put(name, b"x")
    assert list(store.keys("spool/", limit)) == names[:limit]
    assert list(store.keys("none/", limit)) == []
    assert list(store.keys("spool/", limit, after=names[1])) == names[2 : 2 + limit]
    assert list(store.keys("spool/", limit, after=names[-1])) == []
