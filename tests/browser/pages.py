"""Every page there is: each address as each role that has it, and each state it can be in.

What is looked at is found, not listed: the addresses come from the resolver, the views and rows of
a page from its links, its empty answers from its filters, its refusals from what a wrong form gets.
A page that another reader got word for word is not looked at again.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import sha256
from urllib.parse import parse_qsl, urlsplit

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.urls import Resolver404, resolve

from affiliates.selectors_invitations import invite_url
from affiliates.services.invitations import revoke_invitation
from brands.models import Role
from core.models import User
from payouts.models import StandinObject
from tests.addresses import FORMS, Address, Asker, Side, list_addresses
from tests.browser.broken import ERRORS
from tests.browser.walking import Stop
from tests.everything import Everything, make_everything
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_draft_program,
    make_enrollment,
    make_invitation,
    make_member,
    make_program,
    make_user,
)
from tests.pageforms import read_forms
from tests.payouts.ledger_world import make_owing

PASSWORD = "copper teapot over 9 hills"
NOTHING = "zq nothing is called this"
ROWS = 1  # pages of one kind that are followed, for one reader
VIEWS = ("tab", "state", "show", "by", "compare")
NOT_FOLLOWED = {"sort", "before", "next", "program", "creator", "from", "brand", "theme"}
HTML = "text/html"
BRAND: frozenset[Side] = frozenset({"brand"})
CREATOR: frozenset[Side] = frozenset({"creator"})
OPERATOR: frozenset[Side] = frozenset({"operator"})
ANYONE: frozenset[Side] = frozenset({"anyone"})

# Addresses without a page of their own, and why; what only takes forms is said by its methods.
NO_PAGE: Mapping[str, str] = {
    "api:nowhere": "says to programs that there is nothing",
    "api:schema": "a file for programs",
    "portal:metrics": "figures for Prometheus, which brings a token",
    "brands:link-host-ask": "answers the proxy in front",
    "tracking:postback": "answers machines",
    "portal:ops": "leads to the health page",
    "portal:saved-open": "leads to the report that was saved",
    "tracking:redirect": "leads to the shop; a link that nobody made is looked at",
    "tracking:redirect-by-parameter": "leads to the shop",
    "tracking:r/<path:slug>": "leads to the shop",
    "tracking:own-claim-picture": "a picture of the page of its claim",
    "tracking:claim-picture": "a picture of the page of its claim",
    "core:totp-qr": "a picture of the page that asks to add an app",
    "payouts:standin-api": "answers machines",
    "payouts:standin-paypal": "answers machines",
    "payouts:run-approve": "leads to the run, or to where the second factor is asked",
    "payouts:method-stripe": "leads to the payment service",
    "core:outbox-html": "a letter, seen in the frame of the page that shows it",
    "brands:letter-preview": "a letter, seen in the frame of the page that edits it",
    "mfa_login_webauthn": "answers the script of the log-in page",
}

_VARYING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|\b(?:hx-headers|data-token|data-options)="[^"]*"'
)
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]+)"')


@dataclass(frozen=True)
class Reader:
    """Somebody who reads pages; `world` holds the rows that his addresses name."""

    name: str
    user: User | None
    sides: frozenset[Side]
    world: Everything
    opening: str = ""
    is_curious: bool = True  # follows links, asks filters for nothing, sends wrong forms

    @property
    def asker(self) -> Asker:
        asker = Asker(self.user)
        asker.client.raise_request_exception = False  # a broken page is a page to report
        if self.opening:
            answer = asker.client.post(self.opening, FORMS["affiliates:viewing-open"])
            assert answer.status_code in {302, 303}, answer.status_code
        return asker


@dataclass
class Pages:
    """The pages found, and the addresses that none was found for, with the reason."""

    stops: list[Stop] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)
    unexplained: list[str] = field(default_factory=list)


def find_pages() -> Pages:
    """Make what there is to see, and find every page of it."""
    world = make_everything()
    keep_still(world)
    hunt, pages = _Hunt(), Pages()
    for reader in _list_readers(world):
        pages.stops += hunt.ask_all(reader)
    pages.stops += [*_list_steps(world), *_list_invited(world), *_list_errors(world)]
    cache.clear()
    drawn = {stop.name.partition(" ")[0] for stop in pages.stops}
    for address in list_addresses():
        if address.name not in drawn:
            reason = NO_PAGE.get(address.name) or hunt.reasons.get(address.name)
            reason = "answers programs" if address.side == "key" else reason
            if reason:
                pages.left_out[address.name] = reason
            else:
                pages.unexplained.append(address.name)
    return pages


def keep_still(world: Everything) -> None:
    """Let the last page of a walk be what it would be as the first.

    Links of the stand-in hold for minutes, and the page of e-mail addresses keeps the one that
    a person without any has, not verified.
    """
    for user in (world.owner, world.creator, world.operator):
        EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    for link in StandinObject.objects.filter(data__has_key="expires_at"):
        link.data["expires_at"] += 86_400
        link.save(update_fields=["data"])


def _list_readers(world: Everything) -> Iterator[Reader]:
    for user in (world.owner, world.operator):  # one with a second factor and one without
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    yield Reader("owner", world.owner, BRAND | ANYONE, world)
    yield Reader("creator", world.creator, CREATOR | ANYONE, world)
    yield Reader("operator", world.operator, OPERATOR | ANYONE, world)
    yield Reader("nobody", None, ANYONE, world)
    for role in (Role.MANAGER, Role.FINANCE, Role.ANALYST):
        member = make_member(world.brand, role).user
        yield Reader(role, member, BRAND, world, is_curious=False)
    slug, creator_id = world.brand.slug, world.ids["creator_id"]
    looking = f"/b/{slug}/creators/{creator_id}/open/"
    yield Reader("member as creator", world.owner, CREATOR, world, looking, is_curious=False)
    yield from _list_beginners(world)
    owing = make_owing()
    ids = {"slug": owing.brand.slug, "affiliation_id": owing.affiliation.public_id}
    begun = replace(world, ids=ids)
    yield Reader("owner of what is owed", get_owner(owing.brand), BRAND, begun, is_curious=False)


def _list_beginners(world: Everything) -> Iterator[Reader]:
    """Return people whose lists are empty: a brand, then one with a draft, then a program."""
    bare, draft = make_brand("Nothing Yet"), make_draft_program(make_brand("Draft"))
    quiet = make_program(make_brand("Quiet"))
    for name, one, ids in (
        ("owner of nothing", bare, {}),
        ("owner of a draft", draft.brand, {"program_id": draft.public_id}),
        ("owner of a start", quiet.brand, {"program_id": quiet.public_id}),
    ):
        begun = replace(world, ids={"slug": one.slug, **ids})
        yield Reader(name, get_owner(one), BRAND, begun, is_curious=False)
    yield Reader("newcomer", make_user(), CREATOR, replace(world, ids={}))
    place = make_enrollment(quiet)
    ids = {"affiliation_id": place.affiliation.public_id, "enrollment_id": place.public_id}
    begun = replace(world, ids=ids)
    yield Reader("creator of a start", get_creator(place), CREATOR, begun, is_curious=False)


class _Hunt:
    """Asks addresses and keeps each answer that is a page nobody has seen yet."""

    def __init__(self) -> None:
        self.reasons: dict[str, str] = {}
        self._seen: set[str] = set()

    def ask_all(self, reader: Reader) -> Iterator[Stop]:
        """Return the pages of one reader."""
        asker, waiting, asked = reader.asker, list[str](), set[str]()
        for address in list_addresses():
            url = _find_url(address, reader)
            if not url:
                continue
            asked.add(url)
            methods = asker.methods(url)
            page = ""
            if "GET" in methods:
                answer = asker.ask(url)
                page = _read(answer)
                waiting += _list_links(page, url)
                yield from self._keep(address.name, url, reader, answer)
            else:
                self.reasons[address.name] = "only takes forms, and leads on"
            if reader.is_curious and "POST" in methods:
                yield from self._send_wrong(address, url, reader, asker, page)
        if reader.is_curious:
            yield from self._follow(waiting, asked, reader, asker)

    def _send_wrong(
        self, address: Address, url: str, reader: Reader, asker: Asker, page: str
    ) -> Iterator[Stop]:
        """Send nothing, and what fits no field; only what is refused is a page of its own."""
        found = [form.offered for form in read_forms(page, "post")]
        forms = [form for form in found if not {"theme", "language"} & {*form}]
        for form in [{}, *(dict.fromkeys(form, "?") for form in forms)]:
            cache.clear()  # who tries too often would wait
            answer = asker.ask(url, "POST", form)
            if answer.status_code in {400, 409, 422, 429}:
                yield from self._keep(address.name, url, reader, answer, form)

    def _follow(
        self, waiting: list[str], asked: set[str], reader: Reader, asker: Asker
    ) -> Iterator[Stop]:
        """Open what pages link to: their views, and some rows of each kind."""
        count: Counter[tuple[object, ...]] = Counter()
        while waiting:
            url = waiting.pop(0)
            kind = _kind_of(url)
            if url in asked or kind is None or count[kind] >= ROWS:
                continue
            asked.add(url)
            answer = asker.ask(url)
            found = list(self._keep(str(kind[0]), url, reader, answer))
            if found:
                count[kind] += 1
                waiting += _list_links(_read(answer), url)
            yield from found

    def _keep(
        self,
        name: str,
        url: str,
        reader: Reader,
        answer: HttpResponse,
        form: Mapping[str, str] | None = None,
    ) -> Iterator[Stop]:
        page = _read(answer)
        if not page:
            if answer.status_code == 200:
                kind = answer.headers.get("Content-Type", "").partition(";")[0]
                self.reasons[name] = f"no page but a file, {kind}"
            return
        mark = sha256(_settle(page, url, reader).encode()).hexdigest()
        if mark in self._seen:
            return
        self._seen.add(mark)
        state = urlsplit(url).query or ("wrong form" if form is not None else "")
        said = f"{name} as {reader.name}{f' ({state})' if state else ''} {answer.status_code}"
        yield Stop(said, url, reader.user, answer.status_code, form, reader.opening)


def _find_url(address: Address, reader: Reader) -> str:
    """Return the address of a reader's own rows; nothing where it is not his or he has none."""
    if address.side not in reader.sides:
        return ""
    try:
        return address.url(reader.world)
    except KeyError:
        return ""


