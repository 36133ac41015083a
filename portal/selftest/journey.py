"""One sale from click to paid and its late refund, as the people in it see it.

Every step goes over HTTP: the brand and the creator through their pages, the shopper through the
link, the store through its signed webhook. Only what HTTP cannot show is read from the database:
that a job has run, and the proof of the books.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from affiliates.models import LinkSlug
from brands.models import Program, StoreConnection
from core.clock import brand_now
from core.models import Brand
from payouts.models import Payout, PayoutMethod
from portal.books import prove_books
from portal.selftest.browser import PageDiffers, Person
from portal.selftest.shopper import open_link
from portal.selftest.store import deliver, order_body, refund_body
from tracking.models import Commission, Order

WAIT_S = 60
SHOP = "shop.customer.example"
SECRET = "selftest-shopify-secret-0123456789"  # noqa: S105 - of a sandbox that is put away


@dataclass
class Cast:
    """Who takes part: addresses and passwords of this run, and the brand the twin hangs on."""

    url: str
    brand: Brand
    owner_email: str
    creator_email: str
    password: str


@dataclass
class Journey:
    """The walk: each step says what it saw; a difference is counted and told."""

    cast: Cast
    tell: Callable[[str], None]
    steps: int = 0
    differences: int = 0
    books: str = "not proven"
    twin: Brand = field(init=False)
    token: str = ""
    _owner: Person = field(init=False)
    _creator: Person = field(init=False)

    def __post_init__(self) -> None:
        self._owner, self._creator = Person(self.cast.url), Person(self.cast.url)

    def walk(self) -> None:
        """Take every step; whatever differs, the sandbox is put away at the end."""
        try:
            self._set_up()
            self._sell()
            self._pay()
            self._refund_late()
        except (PageDiffers, httpx.HTTPError, LookupError, ObjectDoesNotExist) as error:
            self._differ(f"{type(error).__name__}: {error}")
        finally:
            self._prove()
            self._put_away()
            self._owner.close()
            self._creator.close()

    # The parts of the walk.

    def _set_up(self) -> None:
        self._log_in(self._owner, self.cast.owner_email, "Brand owner logs in")
        self._open_sandbox()
        self._make_program()
        self._connect_store()
        self._invite_creator()
        self._join()

    def _sell(self) -> None:
        self._click()
        number, at = 1042, self._now()
        body = order_body(number=number, token=self.token, at=at, paid_at=at)
        self._deliver("orders/paid", "order-1", body, "Store posts a paid order of 120.00 EUR")
        self._check("commission of 10 %", self._commission().amount_minor, 1200)
        again = self._deliver_quietly("orders/paid", "order-1", body)
        self._check("the same delivery again: status", again, 200)
        self._check("orders after the repeat", Order.objects.filter(brand=self.twin).count(), 1)
        self._see_creator("12.00 EUR", "Creator sees 12.00 EUR pending")
        refund = refund_body(number=number, refund=1, line=1, amount="30.00", at=self._now())
        self._deliver("refunds/create", "refund-1", refund, "Store refunds one cup, 30.00 EUR")
        self._check("commission after the refund", self._commission().amount_minor, 900)
        self._see_creator("9.00 EUR", "Creator sees 9.00 EUR")
        big = order_body(number=1043, token=self.token, at=self._now(), paid_at=self._now())
        big["line_items"][1]["price"] = "940.00"
        big["total_price"] = big["subtotal_price"] = "1000.00"
        self._deliver("orders/paid", "order-2", big, "Store posts a paid order of 1,000.00 EUR")
        self._check("its commission", self._commission(1043).amount_minor, 10_000)

    def _pay(self) -> None:
        self._move_clock(31)
        self._wait("Commissions are released by the job", self._is_released)
        self._set_up_stripe()
        self._approve_run()
        self._wait("Stripe stand-in has paid", self._is_paid)
        payout = self._payout()
        self._check("paid amount", payout.amount_minor, 10_900)
        path = self._url("payouts:payout-detail", self.twin.slug, payout.public_id)
        self._see(self._owner, path, payout.reference, "Brand sees the transfer's reference")
        path = self._url("payouts:creator-payout", payout.public_id)
        self._see(self._creator, path, "109.00 EUR", "Creator sees 109.00 EUR paid")

    def _refund_late(self) -> None:
        refund = refund_body(number=1043, refund=2, line=2, amount="940.00", at=self._now())
        self._deliver("refunds/create", "refund-2", refund, "Store refunds 940.00 EUR after payout")
        self._check("commission after it", self._commission(1043).amount_minor, 600)
        entry = self._commission(1043).changes.latest("seq").entry
        self._check("kind of entry", entry.kind if entry else None, "clawback")
        path = self._url("payouts:creator-payouts")
        self._see(self._creator, path, "−94.00 EUR", "Creator sees 94.00 EUR to recover")

    # Single steps.

    def _log_in(self, person: Person, email: str, what: str) -> None:
        page = person.fill(
            self._url("account_login"), has="login", login=email, password=self.cast.password
        )
        if urlsplit(page.url).path == self._url("account_login"):
            raise PageDiffers(f"{what}: still on the log-in page")
        self._say(what, urlsplit(page.url).path)

    def _open_sandbox(self) -> None:
        path = self._url("brands:sandbox", self.cast.brand.slug)
        page = self._owner.open(path)
        self._owner.send(page, page.form(action="change", has="action"), action="open")
        self.twin = Brand.objects.get(sandbox_of=self.cast.brand, archived_at__isnull=True)
        self._say("Fresh sandbox opened", self.twin.slug)

    def _make_program(self) -> None:
        slug = self.twin.slug
        self._owner.fill(
            self._url("brands:program-create", slug),
            has="landing_url",
            name="Self-test",
            currency="EUR",
            landing_url=f"https://{SHOP}/",
            domains=SHOP,
        )
        program = Program.objects.get(brand=self.twin)
        query = f"?program={program.public_id}"
        self._owner.fill(
            self._url("brands:setup-rules", slug) + query,
            has="kind",
            kind="percent",
            rate_bps="10",
        )
        path = self._url("brands:program-status", slug, "live") + query
        page = self._owner.open(path)
        self._owner.send(page, page.forms[-1])
        program.refresh_from_db()
        self._check("program after going live", program.status, "live")

    def _connect_store(self) -> None:
        self._owner.fill(
            self._url("brands:connection-create", self.twin.slug),
            has="platform",
            platform="shopify",
            name="Self-test shop",
            shop_url=f"https://{SHOP}",
            secret=SECRET,
        )
        store = StoreConnection.objects.get(brand=self.twin)
        self._say("Shopify store connected", f"/hooks/{store.public_id}")

    def _invite_creator(self) -> None:
        self._owner.fill(
            self._url("brands:member-invite", self.twin.slug),
            has="email",
            email=self.cast.creator_email,
            role="analyst",
        )
        self._log_in(self._creator, self.cast.creator_email, "Creator logs in")

    def _join(self) -> None:
        program = Program.objects.get(brand=self.twin)
        path = self._url("portal:join", self.twin.slug, program.slug)
        page = self._creator.open(path)
        form = page.form(has="publishes_at")
        values: dict[str, str | list[str]] = {
            "publishes_at": "https://blog.customer.example",
            "accept": "on",
        }
        if "name" in form.names:
            values["name"] = "Self-test creator"
        self._creator.send(page, form, **values)
        self._say("Creator applied", program.name)
        queue = self._owner.open(self._url("affiliates:application-list", self.twin.slug))
        self._owner.send(queue, queue.form(action="approve"))
        slug = LinkSlug.objects.get(brand=self.twin).slug
        self._see(self._creator, self._url("affiliates:link-list"), slug, "Creator has a link")

    def _click(self) -> None:
        slug = LinkSlug.objects.get(brand=self.twin, is_current=True).slug
        opened = open_link(self.cast.url, slug)
        self._check("redirect status", opened.status, 302)
        self._check("redirect host", urlsplit(opened.location).hostname, SHOP)
        self._check("cookies set", opened.cookies, 0)
        self.token = opened.token
        self._check("length of the click token", len(self.token), 50)

    def _deliver(self, topic: str, event: str, body: dict[str, object], what: str) -> None:
        self._check(f"{what}: status", self._deliver_quietly(topic, event, body), 200)

    def _deliver_quietly(self, topic: str, event: str, body: dict[str, object]) -> int:
        store = StoreConnection.objects.get(brand=self.twin)
        url = f"{self.cast.url}/hooks/{store.public_id}"
        return deliver(url=url, secret=SECRET, topic=topic, event=event, body=body)

    def _move_clock(self, days: int) -> None:
        before = self._now()
        page = self._owner.open(self._url("brands:sandbox", self.twin.slug))
        self._owner.send(page, page.form(has="action"), action=f"move:{days}")
        moved = self._now() - before
        self._check("days the sandbox clock moved", moved.days, days)

    def _set_up_stripe(self) -> None:
        page = self._creator.open(self._url("payouts:method"))
        form = page.form(action="stripe", has="country")
        setup = self._creator.send(page, form, country="DE")
        self._creator.send(setup, setup.form(action="standin"))
        self._wait("Stripe stand-in says the account can receive", self._is_method_ready)

    def _approve_run(self) -> None:
        slug = self.twin.slug
        page = self._owner.open(self._url("payouts:run-list", slug))
        preview = self._owner.send(page, page.form(action="preview", has="currency"))
        self._say("Payout run previewed", _find(preview.text, "creator,"))
        result = self._owner.send(preview, preview.form(action="approve", has="hash"))
        if "109.00 EUR" not in result.text:
            self._differ("the approved run does not show 109.00 EUR")
        self._say("Payout run approved", "109.00 EUR")

    def _see_creator(self, text: str, what: str) -> None:
        self._see(self._creator, self._url("portal:creator-home"), text, what)

    def _see(self, person: Person, path: str, text: str, what: str) -> None:
        page = person.open(path)
        if text not in page.text:
            self._differ(f"{what}: {text!r} is not on {path}")
            return
        self._say(what, _find(page.text, text))

    def _prove(self) -> None:
        if not hasattr(self, "twin"):
            return
        proof = prove_books(brand_id=self.twin.pk)
        self.books = "balanced" if proof.is_balanced else "differs"
        wrong = [f"{r.code}: {r.differences}" for r in proof.results if r.differences]
        self._check("books", ", ".join(wrong) or "balanced", "balanced")
        self._say("Ledger entries", str(proof.entries))

    def _put_away(self) -> None:
        if not hasattr(self, "twin"):
            return
        try:
            page = self._owner.open(self._url("brands:sandbox", self.cast.brand.slug))
            self._owner.send(page, page.form(action="change", has="action"), action="archive")
        except (PageDiffers, httpx.HTTPError) as error:
            self._differ(f"the sandbox was not put away: {error}")
            return
        self._say("Sandbox put away", self.twin.slug)

    # What only the database shows.

    def _commission(self, number: int = 1042) -> Commission:
        order = Order.objects.get(brand=self.twin, external_number__endswith=str(number))
        return Commission.objects.get(order=order)

    def _payout(self) -> Payout:
        return Payout.objects.get(brand=self.twin)

    def _is_released(self) -> bool:
        return not Commission.objects.filter(brand=self.twin, released_at__isnull=True).exists()

    def _is_paid(self) -> bool:
        return Payout.objects.filter(brand=self.twin, status="paid").exists()

    def _is_method_ready(self) -> bool:
        return PayoutMethod.objects.filter(brand=self.twin, is_ready=True).exists()

    def _now(self) -> datetime:
        self.twin.refresh_from_db()
        return brand_now(self.twin)

    # Telling.

    def _wait(self, what: str, is_done: Callable[[], bool]) -> None:
        start = time.monotonic()
        while not is_done():
            if time.monotonic() - start > WAIT_S:
                raise PageDiffers(f"{what}: not within {WAIT_S} s; is a worker running?")
            time.sleep(0.25)
        self._say(what, f"after {time.monotonic() - start:.1f} s")

    def _check(self, what: str, got: object, wanted: object) -> None:
        if got != wanted:
            self._differ(f"{what}: {got}, expected {wanted}")
        else:
            self._say(what, str(got))

    def _say(self, what: str, saw: str) -> None:
        self.steps += 1
        self.tell(f"{self.steps:3} {what}: {saw}")

    def _differ(self, text: str) -> None:
        self.differences += 1
        self.tell(f"  ! {text}")

    @staticmethod
    def _url(name: str, *args: str) -> str:
        return reverse(name, args=args)


def _find(text: str, part: str) -> str:
    """Return a piece of the page around what was looked for."""
    place = text.find(part)
    return text[max(0, place - 24) : place + len(part) + 24].strip() if place >= 0 else part
