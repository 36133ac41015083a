"""A person's own data as lists, one for each kind of thing that is kept about him.

What is other people's stays out: shoppers, who decided, and what a team notes for itself.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, TypeAlias

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate

from affiliates.models import (
    Affiliate,
    Affiliation,
    Application,
    Code,
    Enrollment,
    Goal,
    GroupMove,
    Invitation,
    Link,
    LinkSlug,
    Receipt,
    Viewing,
)
from brands.models import Member, ReportReader, SavedReport
from core.exports import Cell, amount
from core.models import AuditEvent, Mail, NoticeChoice, User
from payouts.models import (
    Invoice,
    OwnMinimum,
    Payout,
    PayoutMethod,
    Statement,
    TaxDocument,
    TaxProfile,
)
from payouts.selectors_statements import Span, read_month
from portal.earnings import list_rows
from tracking.models import (
    Claim,
    ClaimMessage,
    Click,
    Commission,
    CommissionChange,
    ReviewMessage,
    Verdict,
    WorkStep,
)
from tracking.selectors_brand import OPEN_REVIEW

Rows: TypeAlias = Iterable[tuple[Any, ...]]

ALWAYS = Span(date.min, datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """One list: its headings, and how the rows of one person are read."""

    headings: tuple[str, ...]
    read: Callable[[User], Rows]


def _fields(rows: Callable[[User], QuerySet[Any]], columns: Mapping[str, str]) -> OwnSheet:
    """Return a list of plain fields: heading by heading, the field it shows."""

    def read(user: User) -> Rows:
        found = rows(user).order_by("pk").values_list(*columns.values())
        return found.iterator(chunk_size=500)

    return OwnSheet(tuple(columns), read)


def _same(names: str) -> dict[str, str]:
    return {name: name for name in names.split()}


def _places(user: User) -> QuerySet[Affiliation]:
    return Affiliation.objects.filter(affiliate__user=user)


def _enrollments(user: User) -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(affiliation__affiliate__user=user)


def _read_clicks(user: User) -> Rows:
    """Count by day (UTC), link and verdict: single visits are the shoppers'."""
    ids = list(_enrollments(user).values_list("pk", flat=True))
    links = dict(Link.objects.filter(enrollment__in=ids).values_list("pk", "public_id"))
    rows = (
        Click.objects.filter(enrollment_id__in=ids)
        .annotate(day=TruncDate("at"))
        .values_list("day", "link_id", "verdict", "sub_id")
        .annotate(count=Count("id"))
        .order_by("day", "link_id", "verdict", "sub_id")
    )
    for day, link_id, verdict, sub_id, count in rows.iterator(chunk_size=500):
        yield day, links.get(link_id, ""), Verdict(verdict).name.lower(), sub_id, count


def _read_commissions(user: User) -> Rows:
    rows = Commission.objects.filter(affiliation__in=_places(user))
    rows = rows.select_related("brand", "order", "award").annotate(has_open_hold=OPEN_REVIEW)
    for one in list_rows(rows.order_by("pk").iterator(chunk_size=500)):
        kept = one.commission
        yield (
            kept.public_id,
            kept.brand.name,
            kept.reference,
            kept.earned_at,
            kept.currency,
            amount(kept.amount_minor, kept.currency),
            one.state.badge,
            one.text,
            kept.release_at,
            kept.released_at,
            kept.paid_at,
        )


def _read_changes(user: User) -> Rows:
    rows = CommissionChange.objects.filter(commission__affiliation__in=_places(user))
    for one in rows.select_related("commission").order_by("pk").iterator(chunk_size=500):
        currency = one.commission.currency
        yield (
            one.commission.public_id,
            one.at,
            one.code,
            str(one.params.get("reason", "")),
            currency,
            amount(one.before_minor, currency),
            amount(one.after_minor, currency),
        )


def _read_payouts(user: User) -> Rows:
    rows = Payout.objects.filter(affiliation__in=_places(user)).select_related("brand")
    for one in rows.order_by("pk").iterator(chunk_size=500):
        yield (
            one.public_id,
            one.brand.name,
            one.currency,
            amount(one.sent_minor, one.currency),
            one.status,
            one.rail,
            one.destination_hint,
            one.reference,
            one.approved_at,
            one.sent_at,
            one.paid_at,
            amount(one.amount_minor, one.currency),
            amount(one.vat_minor, one.currency),
            amount(one.withheld_minor, one.currency),
        )


