"""Ask every address as everybody with the ids of another brand, and judge what comes back.

Six oracles. READ: a mark, id or secret of theirs stands in the answer, its headers or a mail that
it wrote. WRITE: a row of theirs differs afterwards, whatever the answer said. STATUS: a foreign id
gives anything but 404, 403, 405 or the log-in page. SAME: a foreign and an unknown id answer alike.
ERROR: a 5xx, or rows that the commit would refuse. EXTRA: fields nobody asked for change what a
form does. A pattern without a positive control (its owner reaches it) proves nothing: uncovered.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie

from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse

from tests.addresses import Address, Asker, is_reached, list_addresses
from tests.crawler.asking import Ask, list_bodies, list_foreign, list_queries
from tests.crawler.town import Person, Town, find_leaks
from tests.crawler.watch import Watch, describe_rows, list_owners, newly_touched, touched_tables

ODD_METHODS = ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
# Whoever may be tried first: the rest follow in a full crawl.
# In a slice each address is tried by the one who comes nearest to what is there.
NEAREST = {
    "brand": "owner",
    "creator": "creator",
    "operator": "owner",
    "anyone": "nobody",
    "key": "key",
}
# Rows of theirs that anybody may make, by the address that makes them, and why.
OPEN_WRITES: Mapping[str, frozenset[str]] = {
    # Whoever sees a picture on a page is counted once a day.
    "tracking:impression": frozenset({"tracking_impression"}),
    # A delivery whose signature does not fit leaves its time, size and hash.
    "tracking:hook": frozenset({"tracking_refuseddelivery"}),
    "tracking:hook-secret": frozenset({"tracking_refuseddelivery"}),
    "tracking:postback": frozenset({"tracking_refuseddelivery"}),
    # An invitation that is opened says so.
    "portal:invited": frozenset({"affiliates_invitation"}),
    # Whoever holds the signed address of a letter may do what it says.
    "brands:reply-to": frozenset({"core_auditevent", "core_mailsender"}),
    "core:mail-stop": frozenset({"core_noticechoice"}),
    # Anybody may ask to join a public program.
    "portal:join": frozenset({"affiliates_application", "core_mail", "core_outboxevent"}),
}
# Machines sign the bytes they post, so more fields are another message.
SIGNED = {
    "tracking:hook",
    "tracking:hook-secret",
    "tracking:postback",
    "payouts:stripe-hook",
    "payouts:standin-api",
}
# Kept mail, shown on the operator's own machine and nowhere else: test_outbox holds that.
LOCAL_ONLY = {"core:outbox", "core:outbox-mail", "core:outbox-html"}
# Whoever holds the secret address reads what it is about.
BY_TOKEN = {"portal:invited"}
# Addresses that work for nobody here, and why.
UNREACHED = {
    "brands:link-host-ask": "only a name that leads here gets a certificate",
    "payouts:paypal-hook": "only what PayPal says it sent is taken",
    "portal:metrics": "Prometheus brings a token",
    "api:nowhere": "says that there is nothing",
}
# Addresses whose ids are no secret: anybody may call them.
OPEN_SIDES = {"anyone"}

_VARYING = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|\b(?:hx-headers|data-token)="[^"]*"')


@dataclass
class Outcome:
    """What a crawl found."""

    patterns: int = 0
    requests: int = 0
    leaks: list[str] = field(default_factory=list)
    uncovered: list[str] = field(default_factory=list)
    by_oracle: Counter[str] = field(default_factory=Counter)

    def add(self, oracle: str, person: Person, ask: Ask, what: object) -> None:
        self.by_oracle[oracle] += 1
        self.leaks.append(f"{oracle} as {person.name}: {ask}: {what}"[:600])

    def __str__(self) -> str:
        return (
            f"crawl: patterns={self.patterns} requests={self.requests}"
            f" leaks={len(self.leaks)} uncovered={len(self.uncovered)}"
        )


class Crawl:
    """One walk over addresses; `is_full` tries everybody, every mix, query and body."""

    def __init__(self, town: Town, *, is_full: bool) -> None:
        self.town, self.is_full = town, is_full
        self.outcome = Outcome()
        self.watch = Watch(town.theirs.brand)
        self.watch.start()
        self.owners = list_owners()

    def run(self, addresses: Iterable[Address] | None = None) -> Outcome:
        """Walk the addresses; the controls come first, because some ids live for minutes."""
        walked = list(list_addresses() if addresses is None else addresses)
        self.outcome.patterns += len(walked)
        self.outcome.uncovered += [
            one.name for one in walked if not self._is_controlled(one) and one.name not in UNREACHED
        ]
        for address in walked:
            for person in self._list_people(address):
                self._try(address, person)
        return self.outcome

    def _list_people(self, address: Address) -> list[Person]:
        people = self.town.people
        return list(people.values()) if self.is_full else [people[NEAREST[address.side]]]

    def _is_controlled(self, address: Address) -> bool:
        """Say whether their own people reach it: only then a refusal proves something."""
        asker = self.town.owners.get(address.side, self.town.owners["brand"])
        askers = [asker, Asker()] if address.side in OPEN_SIDES else [asker]
        url = address.url(self.town.theirs)
        self.outcome.requests += 2
        return any(
            is_reached(one.ask(url, method, address.fill(self.town.theirs)))
            for one in askers
            for method in one.methods(url)
        )

    def _try(self, address: Address, person: Person) -> None:
        own = address.url(self.town.ours)
        methods = sorted(person.asker.methods(own))
        for url, twin in list_foreign(self.town, address):
            for method in methods:
                self._judge(person, Ask(address, method, url, address.fill(self.town.ours), twin))
        for method in ODD_METHODS if self.is_full else ():
            self._judge(person, Ask(address, method, own))
        page = self._read_own(person, address, own) if "GET" in methods else ""
        if self.is_full and "GET" in methods:
            for query in list_queries(self.town, page):
                joint = "&" if "?" in own else "?"
                self._judge(person, Ask(address, "GET", f"{own}{joint}{query}"))
        if "POST" in methods:
            self._post(person, address, own, page)

    def _read_own(self, person: Person, address: Address, own: str) -> str:
        answer = self._judge(person, Ask(address, "GET", own))
        is_page = answer.headers.get("Content-Type", "").startswith("text/html")
        return read(answer) if is_page and answer.status_code == 200 else ""

    def _post(self, person: Person, address: Address, own: str, page: str) -> None:
        seen = []
        for data, is_extra in list_bodies(self.town, address, page):
            if is_extra and not self.is_full:
                continue
            seen.append(self._judge(person, Ask(address, "POST", own, data, is_extra=is_extra)))
        if self.is_full and address.name not in SIGNED:
            self._compare(person, address, own, page)

    def _compare(self, person: Person, address: Address, own: str, page: str) -> None:
        """Post the least form with and without fields nobody asked for: the same rows result."""
        (least, _), *_rest, (more, _) = list_bodies(self.town, address, page)
        plain, richer = (
            self._effect(person, Ask(address, "POST", own, data))
            for data in ({"nothing": "1", **least}, more)
        )
        if plain != richer:
            self.outcome.add("EXTRA", person, Ask(address, "POST", own, more), "other rows result")

    def _effect(self, person: Person, ask: Ask) -> str:
        with transaction.atomic():
            before = touched_tables()
            answer = send(person.asker, "POST", ask.url, ask.data)
            rows = describe_rows(newly_touched(before), self.owners)
            transaction.set_rollback(True)
        self.outcome.requests += 1
        return f"{answer.status_code} {rows}"

    def _judge(self, person: Person, ask: Ask) -> HttpResponse:
        """Send one request, undo it, and put it before every oracle."""
        with transaction.atomic():
            before = touched_tables()
            answer = send(person.asker, ask.method, ask.url, ask.data)
            touched = newly_touched(before)
            self._see_writes(person, ask, touched)
            transaction.set_rollback(True)
        self.outcome.requests += 1
        if answer.status_code >= 500:
            self.outcome.add("ERROR", person, ask, answer.status_code)
        if ask.address.name not in LOCAL_ONLY | BY_TOKEN:
            for leak in find_leaks(self.town, person, f"{read(answer)}{answer.headers}"):
                if not ask.data.get("q") and leak not in ask.url and leak not in ask.data.values():
                    self.outcome.add("READ", person, ask, leak)
        if ask.twin:
            self._see_refusal(person, ask, answer)
        return answer

    def _see_writes(self, person: Person, ask: Ask, touched: set[str]) -> None:
        allowed = OPEN_WRITES.get(ask.address.name, frozenset())
        changed = [one for one in self.watch.changed(touched) if one not in allowed]
        if changed:
            self.outcome.add("WRITE", person, ask, changed)
        if touched:
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except DatabaseError as error:
                self.outcome.add("ERROR", person, ask, error)

    def _see_refusal(self, person: Person, ask: Ask, answer: HttpResponse) -> None:
        if ask.address.side in OPEN_SIDES:
            return
        if answer.status_code not in {403, 404, 405} and not is_login(answer):
            self.outcome.add("STATUS", person, ask, answer.status_code)
        with transaction.atomic():
            nothing = send(person.asker, ask.method, ask.twin, ask.data)
            transaction.set_rollback(True)
        self.outcome.requests += 1
        if settled(answer, ask.url) != settled(nothing, ask.twin):
            self.outcome.add("SAME", person, ask, f"{answer.status_code}, {nothing.status_code}")


def send(asker: Asker, method: str, url: str, data: Mapping[str, str]) -> HttpResponse:
    """Send a request with the cookies the person began with; an error is an answer, too.

    What it wrote stays until the caller has looked at it and rolls back.
    """
    asker.client.raise_request_exception = False
    asker.client.cookies = SimpleCookie(asker.cookies)
    return asker.send(method, url, data)


def read(answer: HttpResponse) -> str:
    """Return the whole answer as text; a file that is not text gives its bytes as they are."""
    body = answer.getvalue() if answer.streaming else answer.content
    return body.decode("utf-8", "replace")


def settled(answer: HttpResponse, url: str) -> tuple[int, str, str]:
    """Return status, body and headers without what differs by chance or by the address itself."""
    path = url.partition("?")[0]
    body = _VARYING.sub("", read(answer)).replace(path, "/")
    for part in path.split("/"):
        if len(part) > 5:
            body = body.replace(part, "…")
    kept = {k: v for k, v in answer.headers.items() if k not in {"X-Request-Id", "Content-Length"}}
    headers = str(sorted(kept.items())).replace(path, "/")
    for part in path.split("/"):
        headers = headers.replace(part, "…") if len(part) > 5 else headers
    return answer.status_code, body, headers


def is_login(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and "/accounts/" in answer["Location"]
