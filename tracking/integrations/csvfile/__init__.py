"""Orders from a file: `docs/stores/csv.md`. Nothing is posted here, so nothing is believed."""

from tracking.integrations.csvfile.parser import describe, is_ping, parse, verify

platform = "csv"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
