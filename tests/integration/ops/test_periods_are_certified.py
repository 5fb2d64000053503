"""A controller certifies a closed month, an auditor derives it again from the journal, and both see what has happened since."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from ops import certificate_files
from ops.certificate_files import CertificateFile, NoCertificateError, read_certificate
from ops.certifying import Certifying, JournalDiffersError, NotSignedError, Wanted, what_helps
from ops.cli import app
from ops.stage_outputs import UnknownNameError
from ops.verifying import flaws_of, verified
from tests.support.certified_period import COMPANY, PERIOD, REVENUE, invoice
from tests.support.operated_certificates import CertifiedStage, certified_stage
from tests.support.operated_stage import OperatedStage
from tieout.certifying.document import canonical, digest_of
from tieout.closing import BooksState
from tieout.ledger import keys
from tieout.ledger.breaks import BreakLedger
from tieout.ledger.cells import CellLedger

INVOICES = (invoice("1", 10_000), invoice("2", 333), invoice("3", 335))
MARCH = (PERIOD, "--entity", COMPANY)


@pytest.fixture
def certified(stage: OperatedStage, monkeypatch: pytest.MonkeyPatch) -> CertifiedStage:
    """A stage with a month that ties out, and is closed."""
    made = certified_stage(stage, monkeypatch)
    made.march.map()
    made.march.record(*INVOICES)
    made.march.deliver()
    made.clock.advance(60)
    made.march.close()
    return made


def signed(certified: CertifiedStage, folder: Path, *options: str) -> dict[str, Any]:
    """A certificate as the command signs it."""
    answer: dict[str, Any] = certified.stage.tieout("close", *MARCH, "--out", str(folder), *options)
    return answer


def test_a_month_is_signed_verified_and_unchanged(certified: CertifiedStage, tmp_path: Path) -> None:
    """By the period as the first word; the file is in the archive as well, and the ledger knows that it was signed."""
    made = signed(certified, tmp_path)
    assert (made["ties_out"], made["facts"], made["in_the_way"]) == (True, 3, [])
    file = Path(made["certificate"])
    came = certified.stage.tieout("close", "verify", str(file))
    assert (came["holds"], came["flaws"], came["first_difference"]) == (True, [], "")
    assert certified.stage.tieout("close", "delta", *MARCH) == []
    [row] = certified.stage.tieout("close", "list")
    assert (row["period"], row["legal_entity"], row["by"]) == (PERIOD, COMPANY, certified.stage.who)
    assert certified.stage.place.archive.get(row["kept_as"]) == file.read_bytes()


def test_anybody_can_check_the_signature_with_the_public_key_alone(certified: CertifiedStage, tmp_path: Path) -> None:
    """KMS says the same of it; and it says what was signed."""
    file = read_certificate(Path(signed(certified, tmp_path)["certificate"]).read_bytes())
    answer = boto3.client("kms").verify(
        KeyId=file.key_id,
        Message=f"tieout-certificate sha256:{file.digest}".encode(),
        Signature=file.signature,
        SigningAlgorithm="ECDSA_SHA_256",
    )
    assert answer["SignatureValid"]
    assert file.digest == digest_of(canonical(file.content))


def test_whatever_byte_is_altered_it_is_found(certified: CertifiedStage, tmp_path: Path) -> None:
    """Everywhere in the file: in amounts, names, digest, signature, key, and between them."""
    read = Path(signed(certified, tmp_path)["certificate"]).read_bytes()
    places = {*range(0, len(read), 1 + len(read) // 40), *range(read.index(b'"digest":"'), len(read), 15)}
    for place in sorted(places):
        for other in (bytes([read[place] ^ 1]), b""):
            assert flaws(certified, read[:place] + other + read[place + 1 :]), place
    assert flaws(certified, read + b"\n")
    assert flaws(certified, read) == []


def flaws(certified: CertifiedStage, read: bytes) -> list[str]:
    """What is said of a file against its signature, the stage's key and the archive."""
    try:
        return flaws_of(certified.stage.place, read_certificate(read), read)
    except NoCertificateError as error:
        return [str(error)]


