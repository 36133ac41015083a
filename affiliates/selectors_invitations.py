"""Reads of invitations: what became of each, and who may still be invited."""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from affiliates.keys import make_invite_token, read_invite_token
from affiliates.models import Affiliation, AffiliationStatus, Code, Enrollment, Invitation
from brands.models import Program
from core.asked import Asked, read_text
from core.models import Brand

OPEN = ("sent", "opened", "usable", "not_sent")
STATES = (*OPEN, "joined", "declined", "expired", "used_up", "revoked")
FILTERS = ("q", "state", "program")


def invite_url(invitation: Invitation) -> str:
    """Return the address by which an invitation is opened; it is the secret of it."""
    program = invitation.program
    args = [program.brand.slug, program.slug, make_invite_token(invitation)]
    return settings.SITE_URL + reverse("portal:invited", args=args)


def with_state(rows: QuerySet[Invitation], *, now: datetime) -> QuerySet[Invitation]:
    """Add `uses` and `state`, one of STATES: the one place that says what an invitation is."""
    state = Case(
        When(joined_at__isnull=False, then=Value("joined")),
        When(declined_at__isnull=False, then=Value("declined")),
        When(revoked_at__isnull=False, then=Value("revoked")),
        When(kind="link", max_uses__lte=F("uses"), then=Value("used_up")),
        When(expires_at__lte=now, then=Value("expired")),
        When(kind="link", then=Value("usable")),
        When(opened_at__isnull=False, then=Value("opened")),
        When(sent_at__isnull=False, then=Value("sent")),
        default=Value("not_sent"),
        output_field=CharField(),
    )
    return rows.annotate(uses=Coalesce(Count("enrollments"), 0)).annotate(state=state)


def list_invitations(brand: Brand, *, now: datetime) -> QuerySet[Invitation]:
    """Return a brand's invitations, newest first, each with `uses` and `state`."""
    rows = Invitation.objects.filter(brand=brand).select_related("program__brand", "group")
    return with_state(rows, now=now).order_by("-pk")


def pick_invitations(brand: Brand, asked: Asked, *, now: datetime) -> QuerySet[Invitation]:
    """Return what the filters leave of a brand's invitations, newest first."""
    said = {name: read_text(asked, name) for name in FILTERS}
    rows = list_invitations(brand, now=now)
    if said["q"]:
        text = Q(email__icontains=said["q"]) | Q(name__icontains=said["q"])
        rows = rows.filter(text | Q(public_id=said["q"]))
    if said["program"]:
        rows = rows.filter(program__public_id=said["program"])
    if said["state"] in STATES:
        rows = rows.filter(Q(state=said["state"]))
    return rows


def find_invitation(program: Program, token: str, *, now: datetime) -> Invitation | None:
    """Return the invitation to a program that a token opens, in whatever state; with `state`."""
    public_id = read_invite_token(token)
    rows = Invitation.objects.filter(program=program, public_id=public_id or "")
    return with_state(rows.select_related("program__brand", "group"), now=now).first()


def find_standing_of(program: Program, emails: Collection[str]) -> dict[str, str]:
    """Return why some addresses are not invited: member, suspended, invited or declined.

    Nothing is said of who has an account here and is no creator of the brand.
    """
    found: dict[str, str] = {}
    rows = Invitation.objects.filter(program=program, email__in=emails, revoked_at__isnull=True)
    for invitation in rows.filter(joined_at__isnull=True):
        found[invitation.email] = "declined" if invitation.declined_at else "invited"
    people = Affiliation.objects.filter(
        brand=program.brand_id, affiliate__user__email__in=emails
    ).values_list("affiliate__user__email", "status", "pk")
    members = set(
        Enrollment.objects.filter(
            program=program, affiliation__in=[pk for _email, _status, pk in people]
        ).values_list("affiliation_id", flat=True)
    )
    for email, status, pk in people:
        if pk in members:
            found[email] = "member"
        elif status == AffiliationStatus.SUSPENDED:
            found[email] = "suspended"
    return found


def list_taken_codes(brand_id: int, normalised: Collection[str]) -> set[str]:
    """Return which of these codes the brand has given, ended ones too."""
    rows = Code.objects.filter(brand=brand_id, normalised__in=normalised)
    return set(rows.values_list("normalised", flat=True))
