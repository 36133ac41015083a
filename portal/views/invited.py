"""An invited person looks at the offer and joins at once, or declines."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from affiliates.models import Invitation, InvitationKind
from affiliates.selectors_invitations import OPEN, find_invitation
from affiliates.services.accepting import (
    Consent,
    InvitedAnother,
    accept_invitation,
    decline_invitation,
    is_for,
    note_opening,
)
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramNotOpen,
    StaleTerms,
)
from affiliates.services.invitations import InvitationEnded
from brands.access import find_member
from brands.models import Program
from brands.selectors import find_terms
from core.clock import brand_now
from core.edges import public_door, see_other
from portal.access import get_invited_program
from portal.forms import JoinForm
from portal.views.join import make_join_form
from portal.views.public import program_page


@require_http_methods(["GET", "HEAD", "POST"])
@public_door
def answer_invitation(
    request: HttpRequest, brand_slug: str, program_slug: str, invite_token: str
) -> HttpResponse:
    """Show what an invitation offers; who is not signed in does that first and comes back here.

    That it was opened is noted even by a GET, as a click is: it is the fact the team asks for.
    """
    program = get_invited_program(brand_slug, program_slug, invite_token)
    now = brand_now(program.brand)
    invitation = find_invitation(program, invite_token, now=now)
    context = program_page(request, program, "") | {"invitation": invitation}
    why = _why_closed(context, invitation) if invitation else "unknown"
    if invitation is None or why:
        status = 404 if invitation is None else 200
        is_team = why == "expired" and find_member(request.user, program.brand) is not None
        closed = context | {"why": why, "is_team": is_team}
        return render(request, "portal/invited_closed.html", closed, status=status)
    if request.method == "GET":
        note_opening(invitation_id=invitation.pk, now=now)
    if "decline" in request.POST:
        return _decline(request, context, invitation)
    if not request.user.is_authenticated:
        return render(request, "portal/invited_sign_in.html", context)
    if not is_for(invitation, request.user):
        return render(request, "portal/invited_closed.html", context | {"why": "other"}, status=403)
    return _accept(request, program, invitation, context)


def _accept(
    request: HttpRequest, program: Program, invitation: Invitation, context: dict[str, Any]
) -> HttpResponse:
    terms = context["terms"]
    form = make_join_form(request, program, terms, name=invitation.name)
    for name in ("publishes_at", "message"):
        del form.fields[name]
    if request.method == "POST" and form.is_valid():
        try:
            _join(request, program, invitation, form)
        except StaleTerms:
            form.add_error("accept", _("The terms were published anew. Read them, then accept."))
            form.show_version(terms.version)
        except (
            InvitationEnded,
            InvitedAnother,
            AlreadyMember,
            AffiliationSuspended,
            ProgramNotOpen,
        ):
            return see_other(request.path)  # which says what is so
        else:
            messages.success(request, _("You are in. Your link and your code are ready to share."))
            return see_other(f"{reverse('portal:creator-home')}?brand={program.brand.slug}")
    status = 422 if form.errors else 200
    return render(request, "portal/invited.html", {**context, "form": form}, status=status)


def _join(request: HttpRequest, program: Program, invitation: Invitation, form: JoinForm) -> None:
    terms = find_terms(program, form.cleaned_data["version"])
    consent = Consent(
        user_id=request.user.pk or 0,
        terms_id=terms.pk if terms else 0,
        display_name=form.cleaned_data.get("name", ""),
    )
    accept_invitation(invitation_id=invitation.pk, consent=consent, now=brand_now(program.brand))


def _decline(request: HttpRequest, context: dict[str, Any], invitation: Invitation) -> HttpResponse:
    if invitation.kind == InvitationKind.EMAIL:
        try:
            decline_invitation(invitation_id=invitation.pk, now=brand_now(invitation.program.brand))
        except InvitationEnded:
            return see_other(request.path)
    return render(request, "portal/invited_closed.html", context | {"why": "declined"})


def _why_closed(context: dict[str, Any], invitation: Invitation) -> str:
    """Say by a code why nobody can join by it now; nothing where somebody can."""
    standing = context["standing"]
    if standing.enrollment:
        return "member"
    if standing.is_suspended:
        return "suspended"
    state: str = invitation.state  # type: ignore[attr-defined]
    if state not in OPEN:
        return state
    if not context["is_open"] or context["terms"] is None:
        return "not_open"
    return "full" if context["offer"].is_full else ""
