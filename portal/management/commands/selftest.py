"""Drive a running installation through one sale, from click to paid, and prove the books."""

import secrets
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from brands.models import Member
from brands.services.brands import create_brand
from core.clock import database_now
from core.models import Brand, User
from portal.selftest.journey import Cast, Journey

OWNER = "selftest-brand@fairshare.example"
BRAND = "Self-test"


class Command(BaseCommand):
    """`manage.py selftest [--url …]`: exits non-zero on any difference."""

    help = "Drive this running installation over HTTP through one sale, in a fresh sandbox."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.SITE_URL, help="where it is reached")

    def handle(self, *_args: Any, **options: Any) -> None:
        password = secrets.token_urlsafe(24)
        owner = _person(OWNER, password)
        creator = _person(f"selftest-{secrets.token_hex(6)}@fairshare.example", password)
        cast = Cast(
            url=options["url"].rstrip("/"),
            brand=_brand(owner),
            owner_email=owner.email,
            creator_email=creator.email,
            password=password,
        )
        journey = Journey(cast=cast, tell=self.stdout.write)
        try:
            journey.walk()
        finally:
            _lock(owner, creator)
        self.stdout.write(
            f"journey: steps={journey.steps} differences={journey.differences} "
            f"ledger={journey.books}"
        )
        if journey.differences:
            raise CommandError(f"{journey.differences} differences", returncode=1)


def _person(email: str, password: str) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    user.set_password(password)
    user.is_active, user.name = True, "Self-test"
    user.save()
    EmailAddress.objects.get_or_create(
        user=user, email=email, defaults={"verified": True, "primary": True}
    )
    return user


def _brand(owner: User) -> Brand:
    member = Member.objects.filter(user=owner, brand__sandbox_of__isnull=True).first()
    if member is not None:
        return member.brand
    return create_brand(owner_id=owner.pk, name=BRAND, time_zone="UTC", now=database_now())


def _lock(*people: User) -> None:
    """Leave no account behind that anybody could log in to."""
    for user in people:
        user.set_unusable_password()
        user.is_active = False
        user.save(update_fields=["password", "is_active"])
