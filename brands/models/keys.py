"""Keys by which programs of a brand use the API, and the answers they got to what they posted."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import SameBrand
from core.fields import EncryptedTextField, PublicIdField
from core.models import Brand, User


class Scope(models.TextChoices):
    """What a key may do; each operation of the API needs one of them."""

    PROGRAMS_READ = "programs.read", _("Read programs and groups")
    CREATORS_READ = "creators.read", _("Read creators, their links, codes and applications")
    SALES_READ = "sales.read", _("Read clicks, orders and commissions")
    PAYOUTS_READ = "payouts.read", _("Read payouts and statements")
    CONVERSIONS_WRITE = "conversions.write", _("Report orders and leads")
    LINKS_WRITE = "links.write", _("Make links and codes")
    CREATORS_WRITE = "creators.write", _("Invite creators and decide applications")


class ApiKey(models.Model):
    """A key of one brand: its first part finds it, a hash of the whole proves it.

    The key itself is shown once and never kept. All times are real, also in a sandbox.
    """

    public_id = PublicIdField(prefix="key")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=20, unique=True)
    token_hash = models.CharField(max_length=64)
    scopes = ArrayField(models.CharField(max_length=24, choices=Scope))
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_apikey_brand_id"),
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1, scopes__contained_by=Scope.values),
                name="brands_apikey_scopes_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ApiAnswer(models.Model):
    """What a key was answered to an Idempotency-Key: the same question gets the same answer.

    It is written in the transaction of what was asked, so it stands if and only if that does.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    key = models.ForeignKey(ApiKey, on_delete=models.PROTECT, related_name="answers")
    idempotency_key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = EncryptedTextField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key", "idempotency_key"], name="brands_apianswer_once_a_key"
            ),
            SameBrand("key", name="brands_apianswer_key_same_brand"),
        ]
        indexes = [models.Index(fields=["at"], name="brands_apianswer_by_age")]
