"""How tracking's reasons read: clicks, credit, prices, commissions and a store's deliveries."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from affiliates.models import MarkKind
from brands.reasons import PRICES
from brands.reasons import STEPS as BRAND_STEPS
from brands.reasons import WORDS as BRAND_WORDS
from core.wording import Catalogue, Reader, Step
from tracking.models import LinkCheck
from tracking.wording.clicks import CLICKS, UNPAID_CLICKS
from tracking.wording.credit import CREDIT
from tracking.wording.linkchecks import LINK_CHECKS
from tracking.wording.money import MONEY
from tracking.wording.storecodes import STORE_CODES
from tracking.wording.stores import STORES

__all__ = [
    "CATALOGUE",
    "UNPAID_CLICKS",
    "candidate_reason",
    "delivery_reason",
    "explain",
    "explain_link_check",
    "explain_store_code",
    "next_step",
    "refusal_reason",
    "say_check",
    "say_click",
]

WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    **BRAND_WORDS,
    "event": {
        "paid": pgettext_lazy("the date is set when the order is ...", "paid"),
        "fulfilled": pgettext_lazy("the date is set when the order is ...", "dispatched"),
        "delivered": pgettext_lazy("the date is set when the order is ...", "delivered"),
    },
    "policy": {"last": _("last click"), "first": _("first click")},
    "signal": {
        "email": _("e-mail address"),
        "address": _("another e-mail address of the account"),
        "account": _("e-mail address of a second account"),
    },
    "shared": dict(MarkKind.choices),
    "status": {
        "draft": pgettext_lazy("the program was ...", "a draft"),
        "live": pgettext_lazy("the program was ...", "live"),
        "paused": pgettext_lazy("the program was ...", "paused"),
        "closed": pgettext_lazy("the program was ...", "closed"),
        "brand_inactive": pgettext_lazy("the program was ...", "inactive"),
    },
}

_ORDERS = Step("portal:creator-earnings", "tracking:order-list")
_COMMISSIONS = Step("portal:creator-earnings", "tracking:commission-list")
_STORES = Step(None, "brands:connection-list")

STEPS: Mapping[str, Step] = {
    **BRAND_STEPS,
    "click": Step("affiliates:link-list", "affiliates:creator-list"),
    "click.program_off": Step("affiliates:program-list", "brands:program-settings"),
    "attr": _ORDERS,
    "attr.lost_code_off": Step("affiliates:link-list", "affiliates:creator-list"),
    "attr.lost_code_used": Step("affiliates:link-list", "affiliates:creator-list"),
    "attr.lost_suspended": Step("affiliates:program-list", "affiliates:creator-list"),
    "order": _ORDERS,
    "claim": Step("tracking:own-orders", "tracking:claim-list"),
    "check": _COMMISSIONS,
    "hold": _COMMISSIONS,
    "refund": _COMMISSIONS,
    "dispute": _COMMISSIONS,
    "commission": _COMMISSIONS,
    "bonus": _COMMISSIONS,
    "deliverable": _COMMISSIONS,
    "award": _COMMISSIONS,
    "lead": _COMMISSIONS,
    "clawback": Step("payouts:creator-payouts", "tracking:commission-list"),
    "tier": Step("affiliates:program-list", "affiliates:creator-list"),
    "store": _STORES,
    "signature": _STORES,
    "problem": _STORES,
    "pull": _STORES,
    "storecode": _STORES,
    "linkcheck": Step("affiliates:link-list", "affiliates:shared-list"),
    "upload": _STORES,
    "compare": _STORES,
    "finding": _STORES,
}

CATALOGUE = Catalogue(
    messages=MappingProxyType(
        {**PRICES, **CLICKS, **CREDIT, **MONEY, **STORES, **STORE_CODES, **LINK_CHECKS}
    ),
    words=WORDS,
    steps=STEPS,
)

explain = CATALOGUE.explain
next_step = CATALOGUE.step


def delivery_reason(*, code: str, detail: str = "") -> tuple[str, dict[str, Any]]:
    """Return the reason of a stored delivery: its own code, and the field its detail names."""
    known = code if "." in code else f"store.{code}"
    return known, {"field": detail} if detail and known != "store.failed" else {}


def refusal_reason(*, code: str) -> tuple[str, dict[str, Any]]:
    """Return the reason of a delivery whose signature did not fit."""
    return f"signature.{code}", {}


def explain_store_code(*, code: str, detail: str, reader: Reader) -> str:
    """Say why a code is not in a shop as it should be; `detail` as BookFailed has it."""
    name = "currency" if code in {"storecode.no_amount", "storecode.no_minimum"} else "reference"
    return explain(code=code, params={name: detail} if detail else {}, reader=reader)


def explain_link_check(check: LinkCheck, reader: Reader) -> str:
    """Say what came of asking for the page a link leads to."""
    params = {
        "date": check.since.isoformat() if check.since else None,
        "domain": check.landed_on,
        "code": str(check.status or ""),
    }
    return explain(code=f"linkcheck.{check.result}", params=params, reader=reader)


def candidate_reason(row: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the reason of one candidate of an attribution, from its stored form."""
    kind = row.get("candidate", {}).get("kind", "")
    return str(row["code"]), {**row.get("params", {}), "kind": kind}


def say_click(candidate: Mapping[str, Any], reader: Reader) -> str:
    """Say what there is to say of a candidate's click beside that it came, if anything."""
    verdict = candidate.get("verdict", "counted")
    if candidate.get("kind") != "click" or verdict == "counted":
        return ""
    params = {"time": candidate["at"]} if verdict == "recovered" else {}
    return explain(code=f"click.{verdict}", params=params, reader=reader)


def say_check(*, name: str, params: Mapping[str, Any], reader: Reader) -> str:
    """Say what a check found: the evidence to the brand, to a creator only what he knows."""
    return explain(code=f"check.{name}", params=params, reader=reader)
