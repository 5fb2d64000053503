"""The simulated files of a model: private, overwritten without a word, and uploaded in chunks or at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from sandbox.systems.anaplan.answering import paged, success
from sandbox.systems.anaplan.tenant import Call, refuse

if TYPE_CHECKING:
    from sandbox.systems.anaplan.definition import ModelDefinition

_FIRST_FILE = 113000000000


@dataclass
class HeldFile:
    """One file: what was uploaded last, as far as it has come; `changes` counts every chunk that was replaced."""

    file_id: str
    name: str
    chunk_count: int = 0
    chunks: dict[int, bytes] = field(default_factory=dict)
    changes: int = 0

    def content(self) -> bytes:
        """The chunks that are there, one behind the other: whoever reads meanwhile reads what there is."""
        return b"".join(body for _, body in sorted(self.chunks.items()))

    def put(self, number: int, body: bytes) -> None:
        """Replace one chunk."""
        self.chunks[number] = body
        self.changes += 1

    def plain(self) -> dict[str, Any]:
        """As lists show it."""
        return {
            "id": self.file_id,
            "name": self.name,
            "chunkCount": self.chunk_count,
            "delimiter": '"',
            "encoding": "UTF-8",
            "firstDataRow": 2,
            "format": "txt",
            "headerRow": 1,
            "separator": ",",
        }


def files_of(definition: ModelDefinition) -> dict[str, HeldFile]:
    """A file for each module, which its import reads."""
    return {
        file_id: HeldFile(file_id, f"{module.name}.csv")
        for number, module in enumerate(definition.modules)
        if (file_id := str(_FIRST_FILE + number))
    }


def files(call: Call) -> Response:
    """GET /files."""
    return paged(call, "file", "files", [each.plain() for each in call.tenant.files.values()])


def announce(call: Call) -> Response:
    """POST /files/{file}: says how many chunks will come; an id nobody knows makes a new file without a word."""
    held = call.tenant.files.get(call.part("file"))
    if held is None:
        held = HeldFile(str(_FIRST_FILE + len(call.tenant.files)), "New file")
        call.tenant.files[held.file_id] = held
    held.chunk_count = int(call.json().get("chunkCount", -1))
    held.chunks.clear()
    held.changes += 1
    return success("file", {"file": held.plain()})


def put_chunk(call: Call) -> Response:
    """PUT /files/{file}/chunks/{chunk}: 204 and nothing else."""
    held = call.tenant.files.get(call.part("file"))
    if held is None:
        return refuse(call, 404, "Not Found")
    held.put(int(call.part("chunk")), _plain(call))
    return Response(status_code=204)


def put_whole(call: Call) -> Response:
    """PUT /files/{file}: all of it at once."""
    held = call.tenant.files.get(call.part("file"))
    if held is None:
        return refuse(call, 404, "Not Found")
    held.chunk_count = 1
    held.chunks.clear()
    held.put(0, _plain(call))
    return Response(status_code=204)


def whole(call: Call) -> Response:
    """GET /files/{file}: all of it at once."""
    held = call.tenant.files.get(call.part("file"))
    if held is None:
        return refuse(call, 404, "Not Found")
    return Response(held.content(), media_type="application/octet-stream")


def complete(call: Call) -> Response:
    """POST /files/{file}/complete."""
    held = call.tenant.files.get(call.part("file"))
    return refuse(call, 404, "Not Found") if held is None else success("file", {"file": held.plain()})


def chunks(call: Call) -> Response:
    """GET /files/{file}/chunks."""
    held = call.tenant.files.get(call.part("file"))
    if held is None:
        return refuse(call, 404, "Not Found")
    return paged(
        call, "chunk", "chunks", [{"id": str(number), "name": f"Chunk {number}"} for number in sorted(held.chunks)]
    )


def chunk(call: Call) -> Response:
    """GET /files/{file}/chunks/{chunk}."""
    held = call.tenant.files.get(call.part("file"))
    body = held.chunks.get(int(call.part("chunk"))) if held else None
    return refuse(call, 404, "Not Found") if body is None else Response(body, media_type="application/octet-stream")


def _plain(call: Call) -> bytes:
    """The body; a chunk may come packed, which its content type says."""
    if call.request.headers.get("content-type") in {"application/x-gzip", "application/gzip"}:
        import gzip  # noqa: PLC0415 only some clients pack

        return gzip.decompress(call.body)
    return call.body
