"""What the simulated organisation makes of its people's saves."""

from __future__ import annotations

import pytest

from sandbox.systems.salesforce.ids import checksum, expand
from tests.support.salesforce_organization import Scene


def test_the_last_three_characters_tell_which_are_upper_case() -> None:
    """A pair from Salesforce's own pages, and one without any letter in upper case but those of its prefix."""
    assert checksum("001A0000006Vm9r") == "IAC"
    assert expand("00D000000000001") == "00D000000000001EAA"
    assert expand("00D000000000001EAA") == "00D000000000001EAA"


@pytest.mark.parametrize("wrong", ["", "006", "00D000000000001EAB", "00D000000000001e", "00D00000000000ä"])
def test_what_is_no_id_is_refused(wrong: str) -> None:
    """Neither another length, nor a checksum of other characters."""
    with pytest.raises(ValueError, match="no id"):
        expand(wrong)


def test_ids_of_a_type_count_on_and_differ() -> None:
    """Hundreds of records, each with an id of its type that names no other in any case."""
    scene = Scene()
    ids = scene.organization.create("Account", [{"Name": str(each)} for each in range(200)])
    assert len({each.lower() for each in ids}) == 200
    assert all(each.startswith("001") and expand(each[:15]) == each for each in ids)


def test_a_stage_says_what_an_opportunity_is_worth() -> None:
    """Probability, expected revenue and forecast category follow the stage, and the probability may be another one."""
    scene = Scene()
    record_id = scene.opportunity(StageName="Prospecting")
    assert expected(scene, record_id) == ("10", "12000.05", "Pipeline", "Pipeline", 0, 0)
    scene.change("Opportunity", record_id, StageName="Verbal Commitment", Probability="85")
    assert expected(scene, record_id) == ("85", "102000.42", "Forecast", "Commit", 0, 0)
    scene.change("Opportunity", record_id, Name="Other")
    assert expected(scene, record_id)[0] == "85"
    scene.change("Opportunity", record_id, StageName="Closed Won")
    assert expected(scene, record_id) == ("100", "120000.50", "Closed", "Closed", 1, 1)
    scene.change("Opportunity", record_id, StageName="Closed Lost", Amount=None)
    assert expected(scene, record_id) == ("0", None, "Omitted", "Omitted", 1, 0)


def test_products_are_the_amount_of_their_opportunity() -> None:
    """Its amount is their sum, whatever somebody sets, until there are none."""
    scene = Scene()
    record_id = scene.opportunity()
    line = scene.line(record_id, Quantity="3", UnitPrice="100.10", Discount="10")
    other = scene.line(record_id, Quantity=2, TotalPrice="50")
    assert [scene.row("OpportunityLineItem", each)["TotalPrice"] for each in (line, other)] == ["270.27", "50.00"]
    assert scene.row("OpportunityLineItem", other)["UnitPrice"] == "25.00"
    assert (amount(scene, record_id), scene.row("Opportunity", record_id)["HasOpportunityLineItem"]) == ("320.27", 1)
    scene.change("Opportunity", record_id, Amount="999")
    assert amount(scene, record_id) == "320.27"
    scene.organization.delete("OpportunityLineItem", [line])
    assert amount(scene, record_id) == "50.00"
    scene.organization.delete("OpportunityLineItem", [other])
    scene.change("Opportunity", record_id, Amount="999")
    assert (amount(scene, record_id), scene.row("Opportunity", record_id)["HasOpportunityLineItem"]) == ("999.00", 0)


def test_a_line_has_the_currency_of_its_opportunity_and_the_price_of_its_product() -> None:
    """What is not stated of a line comes from the two."""
    scene = Scene()
    line = scene.row("OpportunityLineItem", scene.line(scene.opportunity(CurrencyIsoCode="JPY")))
    assert (line["CurrencyIsoCode"], line["Name"], line["TotalPrice"]) == ("JPY", "Platform subscription", "0.00")
    entry = scene.row("PricebookEntry", str(line["PricebookEntryId"]))
    assert (entry["Product2Id"], entry["CurrencyIsoCode"]) == (line["Product2Id"], "JPY")


