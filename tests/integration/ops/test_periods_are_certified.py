"""A controller certifies a closed month, an auditor derives it again from the journal, and both see what has happened since."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from typer.testing import CliRunner

from ops import certificate_files
from ops.certificate_files import CertificateFile, NoCertificateError, read_certificate
from ops.certifying import Certifying, JournalDiffersError, Wanted
from ops.cli import app
from ops.journal_reading import UnknownPastError
from ops.stage_outputs import UnknownNameError
from ops.verifying import flaws_of, verified
from tests.support.certified_period import COMPANY, PERIOD, invoice
from tests.support.operated_certificates import CertifiedStage
from tieout.certifying.document import canonical, digest_of
from tieout.ledger import keys

MARCH = (PERIOD, "--entity", COMPANY)


def test_a_month_is_signed_verified_and_unchanged(certified: CertifiedStage, tmp_path: Path) -> None:
    """By the period as the first word; the file is in the archive as well, and the ledger knows that it was signed."""
    made = certified.signed(tmp_path)
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
    file = read_certificate(Path(certified.signed(tmp_path)["certificate"]).read_bytes())
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
    read = Path(certified.signed(tmp_path)["certificate"]).read_bytes()
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
    file = read_certificate(Path(certified.signed(tmp_path)["certificate"]).read_bytes())
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
    made = certified.signed(tmp_path)
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


def test_a_draft_of_a_moment_says_what_would_have_been_certified_then(
    certified: CertifiedStage, tmp_path: Path
) -> None:
    """Whatever has happened since; what no item of the ledger told then is found now, and says when it was."""
    before = read_certificate(Path(certified.signed(tmp_path)["certificate"]).read_bytes()).content
    certified.clock.sleep(60)
    certified.march.record(invoice("4", 2_000))
    certified.clock.sleep(600)
    of_then = ("--draft", "--at", before["as_of"])
    made = certified.signed(tmp_path / "then", *of_then)
    then = read_certificate(Path(made["certificate"]).read_bytes()).content
    assert {name for name in before if then[name] != before[name]} == {"evidence"}
    assert (then["evidence"]["found_at"] > before["as_of"], made["signed_with"]) == (True, "")
    certified.clock.advance(1)
    assert certified.signed(tmp_path / "now", "--draft")["ties_out"] is False
    refused = CliRunner().invoke(app, ["close", *MARCH, *of_then[1:], "--out", str(tmp_path)])
    assert (refused.exit_code, "--at is for a --draft" in refused.output) == (2, True)
    with pytest.raises(UnknownPastError, match="the journal begins at"):
        certified.signed(tmp_path, "--draft", "--at", "2020-01-01T00:00Z")
    assert [row["as_of"] for row in certified.stage.tieout("close", "list", "--at", "2026-04-03T10:00Z")] == [
        before["as_of"]
    ]
    assert certified.stage.tieout("close", "list", "--at", before["as_of"]) == []


def test_what_came_late_since_is_told(certified: CertifiedStage, tmp_path: Path) -> None:
    """While the certificate still holds: it is of the moment it states."""
    made = certified.signed(tmp_path)
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
    made = certified.signed(tmp_path)
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
