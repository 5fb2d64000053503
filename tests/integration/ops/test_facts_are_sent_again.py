"""Sending facts through the line again: those planned with a replaced member, or those an operator names."""

from __future__ import annotations

import pytest

from ops.resending import UnknownFlowError
from tests.support.operated_facts import ACME, FLOW, NOW, deal, recorded
from tests.support.operated_stage import CRM, ERP, OperatedStage
from tieout.arriving.notice import Notice
from tieout.errors import UnavailableError
from tieout.facts.statement import Absence, Statement
from tieout.ledger.facts import FactLedger
from tieout.ledger.items import Lineage
from tieout.ledger.plan import decide
from tieout.planning.mapping import EVERY_CONNECTION, MappingKey

RATE = MappingKey(EVERY_CONNECTION, "rate", "average:EUR>USD@2026-03")


def rate(currency: str, into: str) -> MappingKey:
    """The average rate of March."""
    return MappingKey.rate("average", currency, into, "2026-03")


def sent(stage: OperatedStage) -> list[str]:
    """The records whose notices were sent, each alone."""
    envelopes = stage.waiting(FLOW)
    assert all(len(each.notices) == 1 for each in envelopes)
    return sorted(str(each.notices[0].key) for each in envelopes)


def put(stage: OperatedStage, member: str, *more: str) -> list[dict[str, str]]:
    """Store what planning calls customer 71."""
    rows: list[dict[str, str]] = stage.tieout("mappings", "put", "customer", "71", member, "--connection", CRM, *more)
    return rows


def test_a_replaced_entry_sends_exactly_the_facts_that_used_it(stage: OperatedStage) -> None:
    """Held ones too, since it may decide what they wait for; those of other entries and other connections stay where they are."""
    put(stage, "ACME")
    recorded(stage, deal(1), {ACME: "ACME"})
    recorded(stage, deal(2), {MappingKey(CRM, "customer", "72"): "GLOBEX"})
    recorded(stage, deal(3), {ACME: "ACME"}, waits_for=MappingKey(CRM, "product", "p"))
    recorded(stage, deal(4, ERP), {MappingKey(ERP, "customer", "71"): "ACME"})
    assert put(stage, "ACME") == []
    assert stage.said == ""
    used = {"was_planned_with": "customer 71 = ACME"}
    assert put(stage, "ACME-INC") == [{"record": str(deal(1)), **used}, {"record": str(deal(3)), **used}]
    assert sent(stage) == [str(deal(1)), str(deal(3))]
    assert "tieout facts resend hubspot-emea --outdated" in stage.said
    assert "netsuite-group" not in stage.said


def test_a_rate_concerns_what_two_others_stood_in_for_it(stage: OperatedStage) -> None:
    """Nobody had stored it; what it converts from now on is sent again, and nothing that never asked for it."""
    wanted, legs = rate("GBP", "USD"), {rate("GBP", "EUR"): "1.2", rate("EUR", "USD"): "1.1"}
    for key, member in legs.items():
        stage.tieout("mappings", "put", "rate", key.key, member)
    recorded(stage, deal(1), {**legs, wanted: None})
    recorded(stage, deal(2), {**legs, rate("JPY", "USD"): None})
    found = stage.tieout("mappings", "put", "rate", wanted.key, "1.25")
    said = f"rate {wanted.key} = two rates that stood in for it"
    assert found == [{"record": str(deal(1)), "was_planned_with": said}]
    assert sent(stage) == [str(deal(1))]


def test_a_rate_that_nothing_stood_in_for_replaces_nothing(stage: OperatedStage) -> None:
    """One of the two is not enough, and no fact was converted."""
    stage.tieout("mappings", "put", "rate", rate("GBP", "EUR").key, "1.2")
    assert stage.tieout("mappings", "put", "rate", rate("GBP", "USD").key, "1.25") == []
    assert stage.said == ""


def test_a_replaced_rate_concerns_every_connection(stage: OperatedStage) -> None:
    """A rate belongs to none, so all facts converted with it are sent again."""
    stage.tieout("mappings", "put", "rate", RATE.key, "1.08")
    recorded(stage, deal(1), {RATE: "1.08"})
    recorded(stage, deal(2, ERP), {RATE: "1.08"})
    recorded(stage, deal(3), {ACME: "ACME"})
    stage.tieout("mappings", "put", "rate", RATE.key, "1.09")
    assert sent(stage) == [str(deal(1)), str(deal(2, ERP))]
    assert "facts resend netsuite-group" in stage.said


def test_a_new_entry_sends_the_facts_that_waited_for_it(stage: OperatedStage) -> None:
    """Each alone, under its own position and delivery."""
    recorded(stage, deal(5), {}, waits_for=ACME)
    assert put(stage, "ACME") == [{"record": str(deal(5)), "waited_for": str(ACME)}]
    [envelope] = stage.waiting(FLOW)
    assert (envelope.delivery_id, envelope.notices[0].position, envelope.received_at) == ("d-1", 5, NOW)


