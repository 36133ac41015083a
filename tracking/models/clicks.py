"""Clicks, and what they point to by number."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Verdict(models.IntegerChoices):
    """Whether a click counts. Only `COUNTED` and above can earn."""

    BOT = 1, _("Bot")
    HEAD = 2, _("Header request")
    PREFETCH = 3, _("Prefetch")
    PREVIEW = 4, _("Link preview")
    EMBEDDED = 5, _("Embedded")
    ARCHIVED = 6, _("Link archived")
    PROGRAM_OFF = 7, _("Program not live")
    COUNTED = 16, _("Counted")
    REPEAT = 17, _("Repeated")
    LIMITED = 18, _("Counted and marked")
    UNVERIFIED = 19, _("Counted, browser did not say how")
    NO_CONSENT = 20, _("Counted without token")
    RECOVERED = 21, _("Counted, recovered from its token")


class Click(models.Model):
    """One request to a link: a partitioned table without foreign keys, written by COPY.

    `visitor_key` and `net_key` are keyed hashes whose salt is dropped after 48 h. No address,
    no user agent, no full referrer is stored.
    """

    id = models.UUIDField(primary_key=True)
    brand_id = models.BigIntegerField()
    program_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    link_id = models.BigIntegerField()
    at = models.DateTimeField()
    visitor_key = models.BigIntegerField()
    net_key = models.BigIntegerField()
    verdict = models.SmallIntegerField(choices=Verdict)
    agent_id = models.IntegerField(null=True)
    referrer_id = models.IntegerField(null=True)
    device = models.SmallIntegerField(default=0)
    country = models.CharField(max_length=2, default="")
    has_paid_marker = models.BooleanField(default=False)
    sub_id = models.CharField(max_length=64, default="")

    class Meta:
        managed = False
        db_table = "tracking_click"


class ClickAgent(models.Model):
    """The family of a browser or bot, by number, so that a click stays narrow."""

    name = models.CharField(max_length=60, unique=True)


class ClickReferrer(models.Model):
    """The host a click came from, by number; never a path."""

    host = models.CharField(max_length=120, unique=True)


class VisitorSalt(models.Model):
    """The random salt of one UTC day's visitor keys; deleted after 48 h."""

    day = models.DateField(unique=True)
    salt = models.BinaryField(max_length=32)
