"""Work of affiliates that a worker does; each is safe to run twice and beside itself."""

from celery import shared_task

from affiliates.models import Announcement, Receipt
from affiliates.services.announcements import TASK, mail_receipt, send_announcement
from affiliates.services.terms import announce_waiting_terms
from core.clock import brand_now, database_now

MAILS_A_RUN = 1000


@shared_task(name="affiliates.announce_terms", acks_late=True, ignore_result=True)
def announce_terms() -> None:
    """Mail members the versions of terms of which they were not told yet."""
    announce_waiting_terms(real_now=database_now())


@shared_task(name=TASK, acks_late=True, ignore_result=True)
def send_announcements() -> None:
    """Send what is due by the clock of its brand, then write the mails that wait."""
    due = Announcement.objects.filter(send_at__isnull=False, sent_at__isnull=True)
    for announcement in due.select_related("brand").order_by("send_at"):
        send_announcement(announcement_id=announcement.pk, now=brand_now(announcement.brand))
    waiting = Receipt.objects.filter(mailed_at__isnull=True).select_related("brand").order_by("pk")
    for receipt in waiting[:MAILS_A_RUN]:
        mail_receipt(receipt_id=receipt.pk, now=brand_now(receipt.brand))
