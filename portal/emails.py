"""What members of a team are mailed of their reports."""

from datetime import date, datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brands.models import ReportReader
from core.mail import send_notice
from core.notices import REPORTS, Kind, register

SAVED_REPORT = register(
    Kind(
        name="saved_report",
        group=REPORTS,
        label=_("Saved report"),
        subject=_("{report}: {since} to {until}"),
        text=_(
            "{sentence}\n\n{figures}\n\n{rows}\n\nOpen the report: {url}\n\n"
            "Change or end these mails: {settings}\n"
        ),
        samples={
            "report": _("The team's week"),
            "since": date(2026, 10, 5),
            "until": date(2026, 10, 11),
            "sentence": _("Revenue is the same as before."),
            "figures": "1,204.10 EUR\t+12 %",
            "rows": "Anna Beck\t12",
            "url": f"{settings.SITE_URL}/b/…/reports/",
            "settings": f"{settings.SITE_URL}/b/…/reports/saved/",
        },
    )
)


def mail_saved_report(  # noqa: PLR0913  # a letter is these facts
    *,
    reader: ReportReader,
    since: date,
    until: date,
    sentence: str,
    figures: str,
    rows: str,
    url: str,
    now: datetime,
) -> None:
    """Send a member the figures of one period."""
    brand = reader.report.brand
    saved = reverse("portal:saved-list", args=[brand.slug])
    send_notice(
        kind=SAVED_REPORT,
        to=reader.user,
        brand=brand,
        params={
            "report": reader.report.name,
            "since": since,
            "until": until,
            "sentence": sentence,
            "figures": figures,
            "rows": rows,
            "url": url,
            "settings": f"{settings.SITE_URL}{saved}",
        },
        now=now,
    )
