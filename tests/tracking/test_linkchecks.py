"""Pages that links lead to: asked for once each, broken after two failures apart, and said so."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.urls import reverse

from affiliates.services.links import archive_link
from brands.models import ProgramStatus
from brands.services.programs import set_program_status
from core.egress import Answer, EgressFailed, Limits, fetch
from core.models import Brand
from portal.todo import list_tasks
from tests.makers import (
    DOMAIN,
    NOW,
    get_creator,
    get_owner,
    make_enrollment,
    make_link,
    make_member,
    make_program,
)
from tests.orders import make_click
from tests.portal.text import plain
from tests.racing import race
from tests.tracking.serving import Told, serve
from tracking import tasks_links
from tracking.domain.linkchecks import MAX_HOPS, TEST_CLICK, Result, find_wait, judge
from tracking.models import LinkCheck
from tracking.selectors_linkchecks import count_broken_used
from tracking.services.linkchecks import (
    A_HOST,
    CLAIM,
    TURN,
    ask_now,
    check_due,
    follow,
    follow_links,
)

CUPS = f"https://{DOMAIN}/cups"
HOUR = timedelta(hours=1)


class Web:
    """Pages by host and path: a status, an address it sends on to, or a failure on the way."""

    def __init__(self, **pages):
        self.pages = {f"{DOMAIN}/{path}": told for path, told in pages.items()}
        self.asked: list[str] = []

    def __call__(self, url):
        self.asked.append(url)
        parts = urlsplit(url)
        told = self.pages.get(f"{parts.hostname}{parts.path}", 200)
        if isinstance(told, int):
            return Answer(told, {}, b"")
        if told.startswith("!"):
            raise EgressFailed(told[1:])
        return Answer(302, {"location": told.format(query=parts.query)}, b"")


@pytest.fixture
def link():
    return make_link(make_enrollment(make_program()))


def look(web, now=NOW):
    follow_links(real_now=now)
    return check_due(ask=web, real_now=now)


def get_check(url=CUPS):
    return LinkCheck.objects.get(destination=url)


def break_page(url=CUPS, result=Result.GONE, **facts):
    row = get_check(url)
    facts = {"failures": 2, "since": NOW - HOUR, "checked_at": NOW, "landed_on": DOMAIN} | facts
    LinkCheck.objects.filter(pk=row.pk).update(result=result, **facts)


class TestResults:
    @pytest.mark.parametrize(
        ("told", "result"),
        [
            (200, "works"),
            (404, "gone"),
            (410, "gone"),
            (400, "error"),
            (500, "error"),
            (401, "closed"),
            (403, "closed"),
            (429, "closed"),
            (503, "closed"),
            ("!timeout", "no_answer"),
            ("!unreachable", "no_answer"),
            ("!not_found", "no_answer"),
            ("!not_allowed", "not_asked"),
            ("!bad_address", "not_asked"),
            ("/mugs?{query}", "works"),
            ("/mugs", "loses_click"),
            ("//other.example/mugs?{query}", "off_domain"),
            ("https://[", "not_asked"),
            ("/cups?{query}", "not_asked"),
        ],
    )
    def test_each_answer_has_a_result(self, told, result):
        web = Web(cups=told)

        def ask(url):
            if url == "":
                raise EgressFailed("bad_address")
            return web(url)

        landing = follow(CUPS, ask)

        assert judge(landing, {DOMAIN}) == result
        assert len(web.asked) <= MAX_HOPS + 1

    def test_it_comes_with_a_click_that_is_plainly_none_and_keeps_the_query(self):
        web = Web()
        follow(f"{CUPS}?size=2#top", web)

        [url] = web.asked
        assert parse_qs(urlsplit(url).query) == {"size": ["2"], "fs_click": [TEST_CLICK]}

    def test_a_place_off_the_domains_that_leads_back_is_fine(self):
        web = Web(cups="https://consent.example/?{query}")
        web.pages["consent.example/"] = f"https://{DOMAIN}/mugs?{{query}}"

        assert judge(follow(CUPS, web), {DOMAIN}) == "works"

    def test_letters_beyond_ascii_in_an_address_are_encoded(self):
        web = Web(cups="/فنجان?{query}".encode().decode("latin-1"))

        assert judge(follow(CUPS, web), {DOMAIN}) == "works"
        assert urlsplit(web.asked[1]).path == "/%D9%81%D9%86%D8%AC%D8%A7%D9%86"

    def test_a_long_page_works_and_a_private_address_is_never_asked(self, settings):
        settings.LOCAL = True
        seen = []

        def answer(asked):
            seen.append((asked.path, asked.headers["user-agent"]))
            return Told(200, b"x" * 200_000)

        def ask_out(url):
            if urlsplit(url).hostname == DOMAIN:
                return Answer(302, {"location": f"{site}/inside"}, b"")
            return fetch(method="GET", url=url, headers={}, limits=Limits(size_bytes=1))

        with serve(answer) as site:
            long = follow(f"{site}/long", tasks_links._ask)
            inside = follow(site.replace("http:", "https:"), ask_out)
            sent_in = follow(CUPS, ask_out)

        assert judge(long, {"127.0.0.1"}) == "works"
        assert judge(inside, {"127.0.0.1"}) == "not_asked"
        assert (sent_in.failure, judge(sent_in, {DOMAIN})) == ("bad_address", "off_domain")
        assert seen == [("/long", "Fairshare-Link-Check/1")]

    def test_a_name_kept_for_examples_is_not_asked(self):
        assert judge(follow(CUPS, tasks_links._ask), {DOMAIN}) == "not_asked"

    def test_it_waits_longer_after_each_failure_and_at_most_a_day(self):
        hours = [find_wait(failures) / HOUR for failures in (1, 2, 5, 6, 90)]
        assert hours == [1, 2, 16, 24, 24]
        assert find_wait(0) == timedelta(days=1)


@pytest.mark.django_db
class TestWork:
    def test_it_is_broken_after_two_failures_apart_and_works_again_at_once(self, link):
        web = Web(cups=404)
        look(web)
        assert (get_check().failures, get_check().is_broken) == (1, False)

        ask_now(brand_id=link.brand_id, real_now=NOW + HOUR / 2)
        look(web, NOW + HOUR / 2)
        assert (get_check().failures, get_check().is_broken) == (2, False)
        web.pages[f"{DOMAIN}/cups"] = 500
        look(web, NOW + 3 * HOUR)
        broken = get_check()
        assert (broken.is_broken, broken.result, broken.status) == (True, "error", 500)
        assert broken.since == NOW

        web.pages.clear()
        look(web, broken.next_at)
        fine = get_check()
        assert (fine.is_broken, fine.result, fine.failures, fine.since) == (False, "works", 0, None)

    def test_a_shop_that_lets_no_machine_look_is_not_broken_and_it_is_said(self, link):
        web = Web(cups=403)
        look(web)
        look(web, NOW + 2 * HOUR)

        assert (get_check().result, get_check().is_broken) == ("closed", False)

    def test_a_page_of_many_links_is_asked_for_once_and_one_without_a_link_is_forgotten(self, link):
        make_link(link.enrollment)
        make_link(make_enrollment(link.enrollment.program))
        web = Web()
        look(web)
        assert [urlsplit(url).path for url in web.asked].count("/cups") == 1

        program = make_program()
        closed = make_link(make_enrollment(program), url=f"https://{DOMAIN}/closed")
        old = make_link(link.enrollment, url=f"https://{DOMAIN}/old")
        follow_links(real_now=NOW)
        assert {get_check(closed.destination_url).brand, get_check(old.destination_url).brand} == {
            closed.brand,
            old.brand,
        }
        archive_link(link_id=old.pk, actor_id=get_creator(link.enrollment).pk, now=NOW)
        owner = get_owner(program.brand)
        by = {"actor_id": owner.pk, "now": NOW}
        set_program_status(program_id=program.pk, status=ProgramStatus.CLOSED, **by)
        follow_links(real_now=NOW)

        assert not LinkCheck.objects.filter(brand=program.brand).exists()
        left = LinkCheck.objects.values_list("destination", flat=True)
        assert old.destination_url not in left
        assert CUPS in left

    def test_sandboxes_and_archived_brands_are_left_out(self, link):
        left_out = [make_link(make_enrollment(make_program())).brand for _ in range(2)]
        follow_links(real_now=NOW)
        assert LinkCheck.objects.filter(brand__in=left_out).exists()

        Brand.objects.filter(pk=left_out[0].pk).update(sandbox_of=link.brand)
        Brand.objects.filter(pk=left_out[1].pk).update(archived_at=NOW)
        follow_links(real_now=NOW)

        assert set(LinkCheck.objects.values_list("brand", flat=True)) == {link.brand_id}

    def test_a_turn_asks_a_host_for_a_few_pages_only(self, link):
        other = make_enrollment(make_program(domain="tea.example"))
        for number in range(A_HOST + 2):
            make_link(link.enrollment, url=f"https://{DOMAIN}/{number}")
            make_link(other, url=f"https://tea.example/{number}")
        web = Web()

        assert look(web) == 2 * A_HOST <= TURN
        hosts = [urlsplit(url).hostname for url in web.asked]
        assert {host: hosts.count(host) for host in hosts} == {
            DOMAIN: A_HOST,
            "tea.example": A_HOST,
        }
        assert look(web) > 0
        assert look(web) == 0
        assert len(set(web.asked)) == len(web.asked)

    def test_what_a_worker_that_died_had_taken_is_asked_for_later(self, link):
        def die(_url):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            look(die)
        web = Web()
        look(web)
        before = len(web.asked)
        look(web, NOW + CLAIM)

        assert len(web.asked) == before + 1

    def test_the_jobs_find_the_page_and_look_at_it(self, link):
        tasks_links.follow_links()
        assert get_check().checked_at is None
        tasks_links.check_links()

        assert get_check().result == "not_asked"
        assert get_check().next_at > get_check().checked_at

    def test_what_was_looked_at_just_now_is_not_asked_for_again(self, link):
        look(Web())

        assert ask_now(brand_id=link.brand_id, real_now=NOW) == 0
        assert ask_now(brand_id=link.brand_id, real_now=NOW + HOUR) > 0


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_ask_once():
    make_link(make_enrollment(make_program()))
    follow_links(real_now=NOW)
    web = Web(cups=404)

    race(*[lambda: check_due(ask=web, real_now=NOW)] * 3, refusals=())

    assert len(set(web.asked)) == len(web.asked)
    assert get_check().failures == 1


@pytest.mark.django_db
class TestPages:
    def test_brand_and_creator_read_what_is_broken_since_when(self, client, link):
        follow_links(real_now=NOW)
        brand_url = reverse("affiliates:shared-list", args=[link.brand.slug])
        owner, creator = get_owner(link.brand), get_creator(link.enrollment)
        place = link.enrollment.affiliation.public_id
        for_brand = [
            brand_url,
            f"{brand_url}?state=broken",
            reverse("affiliates:creator-detail", args=[link.brand.slug, place]) + "?tab=links",
        ]
        for_creator = [
            reverse("affiliates:link-list"),
            reverse("affiliates:link-detail", args=[link.public_id]),
        ]
        client.force_login(owner)
        assert "Does not work" not in plain(client.get(brand_url))
        break_page(status=404)

        for url in for_brand:
            page = plain(client.get(url))
            assert "Does not work" in page
            assert "no such page any more (404), since 12" in page
        client.force_login(creator)
        for url in for_creator:
            assert "no such page any more, since 12" in plain(client.get(url))

        break_page(result=Result.CLOSED, failures=0, since=None, status=403)
        assert "machines" not in plain(client.get(for_creator[0]))
        client.force_login(owner)
        page = plain(client.get(brand_url))
        assert "does not let machines look (403)" in page
        assert "Does not work" not in page

    def test_the_brand_is_told_of_broken_pages_that_shoppers_came_to(self, link):
        follow_links(real_now=NOW)
        break_page()
        assert count_broken_used(link.brand, now=NOW) == 0
        make_click(link, at=NOW - timedelta(days=31))
        assert count_broken_used(link.brand, now=NOW) == 0
        make_click(link, at=NOW - timedelta(days=1))
        make_click(make_link(link.enrollment), at=NOW)

        tasks = list_tasks(brand=link.brand, owed=[], now=NOW)
        assert [task.count for task in tasks if task.code == "pages"] == [1]

    def test_who_manages_has_links_looked_at_now(self, client, link):
        url = reverse("tracking:link-check", args=[link.brand.slug])
        client.force_login(make_member(link.brand, "analyst").user)
        assert client.post(url).status_code == 403
        assert not LinkCheck.objects.exists()
        client.force_login(get_owner(link.brand))
        assert client.get(url).status_code == 405

        page = plain(client.post(url, follow=True))

        assert "being looked at" in page
        assert get_check().next_at is not None
        client.force_login(get_owner(make_program().brand))
        assert client.post(url).status_code == 404
