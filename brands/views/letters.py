"""The letters of a brand: in the standard words or its own, and from whom they come."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.forms.letters import SenderForm, WordsForm
from brands.services import letters as services
from core import formats, letters
from core.clock import brand_now, utc_now
from core.edges import door, framing, letter, posted, see_other
from core.letters import Footer
from core.mail import compose_sample, language_of, make_footer, name_sender, send_sample
from core.models import MailSender, MailText
from core.notices import ALWAYS, Kind, find_kind, list_kinds
from core.postman import count_left

NAV = "brands:letters"


@require_GET
@door
def show_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List the kinds of letters, and in which languages they have own words."""
    access = get_brand_for(request.user, slug)
    own = set(MailText.objects.filter(brand=access.brand).values_list("kind", "language"))
    kinds = [kind for kind in list_kinds() if kind.group.is_editable]
    context = brand_page(
        access,
        rows=[
            (kind, [(code, label, (kind.name, code) in own) for code, label in settings.LANGUAGES])
            for kind in kinds
        ],
        languages=[label for _code, label in settings.LANGUAGES],
        sender=MailSender.objects.filter(brand=access.brand).first(),
        sender_name=name_sender(access.brand, language_of("")),
        left=count_left(brand_id=access.brand.pk, now=utc_now()),
        cap=settings.MAIL_DAILY_CAP,
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/letters.html", context)


@require_http_methods(["GET", "POST"])
@door
@framing
def edit(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Write a letter in own words; the frame shows what a reader gets."""
    access, found = _open(request, slug, kind, language, Right.READ)
    off = why_not(access, Right.MANAGE)
    form = WordsForm(
        posted(request), kind=found, language=language, initial=_words(access, found, language)
    )
    if request.method == "POST":
        access = get_brand_for(request.user, slug, Right.MANAGE)
        if form.is_valid():
            services.set_text(
                brand_id=access.brand.pk,
                kind=found,
                language=language,
                words=form.words,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
            messages.success(request, _("Saved. E-mails from now on use these words."))
            return see_other(request.path)
    context = brand_page(
        access,
        form=form,
        off=off,
        nav_current=NAV,
        is_own=_find_own(access, found, language) is not None,
        placeholders=_list_placeholders(access, found, language),
        **_head(access, found, language),
    )
    return render(request, "brands/letter.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door
@letter
def preview(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Answer with the letter as a reader gets it: as saved, or as just typed. Keeps nothing."""
    access, found = _open(request, slug, kind, language, Right.READ)
    words = _words(access, found, language)
    form = WordsForm(posted(request) or words, kind=found, language=language)
    if not form.is_valid():
        faults = "\n\n".join(str(fault) for faults in form.errors.values() for fault in faults)
        page = letters.to_html(_("Not an e-mail yet"), faults, Footer(""), language=language)
        return HttpResponse(page, status=422)
    made = compose_sample(kind=found, brand=access.brand, language=language, words=form.words)
    footer = make_footer(name_sender(access.brand, language), access.brand)
    if request.POST.get("as") == "text":
        text = letters.to_text(made.text, footer, language=language)
        context = {"text": f"{made.subject}\n\n{text}", "language": language}
        context["direction"] = letters.direction_of(language)
        return render(request, "core/email/text.html", context)
    page = letters.to_html(made.subject, made.text, footer, language=language)
    return HttpResponse(page)


@require_POST
@door
def send_test(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Mail the saved letter, filled with examples, to whoever asks."""
    access, found = _open(request, slug, kind, language, Right.MANAGE)
    send_sample(
        kind=found,
        to=access.member.user,
        brand=access.brand,
        language=language,
        now=brand_now(access.brand),
    )
    text = _("A test is on its way to %(address)s.")
    messages.success(request, text % {"address": formats.isolate(access.member.user.email)})
    return see_other(reverse("brands:letter-edit", args=[slug, kind, language]))


@require_http_methods(["GET", "POST"])
@door
def restore(request: HttpRequest, slug: str, kind: str, language: str) -> HttpResponse:
    """Say what going back to the standard words does, then do it."""
    access, found = _open(request, slug, kind, language, Right.MANAGE)
    back_url = reverse("brands:letter-edit", args=[slug, kind, language])
    if request.method == "POST":
        services.drop_text(
            brand_id=access.brand.pk,
            kind=found,
            language=language,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("The standard words are back."))
        return see_other(back_url)
    context = brand_page(
        access, back_url=back_url, nav_current=NAV, **_head(access, found, language)
    )
    return render(request, "brands/letter_standard.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit_sender(request: HttpRequest, slug: str) -> HttpResponse:
    """Change under which name the brand writes and where answers go."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    sender = MailSender.objects.filter(brand=access.brand).first() or MailSender()
    initial = {"from_name": sender.from_name, "reply_to": sender.asked_reply_to or sender.reply_to}
    form = SenderForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.set_sender(
                brand_id=access.brand.pk,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
                **form.cleaned_data,
            )
        except services.TooManyAsks:
            form.add_error("reply_to", _("Several addresses were asked today. Try again tomorrow."))
        else:
            asked = saved.asked_reply_to
            text = _("Saved. A link to confirm the address is on its way to it.")
            messages.success(request, text if asked else _("Saved."))
            return see_other(reverse(NAV, args=[slug]))
    context = brand_page(access, form=form, nav_current=NAV, back_url=reverse(NAV, args=[slug]))
    return render(
        request, "brands/letters_sender.html", context, status=422 if form.errors else 200
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_reply_to(request: HttpRequest, token: str) -> HttpResponse:
    """Take it from whoever reads an address that answers to a brand may go there."""
    try:
        sender = services.read_reply_to_token(token)
        if request.method == "POST":
            services.confirm_reply_to(token=token, now=utc_now())
    except services.NotGood:
        return render(request, "brands/reply_to.html", {"is_bad": True}, status=404)
    context = {"sender": sender, "is_done": request.method == "POST"}
    return render(request, "brands/reply_to.html", context)


def _open(
    request: HttpRequest, slug: str, kind: str, language: str, needs: Right
) -> tuple[BrandAccess, Kind]:
    """Return the brand's door and the kind.

    :raises NotFound: no such kind for a brand to write, or no such language.
    """
    access = get_brand_for(request.user, slug, needs)
    found = find_kind(kind)
    if found is None or not found.group.is_editable or language not in dict(settings.LANGUAGES):
        raise NotFound
    return access, found


def _find_own(access: BrandAccess, kind: Kind, language: str) -> MailText | None:
    rows = MailText.objects.filter(brand=access.brand, kind=kind.name, language=language)
    return rows.first()


def _words(access: BrandAccess, kind: Kind, language: str) -> dict[str, str]:
    own = _find_own(access, kind, language)
    if own:
        return {"subject": own.subject, "text": own.text}
    with translation.override(language):
        return {"subject": str(kind.subject), "text": str(kind.text)}


def _head(access: BrandAccess, kind: Kind, language: str) -> dict[str, Any]:
    tabs = [
        (
            reverse("brands:letter-edit", args=[access.brand.slug, kind.name, code]),
            label,
            code == language,
            None,
        )
        for code, label in settings.LANGUAGES
    ]
    language_label = dict(settings.LANGUAGES)[language]
    return {"kind": kind, "language": language, "language_label": language_label, "tabs": tabs}


def _list_placeholders(access: BrandAccess, kind: Kind, language: str) -> list[tuple[str, str]]:
    """Return each placeholder with what stands there for an example reader."""
    made = {name: f"{{{name}}}" for name in [*ALWAYS, *kind.samples]}
    return [
        (
            placeholder,
            compose_sample(
                kind=kind, brand=access.brand, language=language, words=("", placeholder)
            ).text.strip(),
        )
        for placeholder in made.values()
    ]