def test_who_alters_an_amount_and_signs_it_himself_is_found_too(certified: CertifiedStage, tmp_path: Path) -> None:
    """The key is not the stage's, the archive has another, and the journal tells the true amount."""
    file = read_certificate(Path(signed(certified, tmp_path)["certificate"]).read_bytes())
    content = json.loads(canonical(file.content))
    content["totals"][0]["total"] = "1000106.68"
    digest = digest_of(canonical(content))
    own = boto3.client("kms")
    key = own.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    forged = CertificateFile(
        content=content,
        digest=digest,
        signature=own.sign(
            KeyId=key, Message=f"tieout-certificate sha256:{digest}".encode(), SigningAlgorithm="ECDSA_SHA_256"
        )["Signature"],
        key_id=file.key_id,
        public_key=own.get_public_key(KeyId=key)["PublicKey"],
    )
    came = verified(certified.stage.place, forged.text())
    assert came.flaws == (
        "its key is not the one that this stage signs with",
        "the ledger does not know that it was signed",
    )
    assert came.differs == '/totals/0/total: "1000106.68" and not "106.68"'


@pytest.mark.parametrize(
    ("partition", "sort", "attribute", "value", "says"),
    [
        ("FACT#", "STATE", "schema_version", {"N": "99"}, "/facts/0/schema_version: 1 and not 99"),
        ("CELL#", "STATE", "total:Revenue", {"N": "1"}, "is not its total"),
        ("CELL#", "PART#", "delivery_id", {"S": "d-9"}, '/delivery: "d-1" and not "d-9"'),
        ("MAP#", "", "stored_by", {"S": "dan"}, '/stored_by: "ana" and not "dan"'),
        ("BOOKS", "", "periods", {"S": "{}"}, '/books/0/at: "2026-04-03T09:02:00.000Z" and not ""'),
        ("CLOSE#", "EVIDENCE#", "evidence", {"S": "{}"}, "nothing can be derived"),
    ],
)
def test_a_journal_that_tells_something_else_is_named(
    certified: CertifiedStage,
    tmp_path: Path,
    partition: str,
    sort: str,
    attribute: str,
    value: dict[str, str],
    says: str,
) -> None:
    """Whoever changes the past changes what follows from it."""
    made = signed(certified, tmp_path)
    told = [each["dynamodb"] for each in certified.clock.table.stream]
    of_items = [each for each in told if each["Keys"]["pk"]["S"].startswith(partition)]
    [key, *_] = sorted(
        (each["Keys"]["pk"]["S"], each["Keys"]["sk"]["S"]) for each in of_items if sort in each["Keys"]["sk"]["S"]
    )
    for each in of_items:
        if (each["Keys"]["pk"]["S"], each["Keys"]["sk"]["S"]) == key:
            for image in ("OldImage", "NewImage"):
                each.get(image, {})[attribute] = value
    certified.clock.write_journal()
    came = verified(certified.stage.place, Path(made["certificate"]).read_bytes())
    assert (came.flaws, says in came.differs) == ((), True), came.differs
    result = CliRunner().invoke(app, ["close", "verify", made["certificate"]])
    assert result.exit_code == 1


def test_nothing_is_signed_while_the_journal_is_behind(certified: CertifiedStage) -> None:
    """It is asked again for a while; then where it differs is named."""
    certified.clock.write_journal()
    certified.clock.is_behind = True
    certifying = Certifying(certified.stage.place, certified.clock, tries=2)
    with pytest.raises(JournalDiffersError, match="the ledger knows no evidence of"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))
    assert certified.stage.tieout("close", "list") == []


def test_a_change_that_the_journal_lost_is_named(certified: CertifiedStage) -> None:
    """The ledger has it, and the journal does not: neither is what somebody may sign."""
    stream = certified.clock.table.stream
    closed = max(at for at, each in enumerate(stream) if each["dynamodb"]["Keys"]["pk"]["S"] == keys.BOOKS)
    del stream[closed]
    certifying = Certifying(certified.stage.place, certified.clock, tries=2)
    with pytest.raises(JournalDiffersError, match=r"nothing is signed: /books/0/is_done: false and not true"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))


