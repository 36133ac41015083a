"""Whether the pages that links lead to still work: looked at because somebody asks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from brands.access import Right, get_brand_for
from core import formats
from core.clock import database_now
from core.edges import door, see_other
from core.wording import current_language
from tracking.services.linkchecks import ask_now


@require_POST
@door
def check_links(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the page of every link in use looked at soon."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    count = ask_now(brand_id=access.brand.pk, real_now=database_now())
    if count:
        text = ngettext(
            "%(count)s page is being looked at. Look again in a few minutes.",
            "%(count)s pages are being looked at. Look again in a few minutes.",
            count,
        )
        shown = formats.number_text(count, language=current_language())
        messages.success(request, text % {"count": shown})
    else:
        messages.info(request, _("All pages of links in use were looked at just now."))
    return see_other(reverse("affiliates:shared-list", args=[slug]))
