"""The name of a brand's own under which its creators' links are shared."""

from django.db import models
from django.db.models import Q

from core.models import Brand


class LinkHost(models.Model):
    """A host that leads here, such as go.shop.example; links of the brand work on it once proven.

    `pointed_at`: its name was seen to lead to this installation, so a certificate may be asked for.
    `verified_at`: it answered with `challenge` over https. `cookie_domain`: the shop's domain above
    it, for which the redirect sets the click cookie; empty where it sets none. `failure` is a code.
    """

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT, related_name="link_host")
    host = models.CharField(max_length=253)
    cookie_domain = models.CharField(max_length=253, blank=True)
    challenge = models.CharField(max_length=40)
    pointed_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["host"],
                condition=Q(verified_at__isnull=False),
                name="brands_linkhost_proven_once",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(pointed_at__isnull=False),
                name="brands_linkhost_proven_is_pointed",
            ),
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | Q(failure=""),
                name="brands_linkhost_proven_is_no_failure",
            ),
        ]

    def __str__(self) -> str:
        return self.host

    @property
    def state(self) -> str:
        """Return waiting, verified or failed."""
        if self.verified_at is not None:
            return "verified"
        return "failed" if self.failure else "waiting"
