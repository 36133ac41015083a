"""The signed webhook of any shop: `docs/stores/generic.md` has the format with examples."""

from tracking.integrations.generic.parser import parse
from tracking.integrations.generic.signature import describe, is_ping, verify

platform = "generic"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
