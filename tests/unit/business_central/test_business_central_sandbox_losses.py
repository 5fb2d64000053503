"""What the simulated environment never tells, by command, by chance or because it tells nothing meanwhile."""

from __future__ import annotations

from sandbox.systems.business_central.documents import SALES_INVOICE, Documents
from sandbox.systems.business_central.posting import Answer
from tests.support.central_environment import SPAIN, Scene


def rename(scene: Scene, document_id: str) -> None:
    """Change what a document says of its reference."""
    with scene.environment.saving(SPAIN) as saving:
        Documents(saving, SALES_INVOICE).change(document_id, {"externalDocumentNumber": "PO-1"})


def address(document_id: str) -> str:
    """The address of an invoice, bare."""
    return f"api/v2.0/companies({SPAIN})/salesInvoices({document_id})"


def test_notifications_can_be_lost_by_command() -> None:
    """Some that wait, all that waits, those to be tried again included; and it is known which."""
    scene = Scene()
    scene.subscribe()
    ids = [scene.draft() for _ in range(3)]
    lost = scene.notifying.drop([ids[1]])
    assert lost == [{"company": SPAIN, "entity_set": "salesInvoices", "record_ids": [ids[1]], "change_type": "created"}]
    assert [each for _, each in scene.told()] == [address(ids[0]), address(ids[2])]
    scene.listener.answers = [Answer(503)]
    rename(scene, ids[0])
    scene.deliver()
    rename(scene, ids[2])
    assert {each["record_ids"][0] for each in scene.notifying.drop(None)} == {ids[0], ids[2]}
    scene.clock.advance(86_400)
    assert scene.deliver() == []
    assert len(scene.notifying.plain()["dropped"]) == 3


def test_what_changes_while_nothing_is_told_is_told_to_nobody_ever() -> None:
    """Not when telling goes on either."""
    scene = Scene()
    scene.subscribe()
    scene.settings.change({"tells": False})
    scene.draft()
    scene.settings.change({"tells": True})
    told = scene.draft()
    assert [each for _, each in scene.told()] == [address(told)]


def test_a_share_of_all_notifications_can_be_lost_by_chance() -> None:
    """What is lost and what is sent are together what happened."""
    scene = Scene(lost_share=0.3)
    scene.subscribe()
    ids = {scene.draft() for _ in range(40)}
    sent = {each.partition("salesInvoices(")[2].rstrip(")") for _, each in scene.told()}
    lost = {each["record_ids"][0] for each in scene.notifying.plain()["dropped"]}
    assert sent | lost == ids
    assert not sent & lost
    assert 4 <= len(lost) <= 20
