"""What a team notes about a person: tags to find creators by, notes on what was learned."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from affiliates.access import get_affiliation_for, get_application_for
from affiliates.forms_brand import NoteForm, TagForm
from affiliates.models import Affiliation, Application
from affiliates.selectors_vetting import find_checklists
from affiliates.services.applications import AlreadyDecided
from affiliates.services.ticking import tick_point, untick_point
from affiliates.services.vetting import (
    MAX_TAGS,
    TooManyTags,
    add_tag,
    remove_tag,
    write_note,
)
from brands.access import (
    BrandAccess,
    NotFound,
    Right,
    get_brand_for,
    get_vetting_point_for,
    require,
)
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door, see_other
from core.templatetags.fairshare import number


@door
@require_POST
def change_tags(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Put a tag on a creator, or take one off."""
    access = get_brand_for(request.user, slug)
    affiliation = get_affiliation_for(access, creator_id)
    require(access, Right.MANAGE)
    actor_id, now = access.member.user_id, brand_now(access.brand)
    back = _notes_url(slug, creator_id)
    if removed := request.POST.get("remove"):
        remove_tag(affiliation_id=affiliation.pk, tag=removed, actor_id=actor_id, now=now)
        messages.success(request, _("The tag is removed."))
        return see_other(back)
    form = TagForm(request.POST)
    if form.is_valid():
        try:
            tag = form.cleaned_data["tag"]
            add_tag(affiliation_id=affiliation.pk, tag=tag, actor_id=actor_id, now=now)
        except TooManyTags:
            said = _("A creator has at most %(count)s tags. Remove one first.")
            form.add_error("tag", said % {"count": number(MAX_TAGS)})
        else:
            messages.success(request, _("The tag is added."))
            return see_other(back)
    return _ask_again(request, access, form, affiliation, back)


@door
@require_POST
def note_on_creator(request: HttpRequest, slug: str, creator_id: str) -> HttpResponse:
    """Keep a note about a creator."""
    access = get_brand_for(request.user, slug)
    creator = get_affiliation_for(access, creator_id)
    return _keep_note(request, access, creator, f"{_notes_url(slug, creator_id)}#notes")


@door
@require_POST
def note_on_application(request: HttpRequest, slug: str, application_id: str) -> HttpResponse:
    """Keep a note about who applied."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    return _keep_note(request, access, application, _page_of(request, application))


@door
@require_POST
def check_application(
    request: HttpRequest, slug: str, application_id: str, point_id: str
) -> HttpResponse:
    """Tick a point of the checklist on an application, or take the tick back (`to=off`)."""
    access = get_brand_for(request.user, slug)
    application = get_application_for(access, application_id)
    point = get_vetting_point_for(access, point_id)
    require(access, Right.MANAGE)
    if point.program_id != application.program_id:
        raise NotFound
    change = untick_point if request.POST.get("to") == "off" else tick_point
    try:
        change(
            application_id=application.pk,
            point_id=point.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except AlreadyDecided:
        messages.error(request, _("This application is decided. Its checklist stays as it was."))
    if request.headers.get("HX-Request"):
        checklist = find_checklists([application])[application.pk]
        context = {
            "brand": access.brand,
            "zone": access.brand.time_zone,
            "a": application,
            "checklist": checklist,
            "on": request.POST.get("on", ""),
        }
        return render(request, "affiliates/application_checklist.html", context)
    return see_other(_page_of(request, application))


def _page_of(request: HttpRequest, application: Application) -> str:
    """Return the page an application was changed on: the queue, or its own."""
    slug = application.brand.slug
    if request.POST.get("on") == "queue":
        return f"{reverse('affiliates:application-list', args=[slug])}#app-{application.public_id}"
    return reverse("affiliates:application-detail", args=[slug, application.public_id])


def _notes_url(slug: str, creator_id: str) -> str:
    return reverse("affiliates:creator-detail", args=[slug, creator_id]) + "?tab=notes"


def _keep_note(
    request: HttpRequest, access: BrandAccess, about: Affiliation | Application, back: str
) -> HttpResponse:
    require(access, Right.MANAGE)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, access, form, about, back)
    write_note(
        about=about,
        text=form.cleaned_data["text"],
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    messages.success(request, _("The note is kept."))
    return see_other(back)


def _ask_again(
    request: HttpRequest,
    access: BrandAccess,
    form: NoteForm | TagForm,
    about: Affiliation | Application,
    back: str,
) -> HttpResponse:
    """Show what was typed with what is wrong with it."""
    context = brand_page(
        access,
        nav_current="affiliates:creator-list",
        form=form,
        is_tag=isinstance(form, TagForm),
        person=about.affiliate,
        back_url=back,
    )
    return render(request, "affiliates/vetting_form.html", context, status=422)
