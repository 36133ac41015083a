"""A program that asks the API with a key."""

import json
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client

from core.models import Brand
from tests.makers import make_api_key

ROOT = "/api/v1"

_numbers = count(1)


class Caller:
    """Asks with one key; each POST names itself anew unless it is told not to."""

    def __init__(self, brand: Brand, *scopes: str, text: str = "") -> None:
        self.text = text or make_api_key(brand, *scopes)[1]
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        answer: Any = self.client.get(f"{ROOT}/{path}", query, headers=self._headers())
        return answer

    def post(self, path: str, body: Any, *, once: str = "") -> HttpResponse:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = self._headers() | {"Idempotency-Key": once or f"test-{next(_numbers)}"}
        kind = "application/json"
        answer: Any = self.client.post(f"{ROOT}/{path}", text, content_type=kind, headers=headers)
        return answer

    def read(self, path: str, **query: Any) -> Any:
        """Return what a 200 answers."""
        answer: Any = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"}


def refusal(answer: Any) -> tuple[int, str]:
    """Return status and code of a problem, whose shape it asserts."""
    error = answer.json()["error"]
    assert set(error) <= {"code", "message", "doc_url", "fields"}, error
    assert error["doc_url"].endswith(f"/api/errors/#{error['code']}") and error["message"]
    return answer.status_code, error["code"]