def test_an_opportunity_keeps_its_currency_while_it_has_products() -> None:
    """They are priced in it."""
    scene = Scene()
    record_id = scene.opportunity()
    line = scene.line(record_id)
    with pytest.raises(ValueError, match="currency"):
        scene.change("Opportunity", record_id, CurrencyIsoCode="USD")
    scene.organization.delete("OpportunityLineItem", [line])
    scene.change("Opportunity", record_id, CurrencyIsoCode="USD")
    assert scene.row("Opportunity", record_id)["CurrencyIsoCode"] == "USD"


def test_a_line_that_only_recurs_otherwise_leaves_its_opportunity_as_it_was() -> None:
    """The opportunity's stamp rises with its sum, not with every field of a line."""
    scene = Scene()
    record_id = scene.opportunity()
    line = scene.line(record_id, UnitPrice="10")
    before = scene.row("Opportunity", record_id)
    scene.change("OpportunityLineItem", line, Recurring_Amount__c="5")
    assert scene.row("Opportunity", record_id) == before
    assert str(scene.row("OpportunityLineItem", line)["SystemModstamp"]) > str(before["SystemModstamp"])


def test_a_contract_ends_with_its_term() -> None:
    """On the day before the one on which it would begin anew."""
    scene = Scene()
    values = {"AccountId": scene.account(), "StartDate": "2026-01-31", "ContractTerm": 13}
    (record_id,) = scene.organization.create("Contract", [values])
    assert scene.row("Contract", record_id)["EndDate"] == "2027-02-27"
    assert scene.row("Contract", record_id)["StatusCode"] == "Draft"
    scene.change("Contract", record_id, Status="Activated", ContractTerm=None)
    row = scene.row("Contract", record_id)
    assert (row["StatusCode"], row["EndDate"], row["ActivatedDate"]) == ("Activated", None, row["SystemModstamp"])


def test_every_save_is_stamped_later_than_all_before() -> None:
    """By a millisecond where the clock stands still; within a second where stamps have no smaller part."""
    scene = Scene()
    stamps = [str(scene.row("Opportunity", scene.opportunity())["SystemModstamp"]) for _ in range(3)]
    assert stamps == sorted(set(stamps))
    scene.settings.change({"whole_seconds": True})
    stamps = [str(scene.row("Opportunity", scene.opportunity())["SystemModstamp"]) for _ in range(3)]
    assert set(stamps) == {"2026-03-02T09:00:00.000Z"}


def test_what_is_deleted_lies_in_the_recycle_bin_with_what_belongs_to_it() -> None:
    """An account takes its opportunities and their products with it, and back; what was deleted before stays there."""
    scene = Scene()
    account = scene.account()
    one, gone = scene.opportunity(AccountId=account), scene.opportunity(AccountId=account)
    line = scene.line(one)
    scene.organization.delete("Opportunity", [gone])
    scene.organization.delete("Account", [account])
    assert deleted(scene, one, line, gone) == [1, 1, 1]
    scene.organization.undelete("Account", [account])
    assert deleted(scene, one, line, gone) == [0, 0, 1]
    scene.organization.purge("Opportunity", [one])
    assert not scene.organization.store.rows("OpportunityLineItem")
    with pytest.raises(KeyError):
        scene.row("Opportunity", one)


def test_what_lies_in_the_recycle_bin_is_not_changed() -> None:
    """Only what is not deleted can be saved or deleted, only what is deleted comes back."""
    scene = Scene()
    record_id = scene.opportunity()
    with pytest.raises(KeyError):
        scene.organization.undelete("Opportunity", [record_id])
    scene.organization.delete("Opportunity", [record_id])
    for act in (lambda: scene.change("Opportunity", record_id, Name="x"), lambda: scene.line(record_id)):
        with pytest.raises(KeyError):
            act()


