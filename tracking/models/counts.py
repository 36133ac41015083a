"""Views of pictures, and the days whose visits and views were counted for pay."""

from django.db import models

from core.models import Brand


class Impression(models.Model):
    """A picture of the brand shown on a creator's page: once a visitor, picture and UTC day.

    Like a click it has no foreign keys: it is written while a stranger's page loads. The visitor
    key is a keyed hash whose salt is dropped after 48 h.
    """

    brand_id = models.BigIntegerField()
    program_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    link_id = models.BigIntegerField()
    asset_id = models.BigIntegerField()
    visitor_key = models.BigIntegerField()
    day = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link_id", "asset_id", "day", "visitor_key"],
                name="tracking_impression_once_a_day",
            ),
        ]
        indexes = [
            models.Index(fields=["brand_id", "at"], name="tracking_impression_by_time"),
        ]


class ViewCount(models.Model):
    """How often a picture was seen by a link on a day of its brand's calendar, for good.

    Made of the views of that day when they are forgotten; the views of an enrollment add up to
    what its award of the day counted. No foreign keys, as they have none.
    """

    brand_id = models.BigIntegerField()
    program_id = models.BigIntegerField()
    enrollment_id = models.BigIntegerField()
    link_id = models.BigIntegerField()
    asset_id = models.BigIntegerField()
    day = models.DateField()
    views = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand_id", "day", "link_id", "asset_id"],
                name="tracking_viewcount_once",
            ),
        ]


class CountedDay(models.Model):
    """A day of a brand's calendar whose visits and views were counted and priced."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    day = models.DateField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "day"], name="tracking_countedday_once"),
        ]
