"""`tieout close`: the certificate that a company's period ties out, signed; and whether it still does."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from ops import display
from ops.certificate_files import CertificateFile
from ops.certificate_page import page_of
from ops.certificate_views import certificate_record, signed_row, verified_record
from ops.certificate_workbook import workbook_of
from ops.certifying import Certifying, Wanted
from ops.commands.arguments import AsJson, At, Stage, place_asked_for
from ops.commands.period_first import PeriodFirst
from ops.logged import changes, reads
from ops.period_views import named
from ops.place import find_place
from ops.verifying import verified
from tieout.ledger.certificates import CertificateLedger
from tieout.system_clock import SystemClock

app = typer.Typer(
    no_args_is_help=True,
    cls=PeriodFirst,
    help="The certificate that a company's period ties out: `tieout close 2026-03 --entity EMEA` signs it.",
)

Period = Annotated[str, typer.Argument(help="Such as `2026-03` or `FY2026-P03`.")]
Entity = Annotated[str, typer.Option("--entity", help="The company whose period it is.")]


@app.command("sign")
@changes(reason="despite")
def close_sign(  # noqa: PLR0913 each is an argument or an option of the command
    period: Period,
    entity: Entity,
    out: Annotated[Path, typer.Option(help="The folder that the certificate is written to.")] = Path(),
    despite: Annotated[
        str, typer.Option(help="Why you sign for what is not as it should be: it is named in the certificate.")
    ] = "",
    stage: Stage = None,
    at: At = None,
    *,
    draft: Annotated[
        bool, typer.Option("--draft", help="Write what would be certified, whatever is in the way.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Certify a closed period: derive its bridge from the ledger and from its journal, and sign it where both are the same.

    The books have to be closed (`tieout periods close`), and every break that needs somebody accepted (`tieout breaks accept`).
    What else is not as it should be, such as parked notices, stands in the certificate with your name and your reason. With --at
    a draft says what would have been certified then.
    """
    if at is not None and not draft:
        raise typer.BadParameter("what is signed is as it is now: --at is for a --draft")
    place = find_place(stage)
    named(place, period, entity, ())
    wanted = Wanted(legal_entity=entity, period=period, by=place.who, reason=despite)
    certifying = Certifying(place, SystemClock())
    made = certifying.draft(wanted, at) if draft else certifying.sign(wanted)
    display.record(_write(out, made) | certificate_record(made), as_json=as_json)


@app.command("verify")
@reads
def close_verify(
    file: Annotated[Path, typer.Argument(help="A certificate, as JSON.", exists=True, dir_okay=False)],
    stage: Stage = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Derive a certificate again from the journal alone, byte for byte, and name the first difference; exits with 1 on any."""
    came = verified(find_place(stage), file.read_bytes())
    display.record(verified_record(came), as_json=as_json)
    raise typer.Exit(code=0 if came.holds else 1)


@app.command("delta")
@reads
def close_delta(period: Period, entity: Entity, stage: Stage = None, *, as_json: AsJson = False) -> None:
    """What has happened to a period since it was certified last: what came late, was restated, adjusted, mapped otherwise."""
    place = find_place(stage)
    last, found = Certifying(place, SystemClock()).since(entity, period)
    rows = [asdict(each) for each in found]
    title = f"Since {last.digest[:16]} was signed by {last.by}"
    display.rows(rows, title=title, as_json=as_json, nothing=f"{title} nothing has happened to it.")


@app.command("list")
@reads
def close_list(stage: Stage = None, at: At = None, *, as_json: AsJson = False) -> None:
    """Every certificate that was signed, by period: of which company, as of when, by whom, and where it is kept."""
    place = place_asked_for(stage, at)
    rows = [signed_row(each) for each in CertificateLedger(place.table).all_signed()]
    rows.sort(key=lambda row: (row["period"], row["legal_entity"], row["as_of"]), reverse=True)
    display.rows(rows, title="Certificates", as_json=as_json, nothing="No certificate was signed yet.")


def _write(folder: Path, made: CertificateFile) -> dict[str, str]:
    """The certificate itself, and the same as a page and as a workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {"certificate": (".json", made.text()), "page": (".html", page_of(made))}
    written["workbook"] = (".xlsx", workbook_of(made))
    paths = {what: folder / (file_name(made) + ending) for what, (ending, _) in written.items()}
    for what, (_, text) in written.items():
        paths[what].write_bytes(text)
    return {what: str(path) for what, path in paths.items()}


def file_name(made: CertificateFile) -> str:
    """What the files of a certificate are called."""
    content = made.content
    company = "".join(each if each.isalnum() else "-" for each in str(content["legal_entity"]))
    kind = "certificate" if made.signature else "draft"
    return f"{kind}-{company}-{content['period']}-{made.digest[:8]}"
