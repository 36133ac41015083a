"""What may be asked of a list: its filters, each in one form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework import serializers

from affiliates.models import AffiliationStatus, ApplicationStatus
from brands.models import ProgramStatus
from payouts.models import PayoutStatus
from portal.api.fields import Id, Moment, Query
from tracking.models import OrderKind
from tracking.states import STATE_FILTERS

_CREATOR = "The creator's id: crt_…"
_PROGRAM = "The program's id: prg_…"
_TIME = "ISO 8601 with its zone"


def _choice(values: Any, words: str = "") -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=list(values), required=False, help_text=words)


def _span(since: str, until: str) -> dict[str, Any]:
    """Return the two ends of a time: `from` is a word of Python's."""
    return {
        "from": Moment(required=False, help_text=f"{since}, this moment included; {_TIME}."),
        "to": Moment(required=False, help_text=f"{until}, this moment excluded; {_TIME}."),
    }


class ProgramQuery(Query):
    status = _choice(ProgramStatus.values)


class GroupQuery(Query):
    program = Id(required=False, help_text=_PROGRAM)


class _OfCreators(Query):
    program = Id(required=False, help_text=_PROGRAM)
    creator = Id(required=False, help_text=_CREATOR)


class LinkQuery(_OfCreators):
    is_archived = serializers.ChoiceField(choices=["true", "false"], required=False)


class CodeQuery(_OfCreators):
    is_disabled = serializers.ChoiceField(choices=["true", "false"], required=False)


EnrollmentQuery = type(
    "EnrollmentQuery",
    (_OfCreators,),
    {"status": _choice(AffiliationStatus.values), **_span("Joined from", "Joined before")},
)
ApplicationQuery = type(
    "ApplicationQuery",
    (Query,),
    {
        "program": Id(required=False, help_text=_PROGRAM),
        "status": _choice(ApplicationStatus.values),
        **_span("Submitted from", "Submitted before"),
    },
)


class InvitationQuery(Query):
    program = Id(required=False, help_text=_PROGRAM)


ClickQuery = type(
    "ClickQuery",
    (_OfCreators,),
    {
        "link": Id(required=False, help_text="The link's id: lnk_…"),
        **_span("Clicked from", "Clicked before"),
    },
)
OrderQuery = type(
    "OrderQuery",
    (_OfCreators,),
    {
        "kind": _choice(OrderKind.values),
        "status": _choice(
            ["paid", "unpaid", "part_refunded", "refunded", "cancelled", "test"],
            "As `state` says, but for disputes.",
        ),
        "external_id": serializers.CharField(required=False, max_length=80),
        "updated_since": Moment(required=False, help_text=f"Changed from then on; {_TIME}."),
        **_span("Placed from", "Placed before"),
    },
)
CommissionQuery = type(
    "CommissionQuery",
    (_OfCreators,),
    {
        "status": _choice([*STATE_FILTERS]),
        "order": Id(required=False, help_text="The order's id: ord_…"),
        "payout": Id(required=False, help_text="Those that a payout covers: pay_…"),
        "updated_since": Moment(
            required=False, help_text=f"Whose amount changed from then on; {_TIME}."
        ),
        **_span("Made from", "Made before"),
    },
)
PayoutQuery = type(
    "PayoutQuery",
    (Query,),
    {
        "creator": Id(required=False, help_text=_CREATOR),
        "status": _choice(PayoutStatus.values),
        **_span("Approved from", "Approved before"),
    },
)
StatementQuery = type(
    "StatementQuery",
    (Query,),
    {
        "creator": Id(required=False, help_text=_CREATOR),
        **_span("Issued from", "Issued before"),
    },
)


def narrow(
    rows: QuerySet[Any], asked: Mapping[str, Any], *, at: str = "", **lookups: str
) -> QuerySet[Any]:
    """Narrow rows by what was asked; `at` is the column of the time, a lookup that of a filter."""
    found = Q()
    for name, lookup in lookups.items():
        if name in asked:
            found &= Q(**{lookup: asked[name]})
    since: datetime | None = asked.get("from")
    until: datetime | None = asked.get("to")
    if since is not None:
        found &= Q(**{f"{at}__gte": since})
    if until is not None:
        found &= Q(**{f"{at}__lt": until})
    return rows.filter(found)
