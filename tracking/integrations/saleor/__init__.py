"""Saleor's webhooks: `docs/stores/saleor.md` has the set-up and the query they are made with."""

from tracking.integrations.saleor.parser import parse
from tracking.integrations.saleor.signature import describe, is_ping, verify

platform = "saleor"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
