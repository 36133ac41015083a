"""The mail of this installation, to be read here: only under `make run`, on this machine."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from core.edges import framing, letter
from core.letters import direction_of
from core.mail import language_of
from core.models import Mail
from core.postman import is_kept

SHOWN = 50


def only_here(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Answer with a missing page unless the program runs for this machine alone."""

    @wraps(view)
    def guarded(request: HttpRequest, **parts: int) -> HttpResponseBase:
        if not settings.LOCAL:
            raise Http404
        return view(request, **parts)

    return guarded


@require_GET
@only_here
def show_list(request: HttpRequest) -> HttpResponse:
    """List mail, the newest first; `?to=` looks for an address, `?before=` goes on."""
    to, before = request.GET.get("to", "").strip()[:254], request.GET.get("before", "")
    rows = Mail.objects.select_related("brand").order_by("-pk")
    if to:
        rows = rows.filter(to__icontains=to.replace("\0", ""))
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    mails = list(rows[: SHOWN + 1])
    context = {
        "mails": mails[:SHOWN],
        "to": to,
        "before": mails[SHOWN - 1].pk if len(mails) > SHOWN else None,
        "is_kept": is_kept(),
    }
    return render(request, "core/outbox.html", context)


@require_GET
@only_here
@framing
def show(request: HttpRequest, mail_id: int) -> HttpResponse:
    """Show one letter as text and as HTML."""
    mail = get_object_or_404(Mail.objects.select_related("brand"), pk=mail_id)
    context = {"mail": mail, "direction": direction_of(language_of(mail.language))}
    return render(request, "core/outbox_mail.html", context)


@require_GET
@only_here
@letter
def show_html(_request: HttpRequest, mail_id: int) -> HttpResponse:
    """Answer with the HTML of a letter alone."""
    return HttpResponse(get_object_or_404(Mail, pk=mail_id).html)
