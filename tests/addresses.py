"""Every address of the program, read from the resolver, and the people who ask for it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.cookies import SimpleCookie
from itertools import count
from typing import Any, Literal
from urllib.parse import urlsplit

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from core.clock import utc_now
from core.models import User
from core.sessions import BEGAN, SEEN
from tests.everything import Everything

Side = Literal["brand", "creator", "operator", "anyone", "key"]
METHODS = ("GET", "POST")
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36"
)

# What views take, as they said themselves: whoever asks, it is the same.
_TAKEN: dict[Callable[..., Any], frozenset[str]] = {}
_PART = re.compile(r"<(?:\w+:)?(\w+)>")

# What stands in an address that is not the id of a row.
WORDS = {
    "section": "hold",
    "status": "paused",
    "place": "1",
    "rail": "csv",
    "kind": "application_approved",
    "language": "en",
    "what": "confirm",
    "version": "1",
    "currency": "EUR",
    "path": "v1/balance",
    "sheet": "orders",
    "decision": "approve",
    "secret": "s3cret",
}
OPEN_UNDER_OPS = {"core:components", "core:outbox", "core:outbox-mail", "core:outbox-html"}
# Where the row that fits is another than elsewhere, or the route is a regular expression.
SPECIAL: Mapping[str, Mapping[str, str]] = {
    "tracking:redirect": {"slug": "link_slug"},
    "tracking:r/<path:slug>": {"slug": "link_slug"},
    "tracking:impression": {"slug": "link_slug"},
    "payouts:run-approve": {"plan_id": "draft_id"},
    "payouts:run-withdraw": {"plan_id": "draft_id"},
    "brands:rules-withdraw": {"version": "coming_version"},
    "tracking:commission-clear": {"commission_id": "held_id"},
    "tracking:commission-clear-alike": {"commission_id": "held_id"},
    "tracking:claim-accept": {"order_id": "claimed_id"},
    "core:mail-stop": {"token": "stop_token"},
    "core:mail-confirm": {"token": "confirm_token"},
    "brands:reply-to": {"token": "reply_token"},
}
ROUTES = {
    "account_reset_password_from_key": "accounts/password/reset/key/1-set-password/",
    "api:nowhere": "api/nothing",
}
QUERIES = {
    "tracking:redirect-by-parameter": "?ref={link_slug}",
    "portal:tryout": "?total=100.00",
    "portal:compare": "?program={program_id}",
    "tracking:commission-clear-found": "?why={why}",
    "affiliates:creator-bulk": "?what=suspend&creator={creator_id}",
    "affiliates:application-bulk": "?what=reject&application={application_id}",
}
# What a view must be told before it does anything.
FORMS = {
    "portal:brand-new": {"name": "New", "email": "new@mail.example", "time_zone": "UTC"},
    "portal:brand-status": {"status": "suspended", "reason": "Asked for by its owner"},
    "affiliates:utm-create": {"name": "New", "source": "fairshare"},
    "affiliates:utm-edit": {"name": "New", "source": "fairshare"},
    "affiliates:code-batch-create": {"count": "2", "begins_with": "NEW"},
    "affiliates:viewing-open": {"reason": "Asked about order 7"},
    "brands:connection-create": {"platform": "generic"},
    "brands:endpoint-detail": {"action": "test"},
    "brands:rules-change": {"action": "discard"},
    "portal:what-if": {"period": "30"},
    "brands:sandbox-change": {"action": "open"},
    "brands:vetting-point-create": {"words": "The audience fits"},
    "payouts:payout-settle": {"what": "withdraw"},
    "payouts:run-preview": {"currency": "EUR"},
    "payouts:tax-party": {"party-legal_name": "Brand", "party-address": "Street 1"},
    "payouts:tax-threshold-add": {"threshold-amount": "5.00 EUR", "threshold-note": "Report"},
    "api:links": {"enrollment": "{enrollment_id}", "destination_url": "https://shop.example/"},
    "api:codes": {"enrollment": "{enrollment_id}", "text": "SPRING"},
    "api:invitations": {"program": "{program_id}", "group": "{group_id}"},
    "api:application-approve": {"group": "{group_id}"},
    "api:application-reject": {"reason": "audience"},
    "payouts:tax-rate-add": {
        "rate-kind": "withholding",
        "rate-starts_on": "2026-01-01",
        "rate-note": "The law",
    },
}


@dataclass(frozen=True)
class Address:
    """One pattern of the resolver."""

    name: str
    route: str

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(_PART.findall(self.route))

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the parts that name a row below the brand or the creator."""
        return tuple(part for part in self.parts if part not in WORDS and part != "slug")

    @property
    def side(self) -> Side:
        if self.route.startswith("b/"):
            return "brand"
        if self.route.startswith("api/v1/") and self.name != "api:schema":
            return "key"
        if self.route.startswith("ops/") and self.name not in OPEN_UNDER_OPS:
            return "operator"
        return "creator" if self.route.startswith("me/") else "anyone"

    def url(self, world: Everything, **others: Any) -> str:
        """Return the address of the world's own rows, some parts replaced."""
        path = _PART.sub(lambda part: self._value(part[1], world, others), self.route)
        return f"/{path}{QUERIES.get(self.name, '').format(**world.ids)}"

    @property
    def form(self) -> dict[str, str]:
        """Return the least that is posted here."""
        return FORMS.get(self.name, {})

    def fill(self, world: Everything) -> dict[str, str]:
        """Return the same with ids of the world's own rows."""
        return {name: value.format(**world.ids) for name, value in self.form.items()}

    def key(self, part: str) -> str:
        """Return the name of the value that stands in one part."""
        return SPECIAL.get(self.name, {}).get(part, part)

    def _value(self, part: str, world: Everything, others: Mapping[str, Any]) -> str:
        values = {**WORDS, **world.ids}
        return str(others[part] if part in others else values[self.key(part)])


