"""Mail: written with the fact it tells of, in the reader's language; `core.postman` sends it.

A notice is one of `core.notices.Kind`, in the standard words or in the brand's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from core import letters
from core.choices import find_choice, next_digest_at
from core.jobs import enqueue
from core.letters import Footer
from core.models import (
    Brand,
    Delivery,
    Mail,
    MailAddress,
    MailSender,
    MailStatus,
    MailText,
    User,
)
from core.notices import Kind, Value
from core.stopping import stop_url

Params = Mapping[str, Value]


class WrongParams(ValueError):
    """A notice was given other parameters than its kind names."""


@dataclass(frozen=True, slots=True)
class Address:
    """A reader who has no account."""

    email: str
    name: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """What a reader is going to read, before the layout."""

    subject: str
    text: str


def send_notice(
    *, kind: Kind, to: User | Address, brand: Brand | None, params: Params, now: datetime
) -> Mail | None:
    """Store a notice: it leaves after the commit, or in the reader's next digest.

    None where he does not want mails of this kind. `now` is the brand's time.

    :raises WrongParams: the parameters are not those of the kind.
    """
    if isinstance(to, Address):
        return _send_to_address(kind, to, brand, params, now)
    delivery = find_choice(to, kind.group)
    if delivery == Delivery.OFF:
        return None
    mail = _draft(kind, to, brand, params, now)
    mail.user = to
    if delivery in {Delivery.DAILY, Delivery.WEEKLY}:
        mail.status = MailStatus.COLLECTED
        mail.next_attempt_at = next_digest_at(to, delivery, now=mail.created_at)
        mail.save()
        return mail
    url = stop_url(user_id=to.pk, group=kind.group.name) if kind.group.can_be_off else ""
    return _post(mail, url)


def queue_mail(*, to: str, subject: str, text: str, brand_id: int | None, now: datetime) -> Mail:
    """Store a message that is no notice, in the active language; it leaves after the commit."""
    language = language_of(translation.get_language() or "")
    footer = Footer(parseaddr(settings.DEFAULT_FROM_EMAIL)[0])
    subject = letters.to_header(subject)
    letter = text.partition("\n\n-- ")[0]
    mail = Mail.objects.create(
        brand_id=brand_id,
        language=language,
        to=to,
        subject=subject,
        text=text,
        html=letters.to_html(subject, letter, footer, language=language),
        created_at=now,
        next_attempt_at=now,
    )
    enqueue("core.sweep")
    return mail


def send_sample(*, kind: Kind, to: User, brand: Brand, language: str, now: datetime) -> Mail:
    """Store a letter filled with examples, for whoever writes its words."""
    reader = Address(to.email, to.name, language)
    mail = _draft(kind, reader, brand, kind.samples, now)
    mail.user = to
    with translation.override(language):
        mail.subject = letters.to_header(_("[Test] %(subject)s") % {"subject": mail.subject})
    return _post(mail, "")


def compose(*, kind: Kind, to: User | Address, brand: Brand | None, params: Params) -> Letter:
    """Return subject and text as this reader gets them.

    :raises WrongParams: the parameters are not those of the kind.
    """
    if params.keys() != kind.samples.keys():
        raise WrongParams(f"{kind.name}: {sorted(params.keys() ^ kind.samples.keys())}")
    language = language_of(to.language)
    own = _find_own_text(brand, kind, language)
    with translation.override(language):
        words = (own.subject, own.text) if own else (str(kind.subject), str(kind.text))
    return _put_together(words, to, brand, params)


def compose_sample(*, kind: Kind, brand: Brand, language: str, words: tuple[str, str]) -> Letter:
    """Return what words become for an example reader: subject, text."""
    reader = Address("anna@mail.example", "Anna Beck", language)
    return _put_together(words, reader, brand, kind.samples)


def name_sender(brand: Brand | None, language: str) -> str:
    """Return the name that stands as the sender."""
    site = parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or settings.SITE_HOST
    if brand is None:
        return site
    sender = MailSender.objects.filter(brand=brand).first()
    names = {"brand": (sender and sender.from_name) or brand.name, "site": site}
    with translation.override(language):
        return letters.to_header(_("%(brand)s via %(site)s") % names)


def make_footer(sender: str, brand: Brand | None, stop_url: str = "") -> Footer:
    """Return what stands around a letter of a brand, or of the site.

    The logo has one address for all readers: that it was loaded says nothing of anybody.
    """
    if brand is None or not brand.logo_digest:
        return Footer(sender, stop_url)
    path = reverse("core:image-letter", args=[brand.logo_digest])
    return Footer(sender, stop_url, brand.name, f"{settings.SITE_URL}{path}")


def real_time(brand: Brand, now: datetime) -> datetime:
    """Return the time outside: mail does not follow the clock of a sandbox."""
    return now - timedelta(seconds=brand.clock_offset_s)


def language_of(chosen: str) -> str:
    """Return the language somebody chose, or the installation's."""
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _send_to_address(
    kind: Kind, to: Address, brand: Brand | None, params: Params, now: datetime
) -> Mail | None:
    address, _new = MailAddress.objects.get_or_create(email=to.email.strip().lower())
    if address.stopped_at and kind.group.can_be_off:
        return None
    mail = _draft(kind, replace(to, email=address.email), brand, params, now)
    url = stop_url(address_id=address.pk, group=kind.group.name) if kind.group.can_be_off else ""
    return _post(mail, url)


def _draft(
    kind: Kind, to: User | Address, brand: Brand | None, params: Params, now: datetime
) -> Mail:
    """Return a message that is not stored yet, its text without a footer."""
    letter, language = (
        compose(kind=kind, to=to, brand=brand, params=params),
        language_of(to.language),
    )
    sender = MailSender.objects.filter(brand=brand).first() if brand else None
    real_now = real_time(brand, now) if brand else now
    return Mail(
        brand=brand,
        kind=kind.name,
        language=language,
        to=to.email,
        from_name=name_sender(brand, language),
        reply_to=sender.reply_to if sender else "",
        subject=letter.subject,
        text=letter.text,
        created_at=real_now,
        next_attempt_at=real_now,
    )


def _post(mail: Mail, url: str) -> Mail:
    """Store a message with its footer and layout; it leaves after the commit."""
    footer, text = make_footer(mail.from_name, mail.brand, url), mail.text
    mail.text = letters.to_text(text, footer, language=mail.language)
    mail.html = letters.to_html(mail.subject, text, footer, language=mail.language)
    mail.save()
    enqueue("core.sweep")
    return mail


def _put_together(
    words: tuple[str, str], to: User | Address, brand: Brand | None, params: Params
) -> Letter:
    language, zone = language_of(to.language), _zone_of(to, brand)
    named = {**params, "brand": brand.name if brand else "", "recipient": to.name or to.email}
    with translation.override(language):  # labels among the values are translated when read
        values = {
            name: letters.in_words(value, language=language, zone=zone)
            for name, value in named.items()
        }
    subject, text = (letters.fill(one, values) for one in words)
    return Letter(letters.to_header(subject), text)


def _find_own_text(brand: Brand | None, kind: Kind, language: str) -> MailText | None:
    if brand is None or not kind.group.is_editable:
        return None
    return MailText.objects.filter(brand=brand, kind=kind.name, language=language).first()


def _zone_of(to: User | Address, brand: Brand | None) -> ZoneInfo:
    own = to.time_zone if isinstance(to, User) else ""
    return ZoneInfo(own or (brand.time_zone if brand else "UTC"))
