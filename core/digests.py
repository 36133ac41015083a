"""The digest: what waits for a person becomes one mail, at eight where he lives.

The rows are the truth: taking and marking them is one transaction, so a second run finds nothing.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import formats, letters
from core.jobs import enqueue
from core.mail import language_of, make_footer, name_sender
from core.models import Brand, Mail, MailStatus, User
from core.notices import GROUPS, find_kind
from core.stopping import DIGEST, stop_url

MOST_OF_A_GROUP = 20

_URL = re.compile(r"https?://\S+")


def send_digests(*, now: datetime) -> int:
    """Write the digest of everybody for whom one is due; returns how many."""
    due = Mail.objects.filter(status=MailStatus.COLLECTED, next_attempt_at__lte=now)
    readers = User.objects.filter(pk__in=due.values("user_id")).order_by("pk")
    return sum(_send_digest(user, now) for user in readers)


@transaction.atomic
def _send_digest(user: User, now: datetime) -> bool:
    parts = list(
        Mail.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("brand")
        .filter(user=user, status=MailStatus.COLLECTED, next_attempt_at__lte=now)
        .order_by("brand__name", "brand_id", "pk")
    )
    if not parts:
        return False
    mail = _write(user, parts, now)
    Mail.objects.filter(pk__in=[part.pk for part in parts]).update(
        status=MailStatus.DIGESTED, sent_at=now, digest=mail
    )
    enqueue("core.sweep")
    return True


def _write(user: User, parts: Sequence[Mail], now: datetime) -> Mail:
    language = language_of(user.language)
    brand = parts[0].brand if len({part.brand_id for part in parts}) == 1 else None
    url = stop_url(user_id=user.pk, group=DIGEST)
    with translation.override(language):
        number = formats.number_text(len(parts), language=language)
        subject = ngettext("%(count)s notice", "%(count)s notices", len(parts)) % {"count": number}
        if brand:
            subject = _("%(brand)s: %(subject)s") % {"brand": brand.name, "subject": subject}
        text = "\n\n".join(_list_sections(parts))
        footer = make_footer(name_sender(brand, language), brand, url)
    subject = letters.to_header(subject)
    return Mail.objects.create(
        brand=brand,
        user=user,
        kind=DIGEST,
        language=language,
        to=user.email,
        from_name=footer.sender,
        subject=subject,
        text=letters.to_text(text, footer, language=language),
        html=letters.to_html(subject, text, footer, language=language),
        created_at=now,
        next_attempt_at=now,
    )


def _list_sections(parts: Iterable[Mail]) -> Iterable[str]:
    """Yield the paragraphs: for each brand and group a heading, then its notices."""
    ordered = sorted(parts, key=lambda part: (_name(part.brand), part.brand_id or 0, _rank(part)))
    for (name, _brand_id, rank), rows in groupby(
        ordered, key=lambda part: (_name(part.brand), part.brand_id, _rank(part))
    ):
        mails = list(rows)
        label = str(GROUPS[rank].label) if rank < len(GROUPS) else _("Other")
        yield f"{name} \u2013 {label}" if name else label
        yield from (_entry(mail) for mail in mails[:MOST_OF_A_GROUP])
        if (more := len(mails) - MOST_OF_A_GROUP) > 0:
            yield ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more}
    url = f"{settings.SITE_URL}{reverse('portal:notices')}"
    yield f"{_('Choose which mails you get')}: {url}"


def _entry(mail: Mail) -> str:
    found = _URL.search(mail.text)
    return f"{mail.subject}\n{found[0]}" if found else mail.subject


def _name(brand: Brand | None) -> str:
    return brand.name if brand else ""


def _rank(mail: Mail) -> int:
    kind = find_kind(mail.kind)
    return GROUPS.index(kind.group) if kind else len(GROUPS)
