"""Serve the stand-in on loopback, for tests and drills: real sockets, real timeouts."""

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from payouts.rails.stripe.standin import Response, StripeStandin

MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it came over the wire."""

    method: str
    path: str
    headers: Mapping[str, str]
    params: Mapping[str, str]


class StandinServer:
    """A context manager: the stand-in on a free port of this machine, for as long as it lasts."""

    def __init__(self, standin: StripeStandin) -> None:
        self._server = _Server(standin)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def seen(self) -> list[Seen]:
        """Every request that came, oldest first."""
        return list(self._server.seen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, standin: StripeStandin) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.standin = standin
        self.seen: list[Seen] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a client that gave up is part of a drill."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._serve(self.rfile.read(min(length, MAX_BODY)).decode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the base
        """Keep the output of a test clean."""

    def _serve(self, body: str) -> None:
        url = urlsplit(self.path)
        params = dict(parse_qsl(body or url.query, keep_blank_values=True))
        headers = dict(self.headers.items())
        self.server.seen.append(Seen(self.command, url.path, headers, params))
        response = self.server.standin.handle(
            method=self.command, path=url.path, headers=headers, form_params=params
        )
        if response.delay_s:
            time.sleep(response.delay_s)
        if response.is_dropped:
            self._drop()
        else:
            self._send(response)

    def _send(self, response: Response) -> None:
        with suppress(ConnectionError):
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            self.wfile.write(response.body)

    def _drop(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
