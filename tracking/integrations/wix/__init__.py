"""Wix's webhooks (eCommerce Orders): `docs/stores/wix.md` has the set-up."""

from tracking.integrations.wix.parser import parse
from tracking.integrations.wix.signature import describe, is_ping, verify

platform = "wix"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