def _read_statements(user: User) -> Rows:
    """Yield every entry that changed what a brand owes, closed months and open ones alike."""
    for place in _places(user).select_related("brand"):
        for facts in read_month(brand=place.brand, span=ALWAYS, party_ids=[place.pk]).values():
            for line in facts.lines:
                money = amount(line.amount_minor, facts.currency)
                yield place.brand.name, line.at, line.kind, line.cause, facts.currency, money


SHEETS: Mapping[str, OwnSheet] = {
    "account": _fields(
        lambda user: User.objects.filter(pk=user.pk),
        _same(
            "public_id email name language time_zone theme date_joined last_login"
            " former_email email_changed_at"
        ),
    ),
    "addresses": _fields(
        lambda user: EmailAddress.objects.filter(user=user), _same("email verified primary")
    ),
    "creator": _fields(
        lambda user: Affiliate.objects.filter(user=user),
        _same("public_id display_name country created_at"),
    ),
    "teams": _fields(
        lambda user: Member.objects.filter(user=user),
        {"brand": "brand__name", **_same("role created_at joined_at")},
    ),
    "affiliations": _fields(
        _places,
        {
            "brand": "brand__name",
            **_same("public_id status suspended_at suspended_reason created_at"),
        },
    ),
    "applications": _fields(
        lambda user: Application.objects.filter(affiliate__user=user),
        {
            "brand": "brand__name",
            "program": "program__name",
            "terms_version": "terms__version",
            **_same("public_id publishes_at message answers status submitted_at decided_at"),
            **_same("reject_reason reject_note"),
        },
    ),
    "programs": _fields(
        _enrollments,
        {
            "brand": "brand__name",
            "program": "program__name",
            "group": "group__name",
            "terms_version": "terms__version",
            **_same("public_id terms_accepted_at joined_at pinned_at falls_on"),
        },
    ),
    "group_moves": _fields(
        lambda user: GroupMove.objects.filter(enrollment__in=_enrollments(user)),
        {
            "program": "enrollment__program__name",
            "from_group": "from_group__name",
            "to_group": "to_group__name",
            **_same("public_id at effective_from figures"),
        },
    ),
    "work": _fields(
        lambda user: WorkStep.objects.filter(work__enrollment__in=_enrollments(user)),
        {
            "work": "work__deliverable__title",
            "fee": "work__fee_minor",
            "currency": "work__currency",
            **_same("status at url text"),
        },
    ),
    "links": _fields(
        lambda user: Link.objects.filter(enrollment__in=_enrollments(user)),
        {
            "program": "enrollment__program__name",
            **_same("public_id name destination_url utm sub_ids created_at archived_at"),
        },
    ),
    "link_addresses": _fields(
        lambda user: LinkSlug.objects.filter(link__enrollment__in=_enrollments(user)),
        {"link": "link__public_id", **_same("slug is_current created_at")},
    ),
    "codes": _fields(
        lambda user: Code.objects.filter(enrollment__in=_enrollments(user)),
        {
            "program": "enrollment__program__name",
            **_same("public_id text discount_note active_from disabled_at"),
        },
    ),
    "goals": _fields(
        lambda user: Goal.objects.filter(enrollment__in=_enrollments(user), is_shown=True),
        {
            "program": "program__name",
            **_same("public_id name note measure target currency since until reached_at"),
        },
    ),
    "reports": _fields(
        lambda user: SavedReport.objects.filter(owner=user),
        {"brand": "brand__name", **_same("public_id name query span is_shared every created_at")},
    ),
    "report_mails": _fields(
        lambda user: ReportReader.objects.filter(user=user),
        {"brand": "brand__name", "report": "report__name", **_same("mailed_until")},
    ),
    "clicks": OwnSheet(("day", "link", "verdict", "sub_id", "clicks"), _read_clicks),
    "commissions": OwnSheet(
        (
            *("public_id", "brand", "order", "placed_at", "currency", "amount", "state"),
            *("explanation", "release_at", "released_at", "paid_at"),
        ),
        _read_commissions,
    ),
    "commission_changes": OwnSheet(
        ("commission", "at", "code", "reason", "currency", "before", "after"), _read_changes
    ),
    "review_messages": _fields(
        lambda user: ReviewMessage.objects.filter(commission__affiliation__in=_places(user)),
        {"commission": "commission__public_id", **_same("at side text")},
    ),
    "claims": _fields(
        lambda user: Claim.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            "program": "enrollment__program__name",
            **_same("public_id number placed_on total status opened_at due_on resolved_at reason"),
        },
    ),
    "claim_messages": _fields(
        lambda user: ClaimMessage.objects.filter(claim__affiliation__in=_places(user)),
        {"claim": "claim__public_id", **_same("at side text")},
    ),
    "payout_methods": _fields(
        lambda user: PayoutMethod.objects.filter(affiliation__in=_places(user)),
        {"brand": "brand__name", **_same("rail details hint external_account changed_at")},
    ),
    "payout_minimums": _fields(
        lambda user: OwnMinimum.objects.filter(affiliation__in=_places(user)),
        {"brand": "brand__name", **_same("currency amount_minor changed_at")},
    ),
    "payouts": OwnSheet(
        (
            *("public_id", "brand", "currency", "amount", "status", "rail", "destination"),
            *("reference", "approved_at", "sent_at", "paid_at", "commission", "vat", "withheld"),
        ),
        _read_payouts,
    ),
    "tax_profiles": _fields(
        lambda user: TaxProfile.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            **_same("public_id country kind vat_status details self_billing_version"),
            **_same("self_billing_at declared_at valid_until"),
        },
    ),
    "tax_documents": _fields(
        lambda user: TaxDocument.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            **_same("public_id kind content_type content valid_until uploaded_at"),
        },
    ),
    "invoices": _fields(
        lambda user: Invoice.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            **_same("public_id label currency net_minor vat_minor withheld_minor supplier"),
            "issued_at": "issued_at",
        },
    ),
    "statements": _fields(
        lambda user: Statement.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            **_same("public_id currency number month opening_minor closing_minor content sha256"),
            "issued_at": "issued_at",
        },
    ),
    "statement_lines": OwnSheet(
        ("brand", "at", "kind", "about", "currency", "amount"), _read_statements
    ),
    "notice_choices": _fields(
        lambda user: NoticeChoice.objects.filter(user=user), _same("group delivery changed_at")
    ),
    "mails": _fields(
        lambda user: Mail.objects.filter(user=user),
        _same("created_at sent_at kind to subject text status"),
    ),
    "news": _fields(
        lambda user: Receipt.objects.filter(affiliation__in=_places(user)),
        {
            "brand": "brand__name",
            "title": "announcement__title",
            "sent_at": "announcement__sent_at",
            "read_at": "read_at",
        },
    ),
    "looks": _fields(
        lambda user: Viewing.objects.filter(affiliation__in=_places(user)),
        {"brand": "brand__name", **_same("reason started_at ends_at left_at")},
    ),
    "invitations": _fields(
        lambda user: Invitation.objects.filter(email=user.email.lower()),
        {
            "brand": "brand__name",
            "program": "program__name",
            **_same("email name message sent_at opened_at joined_at declined_at revoked_at"),
        },
    ),
    "sessions": _fields(
        lambda user: UserSession.objects.filter(user=user),
        {"network": "ip", **_same("user_agent created_at last_seen_at")},
    ),
    "second_factors": _fields(
        lambda user: Authenticator.objects.filter(user=user), _same("type created_at last_used_at")
    ),
    "actions": _fields(
        lambda user: AuditEvent.objects.filter(actor=user),
        {"brand": "brand__name", **_same("at action target_type target_id")},
    ),
}
"""By the name of the file; an amount stands beside its currency."""


def to_cell(value: Any) -> Cell:
    """Return a value as a list shows it: what is no plain one in words of its own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key}={one}" for key, one in value.items())
    plain: Cell = value
    return plain
