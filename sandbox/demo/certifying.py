"""The part of the demo in which a closed month is certified, derived again from the journal, and watched from then on."""

from __future__ import annotations

from ops import display
from ops.certificate_files import CertificateFile, read_certificate
from ops.certifying import Certifying, Wanted
from ops.verifying import verified
from sandbox.demo.scene import Scene
from tieout.system_clock import SystemClock

_REASON = "a demo reads nothing back before it signs"
_SECONDS = 2  # the journal of this machine is quick, and its clock the only one


def certify(scene: Scene, month: str, company: str) -> CertificateFile:
    """Sign that a closed month of a company ties out, and derive the same again from the journal alone."""
    scene.say(f'tieout close {month} --entity {company} --despite "{_REASON}"')
    made = sign(scene, month, company)
    rows = [
        {"from": leg["left"], "to": leg["right"], "currency": each["currency"]}
        | {side: each[side]["transaction"] for side in ("left", "off", "right")}
        for leg in made.content["legs"]
        for each in leg["sums"]
    ]
    display.rows(rows, title=f"The bridge of {company}, {month}", as_json=False, nothing="nothing")
    scene.hold(made.content["verdict"]["obstacles"] == [], f"it ties out, and is signed: sha256 {made.digest[:16]}...")
    scene.hold(
        verified(scene.place, made.text()).holds, "derived from the journal alone, it is the same, byte for byte"
    )
    altered = made.text().replace(b'"transaction":"', b'"transaction":"9', 1)
    scene.hold(read_certificate(altered).flaws(altered) != [], "a digit that somebody adds is found")
    return made


def sign(scene: Scene, month: str, company: str) -> CertificateFile:
    """The signed certificate of a closed month."""
    wanted = Wanted(legal_entity=company, period=month, by=scene.place.who, reason=_REASON)
    certifying = Certifying(scene.place, SystemClock(), tries=40, pause_seconds=_SECONDS, settled_seconds=_SECONDS)
    return certifying.sign(wanted)


def hold_what_came_since(scene: Scene, month: str, company: str, amount: str) -> None:
    """What came late for the certified month is told, with its amount."""
    _, found = Certifying(scene.place, SystemClock()).since(company, month)
    late = [each.says for each in found if each.section == "late"]
    rows = [{"section": each.section, "what": each.what, "says": each.says} for each in found]
    title = f"Since it was signed (tieout close delta {month} --entity {company})"
    display.rows(rows, title=title, as_json=False, nothing="nothing")
    scene.hold(
        bool(late) and all(amount in each for each in late), "what has happened to it since is told: the invoice"
    )
