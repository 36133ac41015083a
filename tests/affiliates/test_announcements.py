"""News to creators: to whom it is, sent once, and who read it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from affiliates.domain.segments import Segment
from affiliates.models import Announcement, Receipt
from affiliates.selectors_resources import list_recipients
from affiliates.services.announcements import (
    AlreadySent,
    AnnouncementFacts,
    NobodyMeant,
    TimePassed,
    mail_receipt,
    schedule_announcement,
    send_announcement,
    update_announcement,
    withdraw_announcement,
)
from affiliates.services.membership import suspend_affiliation
from affiliates.tasks import send_announcements
from brands.models import PartnerType, Role
from core.models import AuditEvent, Mail, OutboxEvent
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_announcement,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_member,
    make_program,
    make_user,
    send_news,
)
from tests.portal.text import plain
from tests.shop import Shop, code

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=2)


@pytest.fixture
def place():
    return make_enrollment(make_program(), user=make_user(name="Anna"))


def names(brand, **facts) -> list[str]:
    people = list_recipients(make_announcement(brand, **facts), now=NOW)
    return [one.affiliate.display_name for one in people]


def schedule(announcement, send_at=None):
    return schedule_announcement(
        announcement_id=announcement.pk,
        send_at=send_at,
        actor_id=get_owner(announcement.brand).pk,
        now=NOW,
    )


def test_it_is_for_whom_its_segment_names_each_once():
    brand = make_brand()
    first, second = make_program(brand), make_program(brand)
    coupon = make_group(first, partner_type=PartnerType.COUPON)
    anna, ben, zoe = (
        make_user(name=name, language=language)
        for name, language in (("Anna", "en"), ("Ben", "fa"), ("Zoe", "en"))
    )
    make_enrollment(first, user=anna)
    make_enrollment(second, user=anna)
    make_enrollment(first, user=ben, group=coupon)
    gone = make_enrollment(second, user=zoe)
    make_enrollment(make_program(), user=make_user(name="Of another brand"))

    assert names(brand) == ["Anna", "Ben", "Zoe"]
    assert names(brand, program_id=second.pk) == ["Anna", "Zoe"]
    assert names(brand, audience=Segment(groups=(coupon.public_id,))) == ["Ben"]
    assert names(brand, audience=Segment(partner_types=("affiliate",))) == ["Anna", "Zoe"]
    assert names(brand, audience=Segment(languages=("fa",))) == ["Ben"]

    suspend_affiliation(
        affiliation_id=gone.affiliation_id, reason="x", actor_id=get_owner(brand).pk, now=NOW
    )
    assert names(brand) == ["Anna", "Ben"]


def test_it_may_be_for_those_with_or_without_an_order_lately(place):
    make_enrollment(place.program, user=make_user(name="Ben"))
    make_code(place, "CUPS10")
    shop = Shop(make_connection(place.brand))
    shop.pay("1", discounts=code("CUPS10"))
    news = make_announcement(place.brand)

    def named(activity: str, days: int, now):
        news.audience = Segment(activity=activity, days=days).store()
        return [one.affiliate.display_name for one in list_recipients(news, now=now)]

    assert named("with", 30, shop.now) == ["Anna"]
    assert named("without", 30, shop.now) == ["Ben"]
    assert named("with", 30, shop.now + timedelta(days=40)) == []


def test_it_is_sent_once_and_mailed_once_however_often_the_worker_runs(place):
    news = make_announcement(place.brand, title="Sale {url}", text="Read <b>https://x.example</b>")
    schedule(news)

    for _run in range(3):
        send_announcements()

    receipt = Receipt.objects.get()
    assert receipt.affiliation == place.affiliation and receipt.mailed_at
    mail = Mail.objects.get(kind="announcement")
    assert (mail.to, mail.subject) == (get_creator(place).email, "Sale {url}")
    assert "Read <b>https://x.example</b>" in mail.text
    assert "<b>" not in mail.html
    assert "List-Unsubscribe" not in mail.text and "/me/resources/?tab=news" in mail.text
    assert OutboxEvent.objects.filter(topic="announcement.sent").count() == 1
    assert AuditEvent.objects.get(action="announcement.sent").after == {"count": 1}


def test_a_worker_that_died_between_two_mails_goes_on_with_the_second(place):
    make_enrollment(place.program)
    news = make_announcement(place.brand)
    send_news(news)
    first = Receipt.objects.order_by("pk")[0]
    assert mail_receipt(receipt_id=first.pk, now=NOW)

    assert not mail_receipt(receipt_id=first.pk, now=NOW)
    send_announcements()

    assert Mail.objects.filter(kind="announcement").count() == 2


def test_it_waits_for_its_time_and_is_for_who_fits_then(place):
    news = make_announcement(place.brand)
    schedule(news, LATER)

    assert send_announcement(announcement_id=news.pk, now=LATER - timedelta(seconds=1)) == 0
    make_enrollment(place.program)
    assert send_announcement(announcement_id=news.pk, now=LATER) == 2
    assert send_announcement(announcement_id=news.pk, now=LATER) == 0


def test_what_was_taken_back_reaches_nobody(place):
    news = make_announcement(place.brand)
    schedule(news, LATER)

    withdraw_announcement(announcement_id=news.pk, actor_id=get_owner(place.brand).pk, now=NOW)

    assert send_announcement(announcement_id=news.pk, now=LATER) == 0
    assert not Receipt.objects.exists()


def test_what_was_sent_does_not_change(place):
    news = make_announcement(place.brand)
    send_news(news)
    by = {"announcement_id": news.pk, "actor_id": get_owner(place.brand).pk, "now": NOW}

    for change in (
        lambda: update_announcement(facts=AnnouncementFacts(title="x", text="y"), **by),
        lambda: schedule_announcement(send_at=None, **by),
        lambda: withdraw_announcement(**by),
    ):
        with pytest.raises(AlreadySent):
            change()
    with pytest.raises(IntegrityError), transaction.atomic():
        Announcement.objects.filter(pk=news.pk).update(send_at=None)


def test_nothing_is_sent_to_nobody_or_into_the_past(place):
    with pytest.raises(NobodyMeant):
        schedule(make_announcement(place.brand, audience=Segment(languages=("th",))))
    with pytest.raises(TimePassed):
        schedule(make_announcement(place.brand), NOW)


def test_a_manager_writes_looks_and_sends_and_a_creator_reads(client: Client, place):
    client.force_login(make_member(place.brand).user)
    url = f"/b/{place.brand.slug}/program/announcements/"
    said = {"title": "Blue cups", "text": "One.\n\nSee https://shop.example/blue <script>"}

    wrong = client.post(f"{url}new/", {**said, "activity": "with"})
    preview = client.post(f"{url}new/", said, follow=True)
    assert wrong.status_code == 422 and "how many days count" in plain(wrong)
    assert "Send to 1 creator" in plain(preview) and "Anna" in plain(preview)
    assert '<a href="https://shop.example/blue" rel="nofollow">' in preview.content.decode()
    news = Announcement.objects.get()

    past = client.post(f"{url}{news.public_id}/send/", {"send_at": "2020-01-01T10:00"})
    assert past.status_code == 422 and "This time is past" in plain(past)
    client.post(f"{url}{news.public_id}/send/", {"send_at": ""})
    send_announcements()

    client.force_login(get_creator(place))
    assert "1 new message from your brands" in plain(client.get("/me/"))
    page = client.get("/me/resources/?tab=news")
    assert "Blue cups" in plain(page) and "&lt;script&gt;" in page.content.decode()
    assert Receipt.objects.get().read_at is None
    client.post("/me/resources/read/")
    assert "new message" not in plain(client.get("/me/"))

    client.force_login(get_owner(place.brand))
    assert "<dt>Read by</dt><dd>1</dd>" in plain(client.get(f"{url}{news.public_id}/"))


def test_the_hour_is_the_brands(client: Client, place):
    """10:00 in Berlin in winter is 9:00 in UTC, whatever the reader's own zone is."""
    owner = get_owner(place.brand)
    owner.time_zone = "Asia/Tokyo"
    owner.save(update_fields=["time_zone"])
    client.force_login(owner)
    news = make_announcement(place.brand)
    url = f"/b/{place.brand.slug}/program/announcements/{news.public_id}/"

    client.post(f"{url}send/", {"send_at": "2099-01-05T10:00"})

    news.refresh_from_db()
    assert news.send_at.isoformat() == "2099-01-05T09:00:00+00:00"
    assert "Take back" in plain(client.get(url))
    client.post(f"{url}withdraw/")
    news.refresh_from_db()
    assert news.send_at is None


def test_an_analyst_reads_and_does_not_write(client: Client, place):
    news = make_announcement(place.brand)
    client.force_login(make_member(place.brand, Role.ANALYST).user)
    url = f"/b/{place.brand.slug}/program/announcements/"

    assert "Needs the manager role" in plain(client.get(url))
    for path in ("new/", f"{news.public_id}/", f"{news.public_id}/send/"):
        assert client.post(url + path).status_code == 403


def test_another_creators_news_stay_unread(client: Client, place):
    other = make_enrollment(place.program)
    send_news(make_announcement(place.brand))
    client.force_login(get_creator(other))

    client.post("/me/resources/read/")

    assert list(Receipt.objects.filter(read_at__isnull=True)) == [
        Receipt.objects.get(affiliation=place.affiliation)
    ]
