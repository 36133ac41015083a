"""What browsers report: something on a page that its policy refused.

Anybody may post here, so a line a second is written at most, of what cannot name a person.
"""

import json
import logging
import re
import threading
from time import monotonic

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

MAX_BYTES = 8_192
EVERY_S = 1.0

_WORD = re.compile(r"[a-z-]{1,40}", re.ASCII)
_ORIGIN = re.compile(r"https?://[a-z0-9.:\[\]-]{1,120}|inline|eval|data|blob", re.ASCII)

logger = logging.getLogger(__name__)


class Quiet:
    """Lets one through a second; the others are counted, and named with the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = -EVERY_S
        self._held = 0

    def take(self, now: float) -> int | None:
        """Return how many were held back since the last one, or None to hold this one, too."""
        with self._lock:
            if now - self._last < EVERY_S:
                self._held += 1
                return None
            self._last, held, self._held = now, self._held, 0
            return held


quiet = Quiet()


@csrf_exempt
@require_POST
def take_violation(request: HttpRequest) -> HttpResponse:
    """Write down which part of the policy refused what; no address of a page, no content."""
    report = _read(request.read(MAX_BYTES))
    directive = _WORD.match(str(report.get("effective-directive", "")))
    blocked = _ORIGIN.match(str(report.get("blocked-uri", "")).lower())
    if directive is None:
        return HttpResponse(status=400)
    held = quiet.take(monotonic())
    if held is not None:
        what = blocked[0] if blocked else "something else"
        logger.warning("the policy of a page refused %s: %s (%d more)", directive[0], what, held)
    return HttpResponse(status=204)


def _read(body: bytes) -> dict[str, object]:
    """Return what a report says, as CSP Level 2 writes it; nothing where it is none."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    report = said.get("csp-report") if isinstance(said, dict) else None
    return report if isinstance(report, dict) else {}
