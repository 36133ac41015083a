"""Medusa, by a subscriber of the shop: `docs/stores/medusa.md` has its code and the set-up."""

from tracking.integrations.medusa.parser import parse
from tracking.integrations.medusa.signature import describe, is_ping, verify

platform = "medusa"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
