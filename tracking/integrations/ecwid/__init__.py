"""Ecwid's webhooks and its REST API v3: `docs/stores/ecwid.md` has the set-up."""

from tracking.integrations.ecwid.parser import parse
from tracking.integrations.ecwid.signature import describe, is_ping, verify

platform = "ecwid"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
