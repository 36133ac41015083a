"""Every place where a process may be made to die is named in one list, and dies in a test."""

import re
from pathlib import Path

from core import faults
from tests.brands.test_deliveries import POINTS as DELIVERING
from tests.chaos.test_kill_processing import POINTS as PROCESSING
from tests.payouts.test_sending import POINTS as SENDING

# Walked by tests of their own: test_pulling, test_uploads, test_unread_orders, test_store_checks,
# test_store_codes, test_statements, test_invoices and, by SIGKILL, test_kill_processing.
KILLED_APART = (
    "order_pull.before_cursor",
    "order_upload.before_commit",
    "order_upload.before_finish",
    "unread_order.before_settled",
    "store_check.before_cursor",
    "store_finding.after_store",
    "store_code.after_call",
    "statements.before_commit",
    "invoice.after_number",
)
ROOT = Path(__file__).resolve().parents[2]
APPS = ("core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal")


def test_every_point_in_the_code_is_listed_and_walked():
    sources = [path.read_text("utf-8") for app in APPS for path in (ROOT / app).rglob("*.py")]
    named = [name for text in sources for name in re.findall(r'faults\.point\(\s*"([^"]+)"', text)]

    assert sorted(named) == sorted(faults.POINTS)
    assert sorted([*PROCESSING, *SENDING, *DELIVERING, *KILLED_APART]) == sorted(faults.POINTS)


def test_without_the_switch_a_point_does_nothing(monkeypatch):
    passed: list[str] = []
    faults.install(passed.append)
    try:
        monkeypatch.delenv("FAULTS", raising=False)
        faults.point(faults.POINTS[0])
        assert passed == []
        monkeypatch.setenv("FAULTS", "1")
        faults.point(faults.POINTS[0])
        assert passed == [faults.POINTS[0]]
    finally:
        faults.install(None)
