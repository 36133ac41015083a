"""Squarespace's notifications and its Orders API: `docs/stores/squarespace.md` has the set-up."""

from tracking.integrations.squarespace.parser import parse
from tracking.integrations.squarespace.signature import describe, is_ping, verify

platform = "squarespace"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
