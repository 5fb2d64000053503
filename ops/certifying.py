"""Gathers the evidence, derives a certificate from the ledger and from its journal, and signs it where both are the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from ops.certificate_files import CertificateFile, NoCertificateError, read_certificate, unsigned
from ops.place import Place
from ops.queues import dead_letter_queues, depth
from ops.recalling import recalled, replayed
from ops.reconciling import compared, goes_by
from ops.stage_outputs import UnknownNameError
from tieout.certifying.changes import Changed, changes
from tieout.certifying.deriving import Asked, derive
from tieout.certifying.document import PREFIX, canonical, digest_of, first_difference
from tieout.certifying.verdict import unanswered
from tieout.errors import ConflictError, PermanentError
from tieout.landscape import Landscape
from tieout.ledger.certificates import CertificateLedger, Evidence, SignedCertificate
from tieout.ledger.control_keys import evidence_key
from tieout.moments import parse_moment
from tieout.ports import Clock


class NotSignedError(PermanentError):
    """The period does not tie out, so that there is nothing to sign; the message says what is in the way."""


class JournalDiffersError(ConflictError):
    """The journal does not tell the same as the ledger: it is behind, or has lost a change; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for: whose period, who asks, and why what is not as it should be may be signed for."""

    legal_entity: str
    period: str
    by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Certifying:
    """A stage whose periods are certified.

    Attributes:
        tries: how often the journal is asked whether it tells the same.
        pause_seconds: between two of them; the journal is some seconds behind.
        settled_seconds: how far back the moment lies that is certified: our clock and AWS's may differ by less.
    """

    place: Place
    clock: Clock
    tries: int = 12
    pause_seconds: float = 10
    settled_seconds: float = 20

    def gather(self, wanted: Wanted) -> tuple[Asked, Landscape]:
        """Write down what no other item of the ledger tells, and by which landscape a certificate is derived."""
        deployed = goes_by(self.place)
        text = deployed["landscape"].encode()
        self.place.archive.create(landscape_key(digest_of(text)), text)
        evidence = Evidence(
            found_at=self.clock.now(),
            by=wanted.by,
            parked=_parked(self.place),
            code_version=deployed["code_version"],
            landscape=digest_of(text),
            listed={name: self.place.connection(name).listed for name in self.place.connections},
            reason=wanted.reason,
        )
        CertificateLedger(self.place.table).keep_evidence(wanted.legal_entity, wanted.period, evidence)
        asked = Asked(
            legal_entity=wanted.legal_entity, period=wanted.period, as_of=self.clock.now(), evidence=evidence.name
        )
        return asked, Landscape.of_json(text)

    def draft(self, wanted: Wanted, at: datetime | None = None) -> CertificateFile:
        """What would be certified, whatever is in the way: derived from the ledger as it is, and signed by nobody.

        `at`: as the ledger was then, by its journal; what no item of it tells is as it is found now, and says so.

        Raises:
            UnknownPastError, IncompleteJournalError: the journal does not tell of that moment.
        """
        if at is None:
            asked, landscape = self.gather(wanted)
            content = derive(self.place.table, landscape, replace(asked, as_of=self._settled()))
            self._hand_over_breaks(content)
            return unsigned(content)
        then = at.replace(microsecond=0)
        past = recalled(self.place.archive, then, self.clock.now())
        asked, landscape = self.gather(wanted)
        found = self.place.table.get([evidence_key(wanted.legal_entity, wanted.period, asked.evidence)])
        return unsigned(derive(past.with_later(found), landscape, replace(asked, as_of=then)))

    def sign(self, wanted: Wanted) -> CertificateFile:
        """The certificate, signed and kept, once the ledger and its journal tell the same.

        Raises:
            NotSignedError: the period does not tie out.
            JournalDiffersError: the journal went on telling something else.
        """
        asked, landscape = self.gather(wanted)
        self._refuse_what_does_not_tie_out(
            derive(self.place.table, landscape, asked)
        )  # before anybody waits for the journal
        content = self._agreed(asked, landscape)
        self._refuse_what_does_not_tie_out(content)
        return self.keep(wanted, unsigned(content))

    def since(self, legal_entity: str, period: str) -> tuple[SignedCertificate, list[Changed]]:
        """The last certificate of a period, and what has happened to it since.

        Raises:
            UnknownNameError: none was signed.
            NoCertificateError: the archive has another.
        """
        last = next(CertificateLedger(self.place.table).signed(legal_entity, period), None)
        if last is None:
            raise UnknownNameError(f"no certificate was signed of {period} of {legal_entity}")
        before = read_certificate(self.place.archive.get(last.kept_as)).content
        if digest_of(canonical(before)) != last.digest:
            raise NoCertificateError(f"{last.kept_as} is not what was signed: tieout close verify says how it differs")
        landscape = Landscape.of_json(self.place.archive.get(landscape_key(before["evidence"]["landscape"])))
        now = derive(self.place.table, landscape, replace(asked_of(before), as_of=self.clock.now()))
        return last, changes(before, now)

    def _refuse_what_does_not_tie_out(self, content: dict[str, Any]) -> None:
        found = content["verdict"]
        if found["ties_out"]:
            return
        self._hand_over_breaks(content)
        excepted = found["exceptions"] if found["signed_for"] is None else []
        lines = [*found["obstacles"], *(f"{each} (or sign for it: --despite REASON)" for each in excepted)]
        said = f"{content['period']} of {content['legal_entity']} does not tie out:"
        helps = "".join(f"\n  {each}" for each in what_helps(content)) if excepted else ""
        raise NotSignedError("\n- ".join([said, *lines]) + (helps and f"\nWhat helps, in the background:{helps}"))

    def _hand_over_breaks(self, content: dict[str, Any]) -> None:
        """Have the breaks that are in the way kept as they are by now, so that people can explain and accept them."""
        for name in sorted({reconciliation for reconciliation, _ in unanswered(content)}):
            compared(self.place, name)

    def _agreed(self, asked: Asked, landscape: Landscape) -> dict[str, Any]:
        """What the ledger and its journal both tell, of a moment when both do."""
        differs: object = None
        self.clock.sleep(self.settled_seconds)
        for _ in range(self.tries):
            self.clock.sleep(self.pause_seconds)
            as_of = replace(asked, as_of=self._settled())
            live = derive(self.place.table, landscape, as_of)
            try:
                told = derive(replayed(self.place.archive, as_of.as_of).table(), landscape, as_of)
            except PermanentError as behind:  # a part of the ledger does not add up, nor does evidence stand in it yet
                differs = behind
                continue
            differs = first_difference(told, live)
            if canonical(told) == canonical(live):
                return live
        raise JournalDiffersError(f"the journal does not tell what the ledger does, so nothing is signed: {differs}")

    def _settled(self) -> datetime:
        """A moment of which nothing more is written, in whole seconds, as the journal tells them."""
        return (self.clock.now() - timedelta(seconds=self.settled_seconds)).replace(microsecond=0)

    def keep(self, wanted: Wanted, draft: CertificateFile) -> CertificateFile:
        """Sign a certificate, and keep it in the archive for good; the ledger knows of it then.

        Raises:
            AccessDeniedError: whoever asks may not sign.
            ConflictError: the very same is there already.
        """
        signer = self.place.signer
        signed = replace(draft, signature=signer.sign(draft.digest), key_id=signer.key_id, public_key=signer.public_key)
        as_of = parse_moment(signed.content["as_of"])
        key = certificate_key(wanted.legal_entity, wanted.period, signed.content["as_of"], signed.digest)
        if not self.place.archive.create(key, signed.text()):
            raise ConflictError("the same certificate is there already: ask again")
        CertificateLedger(self.place.table).keep_signed(
            SignedCertificate(
                legal_entity=wanted.legal_entity,
                period=wanted.period,
                as_of=as_of,
                digest=signed.digest,
                kept_as=key,
                key_id=signed.key_id,
                by=wanted.by,
                at=self.clock.now(),
            )
        )
        return signed


def asked_of(content: Any) -> Asked:  # noqa: ANN401 JSON
    """What a certificate was asked for."""
    return Asked(
        legal_entity=content["legal_entity"],
        period=content["period"],
        as_of=parse_moment(content["as_of"]),
        evidence=content["evidence"]["found_at"],
    )


def what_helps(content: Mapping[str, Any]) -> list[str]:
    """The commands that have targets read back which were not, and sources listed that no census covers."""
    unread = [each["target"] for each in content["planning"]["cycles"] if not each["is_behind_last_write"]]
    unlisted: dict[str, str] = {}
    for each in content["census"]:
        if each["is_listed"] and each["gaps"]:
            unlisted[each["connection"]] = min(each["gaps"][0][0], unlisted.get(each["connection"], "9"))
    return [
        *(f"tieout readback run --target {target}" for target in unread),
        *(f"tieout census run {connection} --from {first[:10]}" for connection, first in unlisted.items()),
    ]


def landscape_key(digest: str) -> str:
    """Where the compiled landscape of that digest is kept."""
    return f"{PREFIX}landscapes/{digest}.json"


def certificate_key(legal_entity: str, period: str, as_of: str, digest: str) -> str:
    """Where a certificate is kept."""
    return f"{PREFIX}{quote(legal_entity, safe='')}/{period}/{as_of}-{digest[:16]}.json"


def _parked(place: Place) -> dict[str, int]:
    return {each.name: sum(depth(place.sqs, each.queue_url).values()) for each in dead_letter_queues(place)}