def test_merged_accounts_leave_one_that_has_everything() -> None:
    """The loser names the winner and does not come back; its opportunities have another account and a later stamp."""
    scene = Scene()
    winner, loser = scene.account("Winner"), scene.account("Loser")
    record_id = scene.opportunity(AccountId=loser)
    before = scene.row("Opportunity", record_id)
    scene.organization.merge_accounts(winner, [loser])
    after = scene.row("Opportunity", record_id)
    assert (after["AccountId"], after["LastModifiedDate"]) == (winner, before["LastModifiedDate"])
    assert str(after["SystemModstamp"]) > str(before["SystemModstamp"])
    assert (scene.row("Account", loser)["IsDeleted"], scene.row("Account", loser)["MasterRecordId"]) == (1, winner)
    with pytest.raises(KeyError):
        scene.organization.undelete("Account", [loser])


def test_a_save_that_fails_changes_and_tells_nothing() -> None:
    """A transaction is whole or not at all."""
    scene = Scene()
    record_id = scene.opportunity()
    scene.events()
    with pytest.raises(ValueError, match="no stage"):
        scene.organization.update("Opportunity", {record_id: {"Name": "A"}, record_id[:15]: {"StageName": "?"}})
    assert scene.row("Opportunity", record_id)["Name"] == "Müller & Söhne renewal"
    assert scene.events() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"Amount": "much"}, {"CloseDate": "31.12.2026"}, {"IsWon": True}, {"Foo__c": "x"}, {"IsPrivate": 1},
        {"AccountId": "x"}, {"ForecastCategoryName": "Surely"},
    ],
)  # fmt: skip
def test_values_have_the_kind_of_their_fields(wrong: dict[str, object]) -> None:
    """And what Salesforce works out is not set by anybody."""
    with pytest.raises(ValueError, match=r"."):
        Scene().opportunity(**wrong)


def test_a_dated_rate_ends_where_the_next_begins() -> None:
    """Whatever the order in which they are entered, and a day has one rate."""
    scene = Scene()
    for day, rate in (("2026-07-01", "0.95"), ("2026-04-01", "0.9"), ("2026-07-01", "0.96")):
        scene.organization.set_rate("EUR", day, rate)
    rates = scene.select(
        "SELECT StartDate, NextStartDate, ConversionRate FROM DatedConversionRate WHERE IsoCode = 'EUR' ORDER BY StartDate"
    )
    assert [tuple(each.values()) for each in rates] == [
        ("1990-01-01", "2026-04-01", 0.92),
        ("2026-04-01", "2026-07-01", 0.9),
        ("2026-07-01", "9999-12-31", 0.96),
    ]


def test_rates_are_stated_to_the_corporate_currency() -> None:
    """Which itself is worth one."""
    scene = Scene(corporate_currency="EUR")
    found = scene.select("SELECT IsoCode, ConversionRate FROM CurrencyType WHERE IsCorporate = TRUE OR IsoCode = 'USD'")
    assert {each["IsoCode"]: each["ConversionRate"] for each in found} == {"EUR": 1.0, "USD": 1.086957}
    assert scene.row("Opportunity", scene.opportunity(CurrencyIsoCode="EUR"))["CurrencyIsoCode"] == "EUR"


def expected(scene: Scene, record_id: str) -> tuple[object, ...]:
    """What a stage says of an opportunity."""
    row = scene.row("Opportunity", record_id)
    names = ("Probability", "ExpectedRevenue", "ForecastCategory", "ForecastCategoryName", "IsClosed", "IsWon")
    return tuple(row[each] for each in names)


def amount(scene: Scene, record_id: str) -> object:
    """An opportunity's amount."""
    return scene.row("Opportunity", record_id)["Amount"]


def deleted(scene: Scene, one: str, line: str, gone: str) -> list[object]:
    """Which of an opportunity, its line and another opportunity lie in the recycle bin."""
    rows = [scene.row("Opportunity", one), scene.row("OpportunityLineItem", line), scene.row("Opportunity", gone)]
    return [each["IsDeleted"] for each in rows]
