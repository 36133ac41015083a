"""Named places where a process may be made to die, in tests and drills; else they do nothing."""

import os
from collections.abc import Callable

POINTS = (
    "store_event.before_claim",
    "store_event.after_claim",
    "store_event.after_merge",
    "store_event.before_commit",
    "order_pull.before_cursor",
    "order_upload.before_commit",
    "order_upload.before_finish",
    "unread_order.before_settled",
    "store_check.before_cursor",
    "store_finding.after_store",
    "store_code.after_call",
    "payout.after_claim",
    "payout.after_lookup",
    "payout.after_call",
    "payout.before_record_commit",
    "statements.before_commit",
    "invoice.after_number",
    "webhook.after_claim",
    "webhook.after_call",
    "webhook.before_record_commit",
)


class Crash(BaseException):
    """Stands for a kill at this point; not an Exception, so that nothing catches it."""


_handler: Callable[[str], None] | None = None


def point(name: str) -> None:
    """Pass a named place; with FAULTS=1 in the environment a handler may act there."""
    if _handler is not None and os.environ.get("FAULTS") == "1":
        _handler(name)


def install(handler: Callable[[str], None] | None) -> None:
    """Set what happens at every point; None takes it away."""
    global _handler  # noqa: PLW0603  # one switch for the process
    _handler = handler