def test_a_journal_that_does_not_add_up_is_said(certified: CertifiedStage) -> None:
    """A cell without a change of it is not what facts contribute to it."""
    stream = certified.clock.table.stream
    of_cells = [at for at, each in enumerate(stream) if each["dynamodb"]["Keys"]["pk"]["S"].startswith("CELL#")]
    lost = next(at for at in of_cells if stream[at]["dynamodb"]["Keys"]["sk"]["S"].startswith(keys.PART_PREFIX))
    del stream[lost]
    certifying = Certifying(certified.stage.place, certified.clock, tries=1)
    with pytest.raises(JournalDiffersError, match="is not its total"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))


def test_what_is_in_the_way_is_said_with_what_to_do(certified: CertifiedStage, tmp_path: Path) -> None:
    """An open break is accepted first; parked notices are signed for with a reason, or are not there."""
    certified.stage.aws.sqs.send_message(QueueUrl=certified.stage.queues["forecast_to_plan-dead"], MessageBody="{}")
    place = certified.stage.place
    certifying = Certifying(place, certified.clock)
    with pytest.raises(NotSignedError, match=r"1 messages are parked in forecast_to_plan.*--despite REASON"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))
    certified.clock.advance(1)
    made = signed(certified, tmp_path, "--despite", "a test message of last year")
    assert made["signed_for"] == {"by": certified.stage.who, "reason": "a test message of last year"}
    certified.clock.advance(1)
    certified.march.record(invoice("4", 2_000))
    with pytest.raises(NotSignedError, match="a break of kind held is open"):
        certifying.sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo", reason="whatever"))


