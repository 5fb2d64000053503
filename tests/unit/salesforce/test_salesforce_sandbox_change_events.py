"""The change events of the simulated organisation, and the relay that takes them to a bus."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.support.salesforce_organization import Scene
from tieout.arriving.spool import BusEntry


def scene(**settings: Any) -> Scene:  # noqa: ANN401 settings of every kind
    """An organisation that tells by change events only."""
    return Scene(**{"ways": ("change_events",), "told_objects": ("Opportunity",), **settings})


def header(payload: dict[str, Any]) -> dict[str, Any]:
    """What an event says of its change."""
    found: dict[str, Any] = payload["ChangeEventHeader"]
    return found


class Bus:
    """Takes entries, or fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.taken: list[BusEntry] = []

    def __call__(self, entries: Sequence[BusEntry]) -> None:
        """Take a batch."""
        assert 0 < len(entries) <= 10
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.taken += entries


def test_a_new_record_is_told_with_all_its_fields() -> None:
    """As an entry of the relay's own source, whose type is the object's."""
    told = scene()
    record_id = told.opportunity()
    (entry,) = told.events()
    assert entry.source == f"aws.partner/salesforce.com/{told.settings.organization_id}/{told.settings.channel_id}"
    assert entry.detail_type == "OpportunityChangeEvent"
    payload = json.loads(entry.detail)["payload"]
    said = header(payload)
    assert (said["entityName"], said["changeType"], said["recordIds"]) == ("Opportunity", "CREATE", [record_id])
    assert (said["sequenceNumber"], said["changedFields"]) == (1, [])
    assert said["commitTimestamp"] == 1772442000000
    assert len(str(said["commitNumber"])) == 19
    assert said["commitUser"] == told.row("Opportunity", record_id)["OwnerId"]
    assert (payload["Amount"], payload["CloseDate"], payload["IsWon"]) == (120000.5, "2026-12-31", False)
    assert payload["CreatedDate"] == "2026-03-02T09:00:00.000Z"
    assert not {"Id", "IsDeleted", "SystemModstamp", "NextStep", "RecordTypeId"} & payload.keys()


def test_a_change_is_told_with_what_changed() -> None:
    """What depends on it too; an emptied field is there, and empty."""
    told = scene()
    record_id = told.opportunity()
    told.events()
    told.change("Opportunity", record_id, Amount=None, Name="Müller & Söhne renewal")
    (payload,) = told.payloads()
    assert header(payload)["changedFields"] == ["Amount", "ExpectedRevenue", "LastModifiedDate"]
    assert {name: payload[name] for name in ("Amount", "ExpectedRevenue")} == {"Amount": None, "ExpectedRevenue": None}
    assert payload.keys() == {"ChangeEventHeader", "Amount", "ExpectedRevenue", "LastModifiedDate"}


def test_a_deletion_is_told_without_fields_and_an_undeletion_with_all() -> None:
    """And what is purged from the recycle bin is not told again."""
    told = scene()
    record_id = told.opportunity()
    told.organization.delete("Opportunity", [record_id])
    told.organization.undelete("Opportunity", [record_id])
    told.organization.delete("Opportunity", [record_id])
    told.organization.purge("Opportunity", [record_id])
    created, gone, back, again = told.payloads()
    assert [header(each)["changeType"] for each in (created, gone, back, again)] == [
        "CREATE", "DELETE", "UNDELETE", "DELETE",
    ]  # fmt: skip
    assert gone.keys() == {"ChangeEventHeader"}
    assert back["Amount"] == created["Amount"]


def test_the_same_change_of_several_records_is_one_event() -> None:
    """In one transaction; what differs has an event of its own, later in the same transaction."""
    told = scene()
    same, also, other = told.opportunity(), told.opportunity(), told.opportunity(Amount="5")
    told.events()
    told.organization.update("Opportunity", {each: {"StageName": "Closed Won"} for each in (same, other, also)})
    first, second = (header(each) for each in told.payloads())
    assert (first["recordIds"], second["recordIds"]) == ([same, also], [other])
    assert (first["sequenceNumber"], second["sequenceNumber"]) == (1, 2)
    assert first["transactionKey"] == second["transactionKey"]


def test_what_depends_on_a_change_follows_it_in_its_transaction() -> None:
    """A line first, then the opportunity whose amount it is, with one commit number and one key."""
    told = scene(told_objects=("Opportunity", "OpportunityLineItem"))
    record_id = told.opportunity()
    told.events()
    line = told.line(record_id, UnitPrice="7")
    entries = told.events()
    assert [each.detail_type for each in entries] == ["OpportunityLineItemChangeEvent", "OpportunityChangeEvent"]
    first, second = (header(json.loads(each.detail)["payload"]) for each in entries)
    assert (first["recordIds"], second["recordIds"]) == ([line], [record_id])
    assert (first["sequenceNumber"], second["sequenceNumber"]) == (1, 2)
    assert first["commitNumber"] == second["commitNumber"]
    told.change("Opportunity", record_id, Name="x")
    assert header(told.payloads()[0])["commitNumber"] > first["commitNumber"]


