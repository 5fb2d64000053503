"""The documents in `contracts/` are those of the code, keep what was promised, and are what tools of others take them for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from infra.contracts.__main__ import STAGE
from infra.contracts.kept import broken, tampered, texts
from infra.contracts.published import published
from infra.landscape import read_landscape
from tests.support.any_facts import facts
from tests.support.synthesis import REPOSITORY
from tieout.arriving.envelope import Envelope
from tieout.arriving.notice import Notice, RecordKey
from tieout.aws.flushing import flush_request
from tieout.facts.families import FAMILIES, KINDS
from tieout.facts.family import Fact
from tieout.facts.statement import Absence, Statement, canonical_text
from tieout.moments import parse_moment

FOLDER = REPOSITORY / "contracts"
SCHEMAS = {each.name: each.document() for each in published()}
BY_KIND = {
    each["properties"]["kind"]["const"]: each
    for name, each in SCHEMAS.items()
    if name.startswith("facts/") and name != "facts/absence"
}
ANY_FACT = st.sampled_from([kind for family in FAMILIES for kind in family.kinds]).flatmap(facts)
EXAMPLES = sorted(FOLDER.glob("examples/*/*.json"))
KEY = RecordKey("crm", "anything", "1")


def document(path: str) -> dict[str, Any]:
    """One of the documents as it is committed."""
    found: dict[str, Any] = json.loads((FOLDER / path).read_text(encoding="utf-8"))
    return found


def test_no_promise_is_broken() -> None:
    """If this fails, `make contracts` says how to go on: the version is raised, or the field stays."""
    assert broken(FOLDER, published()) == []


def test_no_schema_was_changed_by_hand() -> None:
    """The digests are those of what the command wrote, of versions of before too."""
    assert tampered(FOLDER) == []


def test_the_documents_are_those_of_the_code() -> None:
    """If this fails alone, something was added: run `make contracts`."""
    found = texts(read_landscape(REPOSITORY, STAGE), published())
    assert {path: (FOLDER / path).read_text(encoding="utf-8") for path in found} == found


def test_every_schema_is_one() -> None:
    """By the word of an independent validator; of versions of before too."""
    paths = [*FOLDER.glob("facts/*/*.json"), *FOLDER.glob("messages/*/*.json")]
    assert len(paths) >= len(SCHEMAS)
    for path in paths:
        Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_the_document_of_the_doors_is_openapi() -> None:
    """By the word of an independent validator."""
    assert list(OpenAPIV31SpecValidator(document("openapi.json")).iter_errors()) == []


def test_the_document_of_the_bus_is_asyncapi() -> None:
    """By the schema that AsyncAPI itself publishes."""
    schema = json.loads((REPOSITORY / "node_modules/@asyncapi/specs/schemas/3.0.0.json").read_text(encoding="utf-8"))
    assert [each.message for each in Draft7Validator(schema).iter_errors(document("asyncapi.json"))] == []


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _references(each)


@pytest.mark.parametrize("path", ["asyncapi.json", "openapi.json"])
def test_every_reference_leads_somewhere(path: str) -> None:
    """Within the document, or to one of the schemas beside it."""
    whole = document(path)
    for reference in _references(whole):
        found: Any = whole
        if reference.startswith("#/"):
            for name in reference[2:].split("/"):
                found = found[name]
        else:
            assert document(reference)["$id"]


@given(ANY_FACT)
def test_every_fact_is_written_as_its_schema_says(fact: Fact) -> None:
    """Of any kind there is, with any content; no field is written that the schema does not name."""
    written = json.loads(canonical_text(Statement(key=KEY, source_version="1", fact=fact)))
    schema = BY_KIND[type(fact).__name__]
    Draft202012Validator(_closed(schema), format_checker=FormatChecker()).validate(written)


def test_every_kind_of_fact_is_published() -> None:
    """Whoever adds a family has nothing to do here."""
    assert BY_KIND.keys() == KINDS.keys()


@pytest.mark.parametrize("absence", Absence)
def test_every_absence_is_written_as_its_schema_says(absence: Absence) -> None:
    """What has no fact says why."""
    statement = Statement(key=KEY, source_version="1", fact=None, absence=absence)
    Draft202012Validator(_closed(SCHEMAS["facts/absence"])).validate(json.loads(canonical_text(statement)))


def test_a_request_to_flush_is_written_as_its_schema_says() -> None:
    """It names the target and no more."""
    Draft202012Validator(_closed(SCHEMAS["messages/flush_request"])).validate(json.loads(flush_request("anaplan")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.stem}-{path.stem}")
def test_every_example_is_what_its_schema_says(path: Path) -> None:
    """At the version its name begins with."""
    schema = document(f"messages/{path.parent.stem}/{path.stem.partition('-')[0]}.json")
    example = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(example)


def test_what_the_line_writes_is_what_its_schema_says() -> None:
    """An envelope and one that was moved to the archive, to the last field that is written."""
    envelope = Envelope(
        "d", "crm", "forecast", parse_moment("2026-03-02T09:00:00Z"), (Notice(KEY, "n", "k", payload="p"),)
    )
    written = json.loads(envelope.message())
    Draft202012Validator(_closed(SCHEMAS["messages/envelope"])).validate(written)
    Draft202012Validator(_closed(SCHEMAS["messages/notice"])).validate(written["detail"]["notices"][0])
    pointing = written | {"detail": json.loads(envelope.pointing_detail("overflow/1"))}
    Draft202012Validator(_closed(SCHEMAS["messages/pointing_envelope"])).validate(pointing)


def _closed(schema: Any) -> Any:  # noqa: ANN401 any part of a schema
    """The schema, with no room for fields that it does not name."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {name: _closed(value) for name, value in schema.items()}
    return inside | ({"additionalProperties": False} if schema.get("type") == "object" else {})
