"""A creator asks to join a program."""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from affiliates.access import find_affiliate
from affiliates.models import Application, ApplicationStatus
from affiliates.services.applications import AlreadyApplied, apply_to_program
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramNotOpen,
    StaleTerms,
)
from brands.models import Program, Question, Terms
from brands.selectors import find_terms, list_questions
from core import formats
from core.clock import brand_now
from core.edges import public_door, see_other
from core.wording import current_language
from portal.access import get_program_page
from portal.forms import JoinForm
from portal.views.public import program_page


@require_http_methods(["GET", "POST"])
@public_door
def join_program(request: HttpRequest, brand_slug: str, program_slug: str) -> HttpResponse:
    """Take an application; who is not signed in does that first and comes back here."""
    key = request.GET.get("key", "")
    program = get_program_page(request.user, brand_slug, program_slug, key=key)
    context = program_page(request, program, key)
    terms: Terms | None = context["terms"]
    is_open = context["is_open"] and not context["offer"].is_full
    if not is_open or not context["standing"].may_apply or terms is None:
        return see_other(_program_url(program, context["query"]))
    if not request.user.is_authenticated:
        return render(request, "portal/join_sign_in.html", context)
    form = make_join_form(
        request,
        program,
        terms,
        name=getattr(request.user, "name", ""),
        questions=list_questions(program),
    )
    if request.method == "POST" and form.is_valid():
        try:
            application = _apply(request, program, form, key)
        except StaleTerms:
            form.add_error("accept", _("The terms were published anew. Read them, then accept."))
            form.show_version(terms.version)
        except (AlreadyApplied, AlreadyMember, AffiliationSuspended, ProgramNotOpen):
            return see_other(_program_url(program, context["query"]))  # which says what is so
        else:
            return see_other(_next_url(request, program, application, context["query"]))
    status = 422 if form.errors else 200
    return render(request, "portal/join.html", {**context, "form": form}, status=status)


def make_join_form(
    request: HttpRequest,
    program: Program,
    terms: Terms,
    *,
    name: str,
    questions: Iterable[Question] = (),
) -> JoinForm:
    """Return the form in which the newest terms are accepted; `name` stands in it at first."""
    language, zone = current_language(), ZoneInfo(program.brand.time_zone)
    published_on = formats.local_day(terms.published_at, zone=zone)
    label = _("I accept version %(version)s of the terms, of %(day)s") % {
        "version": formats.number_text(terms.version, language=language),
        "day": formats.day_text(published_on, language=language),
    }
    return JoinForm(
        request.POST or None,
        accept_label=label,
        is_named=find_affiliate(request.user) is not None,
        questions=questions,
        initial={"version": terms.version, "name": name},
    )


def _apply(request: HttpRequest, program: Program, form: JoinForm, key: str) -> Application:
    """Apply with the version that was shown."""
    data = form.cleaned_data
    terms = find_terms(program, data["version"])
    return apply_to_program(
        user_id=request.user.pk or 0,
        program_id=program.pk,
        terms_id=terms.pk if terms else 0,
        publishes_at=data["publishes_at"],
        message=data["message"],
        now=brand_now(program.brand),
        display_name=data.get("name", ""),
        join_key=key,
        answers=form.answers,
    )


def _next_url(request: HttpRequest, program: Program, application: Application, query: str) -> str:
    if application.status == ApplicationStatus.APPROVED:
        messages.success(request, _("You are in. Your link and your code are ready to share."))
        return f"{reverse('portal:creator-home')}?brand={program.brand.slug}"
    return _program_url(program, query)


def _program_url(program: Program, query: str) -> str:
    return reverse("portal:program", args=[program.brand.slug, program.slug]) + query
