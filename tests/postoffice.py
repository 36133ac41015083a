"""A mail server on this machine, with a memory and with addresses it refuses."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from django.test import override_settings


@dataclass
class PostOffice:
    """What arrived, and the answer that each refused address gets."""

    arrived: list[EmailMessage] = field(default_factory=list)
    refusing: dict[str, str] = field(default_factory=dict)
    connections: int = 0


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        office: PostOffice = self.server.office  # type: ignore[attr-defined]
        office.connections += 1
        self._say("220 post.example")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            verb = line[:4].upper()
            if verb == "QUIT":
                self._say("221 bye")
                return
            if verb == "DATA":
                self._say("354 go on")
                office.arrived.append(self._read_message())
                self._say("250 taken")
            elif verb == "RCPT":
                self._say(office.refusing.get(line.partition("<")[2].rstrip(">"), "250 ok"))
            else:
                self._say("250 ok")

    def _read_message(self) -> Any:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


@contextmanager
def open_post_office() -> Iterator[PostOffice]:
    """Take mail on a free port of this machine, and point the settings at it."""
    office = PostOffice()
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.office = office  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            with override_settings(
                EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=server.server_address[1],
            ):
                yield office
        finally:
            server.shutdown()
            thread.join()
