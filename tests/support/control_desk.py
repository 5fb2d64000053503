"""Doing what people do in a simulated system."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx


class Desk:
    """Where people work in a simulated system: its control routes over HTTP."""

    def __init__(self, base_url: str, http: httpx.Client) -> None:
        self._base_url = base_url
        self._http = http

    def __call__(self, method: str, path: str, /, **body: Any) -> Any:  # noqa: ANN401 JSON
        """Do something, and see what came of it."""
        answer = self.ask(method, path, **body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(self, method: str, path: str, /, **body: Any) -> httpx.Response:  # noqa: ANN401 JSON
        """Try to do something."""
        return self._http.request(method, f"{self._base_url}/_control/{path}", json=body)
