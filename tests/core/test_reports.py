"""What a browser reports of a page's policy stands in the log, and nothing else does."""

import json

import pytest
from django.test import Client

from core.views import reports

REPORT = {
    "document-uri": "https://fairshare.example/b/anna-co/?q=secret",
    "effective-directive": "script-src-elem",
    "blocked-uri": "https://evil.example/x.js?token=secret",
    "script-sample": "alert(1)",
}


@pytest.fixture(autouse=True)
def _nothing_said_yet(monkeypatch):
    monkeypatch.setattr(reports, "quiet", reports.Quiet())


def send(body: bytes) -> int:
    return Client().post("/csp/", body, content_type="application/csp-report").status_code


def test_a_violation_is_written_down_without_what_names_a_person(caplog):
    assert send(json.dumps({"csp-report": REPORT}).encode()) == 204

    assert "script-src-elem: https://evil.example (0 more)" in caplog.text
    assert "secret" not in caplog.text and "anna-co" not in caplog.text


def test_a_flood_of_reports_is_a_line_a_second(caplog):
    for _ in range(20):
        send(json.dumps({"csp-report": REPORT}).encode())

    assert len(caplog.records) == 1
    assert [reports.quiet.take(10.0**9), reports.quiet.take(10.0**9)] == [19, None]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"[" * 5000,
        b"9" * 5000,
        b"\xff",
        b'{"csp-report": 1}',
        b'{"csp-report": {"effective-directive": "\\r\\nroot: x"}}',
        b'{"csp-report": {"effective-directive": 1}}',
        b" " * 9000 + b"{}",
    ],
)
def test_what_is_no_report_is_refused_and_leaves_no_line(body, caplog):
    assert send(body) == 400
    assert "refused" not in caplog.text
