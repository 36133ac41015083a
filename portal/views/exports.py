"""A list of the brand as a file. Who may read the list may take it; taking it is recorded."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from brands.access import NotFound, get_brand_for, require
from core import audit
from core.clock import brand_now
from core.downloads import FORMATS, send_sheet
from core.edges import door, see_other
from core.exports import TooLong
from portal.exports import EXPORTS

LOGGED = 200


@require_POST
@door
def export_list(request: HttpRequest, slug: str, sheet: str) -> HttpResponseBase:
    """Send a list as the page with this query shows it, and record who took it."""
    access = get_brand_for(request.user, slug)
    export, file_format = EXPORTS.get(sheet), request.POST.get("format", "csv")
    if export is None or file_format not in FORMATS:
        raise NotFound
    require(access, export.needs)
    brand, now = access.brand, brand_now(access.brand)
    asked = {name: value for name, value in request.GET.dict().items() if name != "before"}
    try:
        answer = send_sheet(export.open(sheet, brand, asked, now), file_format=file_format, now=now)
    except TooLong:
        text = _("This list is too long for one XLSX file. Take it as CSV, or narrow it first.")
        messages.error(request, text)
        return see_other(f"{reverse(export.page, args=[slug])}?{request.GET.urlencode()}")
    audit.record(
        brand_id=brand.pk,
        actor_id=access.member.user_id,
        action="list.exported",
        target=brand,
        after={
            "list": sheet,
            "format": file_format,
            "filters": {name[:40]: value[:LOGGED] for name, value in asked.items()},
        },
        now=now,
    )
    return answer