def list_addresses() -> list[Address]:
    """Return every pattern once, by name; one without a name is called by its route."""
    walked = dict.fromkeys((name, route) for name, route, _one in _walk(get_resolver()))
    found = [Address(name, ROUTES.get(name, route)) for name, route in walked]
    assert len({address.name for address in found}) == len(found)
    return found


def list_views() -> list[tuple[str, Callable[..., Any]]]:
    """Return every view by the name of its address; of two at one address the first answers."""
    views: dict[tuple[str, str], Callable[..., Any]] = {}
    for name, route, pattern in _walk(get_resolver()):
        views.setdefault((name, route), pattern.callback)
    return [(name, view) for (name, _route), view in views.items()]


def _walk(
    resolver: URLResolver, space: str = "", path: str = ""
) -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in resolver.url_patterns:
        route = path + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _walk(pattern, space + inner, route)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or route}", route, pattern


class Asker:
    """A person with a browser; whatever he does is undone, in the browser too."""

    def __init__(self, user: User | None = None, *, is_checked: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=is_checked, headers={"User-Agent": CHROME})
        if user is not None:
            self.client.force_login(user)
            self._stay_fresh()
        self.cookies = {name: one.value for name, one in self.client.cookies.items()}

    def ask(
        self, url: str, method: str = "GET", data: Mapping[str, str] | None = None
    ) -> HttpResponse:
        self.client.cookies = SimpleCookie(self.cookies)
        with undone():
            return self.send(method, url, data or {})

    def send(self, method: str, url: str, data: Mapping[str, Any]) -> HttpResponse:
        """Send a request with the cookies of now; what it does stays."""
        if method == "POST":
            answer: Any = self.client.post(url, dict(data))
        else:
            answer = self.client.generic(method, url)
        return answer

    def methods(self, url: str) -> frozenset[str]:
        """Return which of GET and POST the view takes, by what it says to a method it refuses."""
        view = resolve(urlsplit(url).path).func
        if view not in _TAKEN:
            answer = self.ask(url, "PATCH")
            allowed = answer.headers.get("Allow", "") if answer.status_code == 405 else ""
            if not allowed:
                return frozenset(METHODS)
            _TAKEN[view] = frozenset(method for method in METHODS if method in allowed)
        return _TAKEN[view]

    def _stay_fresh(self) -> None:
        """Begin the session tomorrow: it is never old, and no request has to note its use anew."""
        session = self.client.session
        session[BEGAN] = session[SEEN] = (utc_now() + timedelta(days=1)).isoformat()
        session.save()


class KeyAsker(Asker):
    """A program with a key of a brand's API; its forms are JSON, and each has a name of its own."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.key = {"Authorization": f"Bearer {text}"}
        self._numbers = count(1)

    def send(self, method: str, url: str, data: Mapping[str, Any]) -> HttpResponse:
        headers = {**self.key, "Idempotency-Key": f"ask-{next(self._numbers)}"}
        body = json.dumps(dict(data)) if method == "POST" else ""
        answer: Any = self.client.generic(
            method, url, body, content_type="application/json", headers=headers
        )
        return answer


@contextmanager
def undone() -> Iterator[None]:
    """Roll back what happens inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def is_reached(response: HttpResponse) -> bool:
    """Say whether a view did its work: no missing page, no closed door, no other method."""
    is_login = response.status_code == 302 and "/accounts/login/" in response["Location"]
    return not is_login and response.status_code not in {403, 404, 405} | set(range(500, 600))
