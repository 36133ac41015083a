"""Lines of the log: one form for web, worker and scheduler; no secret and no person in them."""

import logging
import re
import secrets
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")

FIELDS = ("time", "level", "logger", "request_id", "message", "exc_info", "stack_info")
_GIVEN_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_RULES = (
    (re.compile(r"(?<=://)[^\s/@\"']+@"), "[secret]@"),
    (re.compile(r"(?<=[\w/.])\?[^\s\"'<>]+"), "?[query]"),
    (re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"), "[address]"),
    (re.compile(r"\b(?:sk|rk|pk|whsec)_\w+"), "[secret]"),
    (re.compile(r"\b(Bearer|Basic)\s+\S+", re.IGNORECASE), r"\1 [secret]"),
    (
        re.compile(rf"(?<![\w-])(?!{_UUID}(?![\w-]))(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{{32,}}=*"),
        "[secret]",
    ),
)


def make_request_id(given: str = "") -> str:
    """Return the id of a request: the one a trusted proxy gave, where it can be one."""
    return given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


def redact(text: str) -> str:
    """Take out query strings, addresses of people, and what looks like a key or a token."""
    for pattern, instead in _RULES:
        text = pattern.sub(instead, text)
    return text


class RequestIdFilter(logging.Filter):
    """Give every record the id of the request or task it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        return True


class LineFormatter(logging.Formatter):
    """A line for people: the request's id, then the rest."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{request_id.get()} {redact(super().format(record))}"


class JsonLineFormatter(JsonFormatter):
    """A line for machines: these fields and no others, whatever a library adds."""

    def process_log_record(self, log_record: dict[str, Any]) -> dict[str, Any]:
        return {
            name: value if name == "request_id" else redact(str(value))
            for name in FIELDS
            if (value := log_record.get(name))
        }
