"""A program that hears of events: it keeps what it was sent and answers as each path is told to.

It checks signatures by the text of Standard Webhooks, with nothing of ours.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Request"], int]


@dataclass(frozen=True)
class Request:
    """One post, as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.body)
        return said

    def is_signed_by(self, secret: str) -> bool:
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{expected}" in self.headers["webhook-signature"].split(" ")


class Receiver:
    """What was sent, by path, and how each path answers: 200 unless told otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer] = {}
        self.requests: list[Request] = []
        self.at_once: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self._lock = threading.Lock()

    def at(self, path: str) -> list[Request]:
        with self._lock:
            return [one for one in self.requests if one.path == path]

    def answer(self, request: Request) -> int:
        with self._lock:
            self.requests.append(request)
            self.at_once[request.path] += 1
            most = max(self.most_at_once[request.path], self.at_once[request.path])
            self.most_at_once[request.path] = most
        try:
            return self.answers.get(request.path, lambda _: 200)(request)
        finally:
            with self._lock:
                self.at_once[request.path] -= 1


def in_turn(*statuses: int) -> Answer:
    """Answer with each status once, then with the last of them for ever."""
    left = list(statuses)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


@contextmanager
def receive() -> Iterator[Receiver]:
    """Listen on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.answer(Request(self.path, headers, body))
            self.send_response(status)
            self.send_header("Location", f"{receiver.url}/elsewhere")
            self.end_headers()
            try:
                self.wfile.write(b"x" * (10_000_000 if self.path == "/long" else 20))
            except OSError:  # nobody reads so much
                self.close_connection = True

        do_GET = do_POST  # noqa: N815

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
