"""Synthesised templates, with the questions tests ask of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from aws_cdk import App

from infra.stacks import Stacks, add_stacks

REPOSITORY = Path(__file__).parents[2]
STAGES, EXAMPLES = (
    sorted(path.stem for path in (REPOSITORY / "landscape" / name).glob("*.toml")) for name in ("stages", "examples")
)

Resource = Mapping[str, Any]


class EmptyBundles:
    """A bundler that makes folders with a single file, so that templates are made in seconds and without a network."""

    def __init__(self, folder: Path, content: str = "nothing") -> None:
        self._folder = folder
        self._content = content

    def dependencies_layer(self, platform: str, /) -> Path:
        """A stand-in for the third-party packages."""
        return self._made(f"dependencies-{platform}")

    def tieout_layer(self) -> Path:
        """A stand-in for the package, the same for the same content."""
        return self._made(f"tieout-{self._content}")

    def function_asset(self, step: str, extra_files: Mapping[str, str], /) -> Path:
        """A stand-in for a step's code with the real files beside it."""
        folder = self._made(step)
        for name, text in extra_files.items():
            (folder / name).write_text(text)
        return folder

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "content.txt").write_text(self._content)
        return folder


@dataclass(frozen=True)
class Synthesis:
    """The templates of one stage and what the deployment tool is told beside them."""

    ledger: Mapping[str, Any]
    line: Mapping[str, Any]
    door: Mapping[str, Any]
    freshness: Mapping[str, Any]
    control: Mapping[str, Any]
    manifest: Mapping[str, Any]

    @property
    def templates(self) -> tuple[Mapping[str, Any], ...]:
        """The templates in the order they are deployed in."""
        return self.ledger, self.line, self.door, self.freshness, self.control

    def of_type(self, kind: str) -> dict[str, Resource]:
        """All resources of a CloudFormation type by logical id, of all stacks."""
        return {name: each for name, each in self.resources.items() if each["Type"] == kind}

    @cached_property
    def resources(self) -> dict[str, Resource]:
        """All resources by logical id, of all stacks; what one imports of another stands as if it were its own."""
        exports = {
            written(output["Export"]["Name"]): output["Value"]
            for template in self.templates
            for output in template["Outputs"].values()
            if "Export" in output
        }
        merged: dict[str, Resource] = {}
        for template in self.templates:
            assert not merged.keys() & template["Resources"].keys()
            merged |= {name: _imported(each, exports) for name, each in template["Resources"].items()}
        return merged

    def outputs(self) -> dict[str, Any]:
        """What the line, the door and control tell of themselves, by key."""
        told = {**self.line["Outputs"], **self.door["Outputs"], **self.control["Outputs"]}
        return {key: output["Value"] for key, output in told.items() if "Export" not in output}

    def properties(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """The properties of all resources of a type by logical id."""
        return {name: each.get("Properties", {}) for name, each in self.of_type(kind).items()}

    def environment(self, function: str) -> dict[str, str]:
        """A function's environment with every reference replaced by a text that names what it refers to."""
        variables = self.resources[function]["Properties"]["Environment"]["Variables"]
        return {name: written(value) for name, value in variables.items()}

    def statements(self, role: str) -> list[Mapping[str, Any]]:
        """What the policies of a role allow: the one inside it, and those beside it that name it."""
        (policy,) = self.resources[role]["Properties"]["Policies"]
        beside = [each for each in self.properties("AWS::IAM::Policy").values() if {"Ref": role} in each["Roles"]]
        return [statement for each in (policy, *beside) for statement in each["PolicyDocument"]["Statement"]]


def new_app(outdir: Path) -> App:
    """An app with the context the command line would give it."""
    return App(context=json.loads((REPOSITORY / "cdk.json").read_text())["context"], outdir=str(outdir))


def synthesise(folder: Path, stage: str, *, overlay: Path | None = None, content: str = "nothing") -> Synthesis:
    """The templates of a stage, made in `folder`."""
    app = new_app(folder / "out")
    add_stacks(
        app,
        root=REPOSITORY,
        stage_name=stage,
        overlay=overlay,
        bundler=EmptyBundles(folder / "bundles", content),
        public_base_url="https://hooks.example.com",
    )
    app.synth()
    return read_synthesis(folder / "out", stage)


def add_stage(app: App, folder: Path, stage: str) -> Stacks:
    """Add the stacks of a stage to an app, with empty bundles."""
    return add_stacks(app, root=REPOSITORY, stage_name=stage, bundler=EmptyBundles(folder / "bundles"))


def read_synthesis(outdir: Path, stage: str) -> Synthesis:
    """What an app left in its output folder."""
    files = (
        *(f"Tieout-{stage}-{stack}.template.json" for stack in ("Ledger", "Line", "Door", "Freshness", "Control")),
        "manifest.json",
    )
    documents = [json.loads((outdir / name).read_text()) for name in files]
    return Synthesis(*documents)


def _imported(value: Any, exports: Mapping[str, Any]) -> Any:  # noqa: ANN401 any part of a template
    """The value with every import replaced by what the other stack exports."""
    match value:
        case {"Fn::ImportValue": name}:
            return exports[written(name)]
        case Mapping():
            return {key: _imported(each, exports) for key, each in value.items()}
        case list():
            return [_imported(each, exports) for each in value]
        case _:
            return value


def written(value: object) -> str:
    """A CloudFormation value as one text: `Fn::Join` joined, any other reference as what it refers to."""
    match value:
        case str():
            return value
        case {"Fn::Join": [separator, parts]}:
            return str(separator).join(written(part) for part in parts)
        case {"Ref": name}:
            return f"<{name}>"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"<{name}.{attribute}>"
        case {"Fn::ImportValue": name} | {"Fn::GetStackOutput": {"OutputName": name}}:
            return f"<{name}>"
        case _:
            return json.dumps(value)


def logical_id(value: object) -> str:
    """The logical id of the one resource a value refers to, however it is wrapped in functions."""
    (name,) = set(_references(value))
    return name


def _references(value: object) -> Iterator[str]:
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), _]}:
            yield name
        case Mapping():
            for each in value.values():
                yield from _references(each)
        case list():
            for each in value:
                yield from _references(each)
        case _:
            pass


def as_list(value: object) -> list[Any]:
    """IAM writes a single element without its list."""
    return value if isinstance(value, list) else [value]


def texts_in(value: object) -> Iterator[str]:
    """Every text anywhere inside a value, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts_in(key)
            yield from texts_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_in(each)
