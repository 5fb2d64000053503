"""`make contracts`: writes the documents in `contracts/` anew, unless that would break a promise."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.contracts.kept import NOTES, broken, tampered, texts, write
from infra.contracts.published import published
from infra.landscape import read_landscape

_ROOT = Path(__file__).resolve().parents[2]
FOLDER = _ROOT / "contracts"
STAGE = "sandbox"
"""Whose landscape the documents of bus and doors are of: it has a connection of every system."""

_ADVICE = f"""\
What was promised stays, or becomes another version: raise the version of that schema in the code (a family's `version`,
`ABSENCE_VERSION`, the envelope's `SCHEMA_VERSION`), see that what was written by the one before is read, say why in
contracts/{NOTES} under `## <schema> <version>`, and run this again. See contracts/README.md."""


def main() -> int:
    """Write what is kept, or say what is not; the process's exit code."""
    folder, schemas = FOLDER, published()
    problems = [*broken(folder, schemas), *(f"{each}: was changed by hand" for each in tampered(folder))]
    if problems:
        sys.stderr.write("\n".join([*problems, _ADVICE, ""]))
        return 1
    write(folder, texts(read_landscape(_ROOT, STAGE), schemas))
    return 0


if __name__ == "__main__":
    sys.exit(main())
