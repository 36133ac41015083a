"""What the people of a brand are told by mail, each in his own language."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.functional import lazy
from django.utils.translation import gettext as now_said
from django.utils.translation import gettext_lazy as _

from brands.domain.approval_limits import LOOSENED_WAIT
from brands.models import Endpoint, Member, PayoutPolicy, Role, StopCause
from core import formats
from core.mail import Address, send_notice
from core.models import Brand, User
from core.money import Money
from core.notices import ACCOUNT, Kind, Value, register
from core.wording import current_language

MEMBER_ADDED = register(
    Kind(
        name="member_added",
        group=ACCOUNT,
        label=_("Taken into the team"),
        subject=_("You are in the team of {brand}"),
        text=_(
            "You work for {brand} now, with the role {role}.\n\nOpen the dashboard: {url}\n\n"
            "Log in with this address. Without a password, ask for a code by mail: {login}\n"
        ),
        samples={
            "role": Role.MANAGER.label,
            "url": f"{settings.SITE_URL}/b/…/",
            "login": f"{settings.SITE_URL}/accounts/login/code/",
        },
    )
)
CONFIRM_REPLY_TO = register(
    Kind(
        name="confirm_reply_to",
        group=ACCOUNT,
        label=_("Address for answers"),
        subject=_("May answers to {brand} come to you?"),
        text=_(
            "{brand} wants creators to answer to this address when they get e-mails.\n\n"
            "Confirm: {url}\n\n"
            "The link is good for three days. If you know nothing of it, do nothing.\n"
        ),
        samples={"url": f"{settings.SITE_URL}/mail/reply-to/…/"},
    )
)
LIMITS_LOOSENED = register(
    Kind(
        name="approval_limits_loosened",
        group=ACCOUNT,
        label=_("Approval limit raised or removed"),
        subject=_("{brand}: fewer payout runs take a second person"),
        text=_(
            "{who} changed from which total a second person approves a payout run.\n\n"
            "Before: {before}\nNow: {after}\n\n"
            "For runs the earlier limit holds on until {until}. "
            "If this should not be, set the limit back before then: {url}\n"
        ),
        samples={
            "who": "Anna Beck",
            "before": "1,000.00 EUR",
            "after": _("no limit"),
            "until": datetime(2026, 11, 6, 9, 0, tzinfo=UTC),
            "url": f"{settings.SITE_URL}/b/…/program/payouts/policy/",
        },
    )
)

ENDPOINT_FAILING = register(
    Kind(
        name="endpoint_failing",
        group=ACCOUNT,
        label=_("Webhook endpoint fails"),
        subject=_("{brand}: events do not arrive at {host}"),
        text=_(
            "Since {since} no event of {brand} has arrived at {host}.\n\n"
            "Each is tried again for three days, and none is lost. If nothing arrives for five "
            "days, the endpoint is stopped.\n\nSee the answers: {url}\n"
        ),
        samples={
            "host": "api.shop.example",
            "since": datetime(2026, 11, 6, 9, 0, tzinfo=UTC),
            "url": f"{settings.SITE_URL}/b/…/developers/webhooks/…/",
        },
    )
)
ENDPOINT_STOPPED = register(
    Kind(
        name="endpoint_stopped",
        group=ACCOUNT,
        label=_("Webhook endpoint stopped"),
        subject=_("{brand}: no more events go to {host}"),
        text=_(
            "{host} was stopped: {cause}\n\n"
            "What was not delivered is listed. Start the endpoint again when it answers, and have "
            "all of it delivered then: {url}\n"
        ),
        samples={
            "host": "api.shop.example",
            "cause": StopCause.FAILING.label,
            "url": f"{settings.SITE_URL}/b/…/developers/webhooks/…/",
        },
    )
)


def mail_endpoint_failing(*, endpoint: Endpoint, now: datetime) -> None:
    """Tell the owners that tries fail; `now` is the brand's time, as every mail's."""
    assert endpoint.failing_since is not None  # noqa: S101
    params: dict[str, Value] = {**_name_endpoint(endpoint), "since": endpoint.failing_since}
    _mail_owners(ENDPOINT_FAILING, endpoint.brand, params, now)


def mail_endpoint_stopped(*, endpoint: Endpoint, now: datetime) -> None:
    """Tell the owners that an endpoint was given up, and why."""
    cause = StopCause(endpoint.stop_cause).label
    params: dict[str, Value] = {**_name_endpoint(endpoint), "cause": cause}
    _mail_owners(ENDPOINT_STOPPED, endpoint.brand, params, now)


def _name_endpoint(endpoint: Endpoint) -> dict[str, Value]:
    page = reverse("brands:endpoint-detail", args=[endpoint.brand.slug, endpoint.public_id])
    return {"host": urlsplit(endpoint.url).hostname or "", "url": f"{settings.SITE_URL}{page}"}


def _mail_owners(kind: Kind, brand: Brand, params: dict[str, Value], now: datetime) -> None:
    for member in Member.objects.filter(brand=brand, role=Role.OWNER).select_related("user"):
        send_notice(kind=kind, to=member.user, brand=brand, params=params, now=now)


def mail_limits_loosened(
    *, policy: PayoutPolicy, before: Mapping[str, int], actor_id: int, now: datetime
) -> None:
    """Tell every owner, whoever did it, that one person may approve more than before."""
    brand = policy.brand
    page = reverse("brands:payout-policy", args=[brand.slug])
    params: dict[str, Value] = {
        "who": str(User.objects.get(pk=actor_id)),
        "before": _say_limits(before),
        "after": _say_limits(policy.approval_limits),
        "until": now + LOOSENED_WAIT,
        "url": f"{settings.SITE_URL}{page}",
    }
    _mail_owners(LIMITS_LOOSENED, brand, params, now)


def _name_limits(limits: Mapping[str, int]) -> str:
    language = current_language()
    amounts = [
        formats.money_text(Money(minor, currency), language=language)
        for currency, minor in sorted(limits.items())
    ]
    return formats.comma(language).join(amounts) or now_said("no limit")


_say_limits = lazy(_name_limits, str)  # in the language it is read in


def mail_confirm_reply_to(*, brand: Brand, email: str, token: str, now: datetime) -> None:
    """Ask whoever reads an address whether answers to a brand may go there."""
    url = f"{settings.SITE_URL}{reverse('brands:reply-to', args=[token])}"
    to = Address(email, language=translation.get_language() or "")
    send_notice(kind=CONFIRM_REPLY_TO, to=to, brand=brand, params={"url": url}, now=now)


def mail_member_added(*, member: Member, now: datetime) -> None:
    """Tell a person that he is in a team now."""
    brand = member.brand
    send_notice(
        kind=MEMBER_ADDED,
        to=member.user,
        brand=brand,
        params={
            "role": Role(member.role).label,
            "url": f"{settings.SITE_URL}/b/{brand.slug}/",
            "login": f"{settings.SITE_URL}{reverse('account_request_login_code')}",
        },
        now=now,
    )
