"""A shop's interface that answers from a table of paths, and keeps what it was asked."""

from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from core.egress import Answer, EgressFailed

Reply = bytes | int | str
Respond = Callable[[str, dict[str, str]], Reply]


class Shop:
    """Asked for a path it answers with a body, a status, or an error of the way there."""

    def __init__(self, respond: Respond) -> None:
        self.respond = respond
        self.asked: list[str] = []

    def __call__(self, path: str) -> Answer:
        self.asked.append(path)
        parts = urlsplit(path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        reply = self.respond(unquote(parts.path), query)
        if isinstance(reply, str):
            raise EgressFailed(reply)
        if isinstance(reply, int):
            return Answer(reply, {"retry-after": "60"} if reply == 429 else {}, b"{}")
        return Answer(200, {}, reply)
