"""Whether the pages that links lead to still work."""

from django.db import models

from core.models import Brand
from tracking.domain import linkchecks
from tracking.domain.linkchecks import Result


class LinkCheck(models.Model):
    """One page that live links of a brand lead to, and what came of asking for it; times are real.

    `destination` is in its plain form, as the redirect takes it, without what is added for a click.
    `landed_on`: the host on which asking ended. `since`: when it first failed in a row.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    destination = models.CharField(max_length=2000)
    host = models.CharField(max_length=253)
    result = models.CharField(
        max_length=12, choices=[(one.value, one.value) for one in Result], blank=True
    )
    status = models.PositiveSmallIntegerField(null=True)
    landed_on = models.CharField(max_length=253, blank=True)
    since = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    checked_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "destination"], name="tracking_linkcheck_once"
            ),
            models.CheckConstraint(
                condition=models.Q(failures=0, since=None)
                | models.Q(failures__gt=0, since__isnull=False),
                name="tracking_linkcheck_since_failing",
            ),
        ]
        indexes = [models.Index(fields=["next_at"], name="tracking_linkcheck_due")]

    @property
    def is_broken(self) -> bool:
        return linkchecks.is_broken(
            failures=self.failures, since=self.since, checked_at=self.checked_at
        )