def test_merged_accounts_are_a_deletion_and_a_change() -> None:
    """The opportunities that change hands are told by nobody."""
    told = scene(told_objects=("Opportunity", "Account"))
    winner, loser = told.account(), told.account()
    told.opportunity(AccountId=loser)
    told.events()
    told.organization.merge_accounts(winner, [loser])
    said = [header(each) for each in told.payloads()]
    assert [(each["changeType"], each["recordIds"]) for each in said] == [("DELETE", [loser]), ("UPDATE", [winner])]


def test_a_change_tells_who_made_it() -> None:
    """The app that used the API, or Salesforce's own pages."""
    told = scene()
    record_id = told.opportunity()
    told.organization.update("Opportunity", {record_id: {"Name": "x"}}, client="tieout")
    said = [header(each)["changeOrigin"] for each in told.payloads()]
    assert [each.partition(";client=")[2] for each in said] == ["SfdcInternalAPI/", "tieout"]


def test_a_channel_may_enrich_its_events() -> None:
    """With fields that did not change, which no list of changed fields names."""
    told = scene(enriched_fields=("Opportunity.StageName",))
    record_id = told.opportunity()
    told.events()
    told.change("Opportunity", record_id, Name="x")
    (payload,) = told.payloads()
    assert payload["StageName"] == "Proposal/Price Quote"
    assert header(payload)["changedFields"] == ["Name", "LastModifiedDate"]


def test_events_of_the_pub_sub_form_have_bitmaps() -> None:
    """A bit for each field by its place, every field there, what did not change empty, and moments in milliseconds."""
    told = scene(avro_form=True)
    record_id = told.opportunity()
    told.events()
    told.change("Opportunity", record_id, Amount=None, CloseDate="2026-06-30")
    (payload,) = told.payloads()
    fields = list(payload)[1:]
    bits = {0: "Amount", 1: "ExpectedRevenue", 2: "CloseDate", 3: "LastModifiedDate"}
    changed = sum(1 << fields.index(each) for each in bits.values())
    assert header(payload)["changedFields"] == [f"0x{changed:08X}"]
    nulled = sum(1 << fields.index(each) for each in ("Amount", "ExpectedRevenue"))
    assert header(payload)["nulledFields"] == [f"0x{nulled:08X}"]
    assert (payload["CloseDate"], payload["Name"]) == (1782777600000, None)


@pytest.mark.parametrize(
    ("fault", "change_type", "ids"),
    [
        ("gap_event", "GAP_UPDATE", ["006000000000001AAA"]),
        ("overflow_event", "GAP_OVERFLOW", []),
        ("wildcard_event", "UPDATE", ["006*"]),
    ],
)
def test_a_change_is_told_by_less_where_that_is_planted(fault: str, change_type: str, ids: list[str]) -> None:
    """Once; then as ever."""
    told = scene()
    record_id = told.opportunity()
    told.events()
    told.fault(fault, path="Opportunity")
    told.change("Opportunity", record_id, Name="x")
    told.change("Opportunity", record_id, Name="y")
    planted, after = told.payloads()
    assert (header(planted)["changeType"], header(planted)["recordIds"]) == (change_type, ids)
    assert ("Name" in planted) is (change_type == "UPDATE")
    assert (header(after)["changeType"], after["Name"]) == ("UPDATE", "y")


def test_an_event_may_be_lost() -> None:
    """Where that is planted, it is never made."""
    told = scene()
    told.fault("lose_event")
    told.opportunity()
    assert told.events() == []


def test_the_bus_is_given_events_in_order_ten_at_a_time() -> None:
    """Each once; a bus that fails is given the same again."""
    told, bus = scene(), Bus(failures=1)
    told.telling.relay.put_events = bus
    ids = [told.opportunity() for _ in range(12)]
    assert [each.error for each in told.deliver()] == ["ConnectionError"]
    assert [each.error for each in told.deliver()] == ["", ""]
    said = [header(json.loads(each.detail)["payload"])["recordIds"] for each in bus.taken]
    assert said == [[each] for each in ids]
    assert told.deliver() == []
    assert [told.telling.relay.replay(last) for last in (0, 2)] == [0, 2]
    told.deliver()
    assert bus.taken[-2:] == bus.taken[-4:-2]


def test_a_paused_relay_keeps_its_place_and_a_stopped_one_forgets() -> None:
    """What happens while it is paused comes later, what happens while it is stopped never."""
    told, bus = scene(), Bus()
    told.telling.relay.put_events = bus
    for state in ("PAUSE", "STOP", "RUN"):
        told.settings.change({"relay_state": state})
        told.opportunity(Name=state)
        assert bool(told.deliver()) is (state == "RUN")
    assert [json.loads(each.detail)["payload"]["Name"] for each in bus.taken] == ["PAUSE", "RUN"]
    assert told.telling.relay.lost == 1


def test_only_what_is_told_by_a_channel_is_told() -> None:
    """Objects and ways are chosen."""
    told = scene(told_objects=("Account",))
    told.opportunity()
    assert told.events() == []
    told.settings.change({"ways": ["callout"]})
    told.account()
    assert told.events() == []