@pytest.mark.parametrize("options", [(), ("--draft",)])
def test_a_break_that_is_in_the_way_can_be_explained_at_once(
    certified: CertifiedStage, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """By the name that is said, though the stages were not compared since it is there."""
    certified.march.record(invoice("4", 2_000))
    kept = BreakLedger(certified.clock.table)
    assert list(kept.breaks(REVENUE)) == []
    with nullcontext() if options else pytest.raises(NotSignedError, match="is open: tieout breaks explain"):
        signed(certified, tmp_path, *options)
    [each] = kept.breaks(REVENUE)
    assert (each.tracked.found.kind, each.tracked.state) == ("held", "open")


def test_who_is_refused_is_told_what_helps(certified: CertifiedStage) -> None:
    """Planning was written to since it was read back."""
    march, now = certified.march, certified.clock.now()
    march.close(BooksState.OPEN, "audit")
    march.record(invoice("4", 2_000))
    cells = CellLedger(certified.clock.table)
    places = cells.dirty("anaplan", 10).found
    lacking = [cell for place in places for cell in place.lacking()]
    cells.mark_written(places, lacking, cells.open_receipt("anaplan", "1" * 32, now, lacking), {}, now)
    march.close()
    with pytest.raises(
        NotSignedError, match=r"--despite REASON\)\nWhat helps.*\n  tieout readback run --target anaplan$"
    ):
        Certifying(certified.stage.place, certified.clock).sign(Wanted(legal_entity=COMPANY, period=PERIOD, by="cleo"))


def test_what_can_be_read_and_listed_is_said_with_the_commands_that_have_it_done() -> None:
    """A connection once, from the first day that no census covers of anything it lists."""
    content = {
        "planning": {
            "cycles": [
                {"target": "anaplan", "is_behind_last_write": False},
                {"target": "oracle-epm", "is_behind_last_write": True},
            ]
        },
        "census": [
            {
                "connection": "erp",
                "is_listed": True,
                "gaps": [["2026-03-05T00:00:00.000Z", "2026-03-06T00:00:00.000Z"]],
            },
            {
                "connection": "erp",
                "is_listed": True,
                "gaps": [["2026-03-01T00:00:00.000Z", "2026-03-02T00:00:00.000Z"]],
            },
            {"connection": "crm", "is_listed": True, "gaps": []},
            {"connection": "files", "is_listed": False, "gaps": [["2026-03-01T00:00:00.000Z", ""]]},
        ],
    }
    assert what_helps(content) == [
        "tieout readback run --target anaplan",
        "tieout census run erp --from 2026-03-01",
    ]


def test_a_draft_is_written_whatever_is_in_the_way_and_is_no_certificate(
    certified: CertifiedStage, tmp_path: Path
) -> None:
    """It says what is, and nobody has signed it."""
    certified.march.record(invoice("4", 2_000))
    made = signed(certified, tmp_path, "--draft")
    assert (made["ties_out"], made["signed_with"], len(made["in_the_way"])) == (False, "", 1)
    came = verified(certified.stage.place, Path(made["certificate"]).read_bytes())
    assert "nobody has signed it: it is a draft" in came.flaws
    assert certified.stage.tieout("close", "list") == []


def test_what_came_late_since_is_told(certified: CertifiedStage, tmp_path: Path) -> None:
    """While the certificate still holds: it is of the moment it states."""
    made = signed(certified, tmp_path)
    certified.clock.advance(60)
    certified.march.record(invoice("4", 2_000))
    rows = certified.stage.tieout("close", "delta", *MARCH)
    assert [(row["section"], row["what"]) for row in rows] == [
        ("late", "came"),
        ("sums", "changed"),
        ("breaks", "came"),
    ]
    certified.clock.sleep(60)
    assert certified.stage.tieout("close", "verify", made["certificate"])["holds"]
    with pytest.raises(UnknownNameError, match="no certificate was signed of 2026-02"):
        Certifying(certified.stage.place, certified.clock).since(COMPANY, "2026-02")


def test_a_certificate_that_the_archive_lost_or_holds_otherwise_is_told(
    certified: CertifiedStage, tmp_path: Path
) -> None:
    """And so is a landscape that is not the one it was made with."""
    made = signed(certified, tmp_path)
    read, archive = Path(made["certificate"]).read_bytes(), certified.stage.place.archive
    [row] = certified.stage.tieout("close", "list")
    altered = json.loads(read)
    altered["certificate"]["books"] = []
    archive.put(row["kept_as"], json.dumps(altered).encode())
    with pytest.raises(NoCertificateError, match="is not what was signed"):
        Certifying(certified.stage.place, certified.clock).since(COMPANY, PERIOD)
    assert verified(certified.stage.place, read).flaws == ("the archive has other bytes of it",)
    archive.delete(row["kept_as"])
    assert verified(certified.stage.place, read).flaws == ("the archive does not have it any more",)
    [landscape] = [each.key for each in archive.stored("certificates/landscapes/")]
    archive.put(landscape, b"{}")
    assert "another landscape" in verified(certified.stage.place, read).differs


def test_what_is_no_certificate_is_said(certified: CertifiedStage, tmp_path: Path) -> None:
    """And a certificate that states nonsense is told as one from which nothing can be derived."""
    for text in (b"", b"[]", b'{"certificate":1,"digest":"","signature":{"key_id":"","public_key":"","value":""}}'):
        with pytest.raises(NoCertificateError):
            read_certificate(text)
    empty = certificate_files.unsigned({"legal_entity": COMPANY})
    came = verified(certified.stage.place, empty.text())
    assert came.differs.startswith("nothing can be derived by what it states")
    (tmp_path / "x.json").write_bytes(empty.text())
    assert CliRunner().invoke(app, ["close", "verify", str(tmp_path / "x.json")]).exit_code == 1


def test_a_misspelt_company_or_period_certifies_nothing(certified: CertifiedStage) -> None:
    """It is named, with what there is."""
    for arguments, said in (
        (("2026-3", "--entity", COMPANY), "neither a month"),
        ((PERIOD, "--entity", "KU"), "no company KU"),
    ):
        result = CliRunner().invoke(app, ["close", *arguments])
        assert said in str(result.exception)
    assert certified.stage.tieout("close", "list") == []