def test_outdated_facts_are_found_again_however_often_one_looks(stage: OperatedStage) -> None:
    """An interruption, or a fact that was being recorded, is made good by the same command."""
    put(stage, "ACME")
    for number in range(25):
        recorded(stage, deal(number), {ACME: "ACME" if number % 2 else "OLD"})
    assert stage.tieout("facts", "resend", CRM, "--outdated") == {"connection": CRM, "sent_again": 13}
    assert len(sent(stage)) == 13
    assert stage.tieout("facts", "resend", CRM, "opportunity", "--outdated")["sent_again"] == 13
    assert stage.tieout("facts", "resend", CRM, "invoice", "--outdated")["sent_again"] == 0
    assert len(stage.tieout("facts", "list", CRM, "--outdated")) == 13


def test_one_record_or_all_of_them_can_be_sent_again(stage: OperatedStage) -> None:
    """Whatever an operator doubts."""
    for number in range(3):
        recorded(stage, deal(number), {})
    assert stage.tieout("facts", "resend", CRM, "opportunity", "--record", "1")["sent_again"] == 1
    assert sent(stage) == [str(deal(1))]
    assert stage.tieout("facts", "resend", CRM)["sent_again"] == 3
    with pytest.raises(Exception, match="knows no opportunity 99"):
        stage.tieout("facts", "resend", CRM, "opportunity", "--record", "99")


def test_facts_are_listed_with_how_they_stand(stage: OperatedStage) -> None:
    """A list says what each record is, how it ended and what it waits for, and says when there is more."""
    recorded(stage, deal(1), {})
    recorded(stage, deal(2), {}, waits_for=ACME)
    gone = decide(Statement(key=deal(3), source_version="1", fact=None, absence=Absence.DELETED), None, (), {})
    notice = Notice(key=deal(3), notice_id="n", kind="deal.deletion")
    lineage = Lineage(
        notice=notice, delivery_id="d", flow=FLOW, received_at=NOW, recorded_at=NOW, code_version="tested"
    )
    FactLedger(stage.place.table).commit([(gone, lineage)])
    rows = stage.tieout("facts", "list", CRM)
    assert [(row["kind"], row["outcome"], row["held_for"]) for row in rows] == [
        ("Opportunity", "applied", None),
        ("Opportunity", "held", str(ACME)),
        ("deleted", "applied", None),
    ]
    assert len(stage.tieout("facts", "list", CRM, "opportunity", "--limit", "2")) == 2
    assert "more than 2" in stage.said


def test_a_queue_that_does_not_confirm_ends_the_command(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted as sent that a queue has not taken."""
    recorded(stage, deal(1), {})
    sqs = stage.place.sqs
    monkeypatch.setattr(type(stage.place), "sqs", sqs)
    monkeypatch.setattr(sqs, "send_message_batch", lambda **_request: {"Failed": [{"Id": "0"}]})
    with pytest.raises(UnavailableError, match="repeat the command"):
        stage.tieout("facts", "resend", CRM)


def test_a_fact_of_a_flow_that_is_gone_is_named(stage: OperatedStage) -> None:
    """The landscape may have changed since; the other facts are sent all the same."""
    recorded(stage, deal(1), {}, flow="forgotten")
    recorded(stage, deal(2), {})
    with pytest.raises(UnknownFlowError, match=r"1 sent; 1 not, .*opportunity#1, which came by forgotten"):
        stage.tieout("facts", "resend", CRM)
    assert sent(stage) == [str(deal(2))]


def test_a_connection_that_is_none_is_said_to_be_none(stage: OperatedStage) -> None:
    """With the names there are."""
    with pytest.raises(Exception, match=r"no connection nonsense; the stage has hubspot-emea, netsuite-group"):
        stage.tieout("facts", "list", "nonsense")


def test_a_fact_says_which_payload_it_was_completed_from(stage: OperatedStage) -> None:
    """Whoever erases a person's data has to find it; a record that was read has none."""
    for record, kept in ((deal(1), ""), (deal(2), "payloads/expenses/2026-11-25/d")):
        gone = decide(Statement(key=record, source_version="1", fact=None, absence=Absence.DELETED), None, (), {})
        notice = Notice(key=record, notice_id="n", kind="report.deleted", payload=kept)
        lineage = Lineage(
            notice=notice, delivery_id="d", flow=FLOW, received_at=NOW, recorded_at=NOW, code_version="tested"
        )
        FactLedger(stage.place.table).commit([(gone, lineage)])
        shown = stage.tieout("facts", "show", str(record))
        assert shown["lineage"]["payload"] == (kept or None)
