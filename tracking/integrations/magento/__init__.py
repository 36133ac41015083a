"""Magento and Adobe Commerce, by webhook or by REST: `docs/stores/magento.md` has the set-up."""

from tracking.integrations.magento.parser import parse
from tracking.integrations.magento.signature import describe, is_ping, verify

platform = "magento"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