def _read(answer: HttpResponse) -> str:
    """Return the text of a page; nothing where the answer is none, or is a letter."""
    is_page = answer.headers.get("Content-Type", "").startswith(HTML) and not answer.streaming
    is_letter = answer.headers.get("X-Frame-Options") == "SAMEORIGIN"
    if not is_page or is_letter or answer.status_code in range(300, 400):
        return ""
    return answer.content.decode() if b"<html" in answer.content else ""


def _settle(page: str, url: str, reader: Reader) -> str:
    """Return a page without what differs by chance, by its address or by its reader's name."""
    body = _VARYING.sub("", page).replace(urlsplit(url).path, "/")
    if reader.user is not None:
        body = body.replace(reader.user.email, "…")
        body = body.replace(reader.user.name, "…") if reader.user.name else body
    return body


def _list_links(page: str, url: str) -> list[str]:
    """Return where a page leads, and what its filters answer when they find nothing."""
    path = urlsplit(url).path
    found = [link.replace("&amp;", "&").partition("#")[0] for link in _LINK.findall(page)]
    found += _list_empty(page)
    return [f"{path}{link}" if link.startswith("?") else link for link in found]


def _kind_of(url: str) -> tuple[object, ...] | None:
    """Return what pages of one kind have in common; None for what is not followed."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    if parts.netloc or not parts.path.startswith("/") or NOT_FOLLOWED & query.keys():
        return None
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    views = sorted((name, value if name in VIEWS else "") for name, value in query.items())
    return match.view_name or match.route, *views


def _list_empty(page: str) -> Iterator[str]:
    """Return queries that find nothing, for the filters that take words or days."""
    names = {name for form in read_forms(page, "get") for name in form.offered}
    for name in sorted(names & {"q", "name", "search", "to"}):
        is_day = name == "to" and "from" in names
        yield f"?{name}={'2000-01-01' if is_day else NOTHING.replace(' ', '+')}"


def _list_steps(world: Everything) -> list[Stop]:
    """Return the pages that only come after a form was taken."""
    signing_up = {"email": "somebody@mail.example", "password1": PASSWORD}
    logging_in = {"login": world.owner.email, "password": PASSWORD}
    creator = {"email": world.creator.email}
    return [
        Stop("account_email_verification_sent", "/accounts/signup/", None, form=signing_up),
        Stop("account_confirm_login_code", "/accounts/login/code/", None, form=creator),
        Stop("account_reset_password: sent", "/accounts/password/reset/", None, form=creator),
        Stop("mfa_authenticate", "/accounts/login/", None, form=logging_in),
    ]


def _list_invited(world: Everything) -> Iterator[Stop]:
    """Return what an invitation says to whom it is for, to others, and when it is over."""
    program, now, someone = world.program, world.shop.now, make_user()
    mailed = make_invitation(program, someone.email, now=now)
    over = make_invitation(program, now=now - timedelta(days=60))
    revoked = make_invitation(program, now=now)
    revoke_invitation(invitation_id=revoked.pk, actor_id=world.owner.pk, now=now)
    for what, invitation, reader, status in (
        ("for the reader", mailed, someone, 200),
        ("for another", mailed, world.owner, 403),
        ("expired", over, someone, 200),
        ("revoked", revoked, None, 200),
    ):
        url = invite_url(invitation).removeprefix(settings.SITE_URL)
        yield Stop(f"portal:invited {what}", url, reader, status)


def _list_errors(world: Everything) -> Iterator[Stop]:
    for status in (*ERRORS, 429):
        for who, reader in (("owner", world.owner), ("nobody", None)):
            yield Stop(f"error {status} as {who}", f"/broken/{status}/", reader, status)
    yield Stop("missing link", "/r/nothing-here", None, 404)
    wrong = {"csrfmiddlewaretoken": "wrong"}
    yield Stop("old form", "/accounts/login/", None, 403, form=wrong)
