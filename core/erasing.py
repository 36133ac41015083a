"""The end of an account: what is left of a person is a number that the books may point to.

Each app has an `erasing` for its own rows; portal.privacy calls them in one transaction.
"""

import logging
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from html import escape
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q, QuerySet

from core import fence
from core.crypto import keyed_hash
from core.ids import random_text
from core.models import AuditEvent, Erasure, Mail, MailAddress, MailSender, NoticeChoice, User
from core.signing import normalise_email

logger = logging.getLogger(__name__)

DOMAIN = "erased.invalid"
SHORTEST_NAME = 3
MAIL_TEXTS = ("subject", "text", "html")
LONGEST = {"subject": 200}


def is_erased(user: User) -> bool:
    """Say whether this account was deleted."""
    return user.email.endswith(f"@{DOMAIN}")


def hash_address(email: str) -> str:
    """Return what the list of erased people keeps of an address: in a form the log lets pass."""
    return str(UUID(keyed_hash("erased-address", "", normalise_email(email))))


def keep_erasure(mark: str, *, at: datetime) -> None:
    """List an address as erased, by its hash; the log line beside serves where the list is lost."""
    row, is_new = Erasure.objects.get_or_create(email_hash=mark, defaults={"erased_at": at})
    if not is_new and row.erased_at < at:
        row.erased_at = at
        row.save(update_fields=["erased_at"])


def erase_account(user: User, *, now: datetime) -> str:
    """Take everything personal off a locked account; returns what it is called from now on."""
    name = f"erased-{random_text(12).lower()}"
    mark = hash_address(user.email)
    keep_erasure(mark, at=now)
    logger.info("erased %s at %s", mark, now.isoformat())
    fence.keep_outside(f"erased {mark} at {now.isoformat()}")
    _end_access(user)
    NoticeChoice.objects.filter(user=user).delete()
    user.email, user.name = f"{name}@{DOMAIN}", ""
    user.language = user.time_zone = user.former_email = ""
    user.email_changed_at = user.last_login = None
    user.is_active = user.is_staff = user.is_superuser = False
    user.password = make_password(None)
    user.save()
    return name


def erase_mail(
    *,
    user_id: int,
    addresses: Sequence[str],
    brand_ids: Collection[int],
    called: Iterable[str],
    name: str,
) -> None:
    """Delete mail to a person; in mail of these brands, `name` takes the place of his names."""
    own = Q(user=user_id)
    for address in addresses:
        own |= Q(to__iexact=address)
    Mail.objects.filter(own).delete()
    MailAddress.objects.filter(email__in=[address.lower() for address in addresses]).delete()
    for field in ("reply_to", "asked_reply_to"):
        MailSender.objects.filter(**{f"{field}__in": addresses}).update(**{field: ""})
    words = {word for word in (*addresses, *called) if len(word) >= SHORTEST_NAME}
    about = Q(pk__in=[])
    for word in words:
        for field in MAIL_TEXTS:
            about |= Q(**{f"{field}__icontains": word}) | Q(**{f"{field}__icontains": escape(word)})
    _rewrite(Mail.objects.filter(about, brand__in=brand_ids), words, name)


def erase_audit(*, whole: Q, reasons: Q, now: datetime) -> None:
    """Take texts out of audit rows: all of some, the reasons alone of others."""
    rows = AuditEvent.objects.filter(erased_at=None)
    ids = [list(rows.filter(which).values_list("pk", flat=True)) for which in (whole, reasons)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT core_erase_audit(%s::bigint[], %s::bigint[], %s)",
            [ids[0], ids[1], now],
        )


def about(label: str, ids: Iterable[str]) -> Q:
    """Return the audit rows about rows of one model, by their public ids."""
    return Q(target_type=label, target_id__in=list(ids))


def _end_access(user: User) -> None:
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    UserSession.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.groups.clear()
    user.user_permissions.clear()


def _rewrite(mails: QuerySet[Mail], words: Collection[str], name: str) -> None:
    longest = sorted({*words, *map(escape, words)}, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)
    for mail in mails.iterator(chunk_size=200):
        for field in MAIL_TEXTS:
            setattr(mail, field, pattern.sub(name, getattr(mail, field))[: LONGEST.get(field)])
        mail.save(update_fields=MAIL_TEXTS)
