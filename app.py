"""Builds the stacks of one stage: `cdk deploy --all -c stage=dev`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
sys.path.insert(0, str(ROOT / "layers"))

from aws_cdk import App  # noqa: E402 the project's own package comes first

from infra import bundling  # noqa: E402 the same
from infra.landscape_files import LandscapeError  # noqa: E402 the same
from infra.stacks import add_checks, add_stacks  # noqa: E402 the same


def main() -> None:
    """Synthesise the stage named by the context `stage`.

    Two more context values are for stages that are not reached as they are declared: `overlay`, a file of the same form as
    the stage's, or a folder of such files, merged over it by name; and `public_base_url`, what stands before
    `/webhooks/<connection>`.
    """
    app = App()
    given = {name: app.node.try_get_context(name) for name in ("stage", "overlay", "public_base_url")}
    if not given["stage"]:
        sys.exit("which stage? add `-c stage=dev`; the stages are the files in landscape/stages and landscape/examples")
    try:
        add_stacks(
            app,
            root=ROOT,
            stage_name=given["stage"],
            bundler=bundling,
            overlay=Path(given["overlay"]).resolve() if given["overlay"] else None,
            public_base_url=given["public_base_url"] or "",
        )
    except LandscapeError as error:
        sys.exit(str(error))
    add_checks(app)
    app.synth()


main()
