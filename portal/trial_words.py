"""How the hops of a test order read, and what to do where one failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.money import Money
from core.templatetags.fairshare import current_language
from portal.trial import HOPS
from tracking.models import TrialRun

TITLES: Mapping[str, str | Promise] = {
    "link": gettext_lazy("Link opened"),
    "click": gettext_lazy("Click stored"),
    "token": gettext_lazy("Token carried by the store"),
    "order": gettext_lazy("Order received, signature right"),
    "credit": gettext_lazy("Credited"),
    "price": gettext_lazy("Paid"),
    "release": gettext_lazy("Release"),
}
CAUSES: Mapping[str, str | Promise] = {
    "no_rules": gettext_lazy("The program has no rules yet. Publish one, then try again."),
    "no_link": gettext_lazy("The test creator has no link. Reset the sandbox, then try again."),
    "unreachable": gettext_lazy(
        "The program did not reach itself at {url}. Your operator sets it as INTERNAL_URL."
    ),
    "link_status": gettext_lazy(
        "The link answered {status} instead of leading to the shop. Look at the program's "
        "status and its landing page."
    ),
    "no_click": gettext_lazy(
        "The link works, but no click was written: the database did not answer in time. Try again, "
        "then ask your operator."
    ),
    "click_not_counted": gettext_lazy(
        "The click was stored and does not count. Open the link in a browser and see its reason "
        "under Clicks."
    ),
    "no_token": gettext_lazy(
        "The address of the shop carried no fs_click. Look whether the landing page is on an "
        "allowed domain."
    ),
    "hook_status": gettext_lazy(
        "The address for orders answered {status}. Try again in a minute, then ask your operator."
    ),
    "not_processed": gettext_lazy(
        "The order was taken and not worked on yet. See the deliveries of the sandbox's store."
    ),
    "not_credited": gettext_lazy(
        "The order came and nobody got the credit. Its page in the sandbox says why."
    ),
    "no_commission": gettext_lazy("The order was credited, but no commission was made."),
    "pays_nothing": gettext_lazy(
        "No rule pays an ordinary product that comes by a link. Add one under Rules."
    ),
    "no_date": gettext_lazy("The commission has no release date. Look at the hold of the program."),
}


@dataclass(frozen=True, slots=True)
class Hop:
    """A hop as it is shown; `state` done, problem or future (not reached)."""

    code: str
    title: str
    text: str
    at: datetime | None
    state: str


def list_hops(trial: TrialRun) -> list[Hop]:
    """Return every hop in its order, those not reached too."""
    zone = ZoneInfo(trial.brand.time_zone)
    noted = {hop["code"]: hop for hop in trial.hops}
    return [_hop(code, noted.get(code), trial, zone) for code in HOPS]


def say_hop(code: str, params: dict[str, Any], zone: ZoneInfo) -> str:
    """Say what a hop brought; nothing where its name says all."""
    language = current_language()
    if code == "credit":
        return _("To %(creator)s.") % {"creator": formats.isolate(params["creator"])}
    if code == "price":
        amount = Money(params["amount_minor"], params["currency"])
        return _("By rule %(position)s, “%(rule)s”: %(amount)s.") % {
            "position": formats.number_text(params["position"] or 0, language=language),
            "rule": formats.isolate(params["rule"]),
            "amount": formats.money_text(amount, language=language),
        }
    if code == "release":
        moment = datetime.fromisoformat(params["release_at"])
        day = formats.day_text(formats.local_day(moment, zone=zone), language=language)
        return _("Will be released on %(day)s.") % {"day": day}
    return ""


def _hop(code: str, noted: dict[str, Any] | None, trial: TrialRun, zone: ZoneInfo) -> Hop:
    if noted is None:
        text = _("Not reached.") if trial.finished_at else ""
        return Hop(code, str(TITLES[code]), text, None, "future")
    at = datetime.fromisoformat(noted["at"])
    if noted["cause"]:
        params = {name: formats.isolate_ltr(str(value)) for name, value in noted["params"].items()}
        text = str(CAUSES[noted["cause"]]).format(**params)
        return Hop(code, str(TITLES[code]), text, at, "problem")
    return Hop(code, str(TITLES[code]), say_hop(code, noted["params"], zone), at, "done")
