"""PrestaShop's web service, which is asked: `docs/stores/prestashop.md` has the set-up."""

from tracking.integrations.prestashop.parser import parse
from tracking.integrations.prestashop.signature import describe, is_ping, verify

platform = "prestashop"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
