"""The two roots every row hangs on, User and Brand, and the rows that carry work and history."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.fields import EncryptedTextField, PublicIdField
from core.installation import Installation as Installation

if TYPE_CHECKING:
    _UserManagerBase = BaseUserManager["User"]
else:
    _UserManagerBase = BaseUserManager


class Theme(models.TextChoices):
    AUTO = "auto", _("As the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class UserManager(_UserManagerBase):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in, by e-mail; what he may do hangs on memberships and affiliations."""

    public_id = PublicIdField(prefix="usr")
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    theme = models.CharField(max_length=8, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    former_email = models.EmailField(max_length=254, blank=True)
    email_changed_at = models.DateTimeField(null=True)

    # Where a brand looks with his eyes: the doors then open to what is his in that one alone.
    only_brand_id: int | None = None

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="core_user_email_unique")]

    def __str__(self) -> str:
        return self.name or self.email


class GuessCount(models.Model):
    """How often a secret was guessed at; the key is a hash of the account or the network."""

    key_hash = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    began_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True)


class BrandStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")


class Brand(models.Model):
    """A brand, or the sandbox twin of one: own programs, connections, accounts and clock.

    `logo_digest`: its logo among the images. `claim_days`: working days to answer a claim.
    """

    public_id = PublicIdField(prefix="brd")
    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    site_url = models.URLField(blank=True)
    logo_digest = models.CharField(max_length=64, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    claim_days = models.PositiveSmallIntegerField(default=5)
    status = models.CharField(max_length=16, choices=BrandStatus, default=BrandStatus.ACTIVE)
    is_demo = models.BooleanField(default=False)
    sandbox_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="twins"
    )
    clock_offset_s = models.BigIntegerField(default=0)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=BrandStatus.values), name="core_brand_status_known"
            ),
            models.CheckConstraint(
                condition=Q(clock_offset_s=0) | Q(sandbox_of__isnull=False),
                name="core_brand_only_sandbox_moves_clock",
            ),
            models.CheckConstraint(
                condition=~Q(sandbox_of=F("id")), name="core_brand_not_its_own_twin"
            ),
            models.CheckConstraint(condition=Q(claim_days__range=(1, 30)), name="core_brand_claim"),
            models.UniqueConstraint(
                fields=["sandbox_of"],
                condition=Q(archived_at__isnull=True),
                name="core_brand_one_open_twin",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sandbox(self) -> bool:
        return self.sandbox_of_id is not None


class OutboxEvent(models.Model):
    """A fact others may want to hear of, written in the transaction that made it true."""

    public_id = PublicIdField(prefix="evt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    topic = models.CharField(max_length=64)
    payload = models.JSONField()
    at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "id"], name="core_outbox_brand_id")]
        indexes = [
            models.Index(
                fields=["id"], condition=Q(processed_at__isnull=True), name="core_outbox_waiting"
            )
        ]


class MailStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    COLLECTED = "collected", _("Waits for the digest")
    HELD = "held", _("Held back, the address refuses mail")
    SENT = "sent", _("Sent")
    KEPT = "kept", _("Kept here")
    DIGESTED = "digested", _("Sent in a digest")
    FAILED = "failed", _("Failed")


class Mail(models.Model):
    """A message to one person, written with the fact it tells of and sent after the commit.

    `user` is None where the address has no account. A collected one waits until `next_attempt_at`
    for the digest it becomes part of.
    """

    brand = models.ForeignKey(Brand, null=True, on_delete=models.PROTECT)
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, blank=True)
    to = models.EmailField()
    from_name = models.CharField(max_length=200, blank=True)
    reply_to = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    status = models.CharField(max_length=12, choices=MailStatus, default=MailStatus.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    digest = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="parts")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MailStatus.values), name="core_mail_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status="collected") | Q(user__isnull=False),
                name="core_mail_only_people_get_digests",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"], condition=Q(status="waiting"), name="core_mail_waiting"
            ),
            models.Index(
                fields=["user"], condition=Q(status="collected"), name="core_mail_collected"
            ),
            models.Index(fields=["brand", "sent_at"], name="core_mail_by_brand"),
            models.Index(Lower("to"), name="core_mail_by_address"),
        ]


class Delivery(models.TextChoices):
    NOW = "now", _("At once")
    DAILY = "daily", _("Once a day")
    WEEKLY = "weekly", _("Once a week")
    OFF = "off", _("Not at all")


class NoticeChoice(models.Model):
    """How a person wants the mails of one group; without a row the group's first way holds."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notice_choices")
    group = models.CharField(max_length=40)
    delivery = models.CharField(max_length=8, choices=Delivery)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="core_noticechoice_one_a_group"),
            models.CheckConstraint(
                condition=Q(delivery__in=Delivery.values), name="core_noticechoice_delivery_known"
            ),
        ]


class MailAddress(models.Model):
    """What is known of an address: that a mail server refused it, or its owner wants no mail."""

    email = models.EmailField(unique=True)
    refused_at = models.DateTimeField(null=True)
    refusal = models.CharField(max_length=200, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")), name="core_mailaddress_lower_case"
            )
        ]


class MailText(models.Model):
    """A brand's own words for one kind of mail in one language; placeholders in braces."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    kind = models.CharField(max_length=40)
    language = models.CharField(max_length=8)
    subject = models.CharField(max_length=150)
    text = models.TextField(max_length=4000)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "kind", "language"], name="core_mailtext_one_a_language"
            )
        ]


class MailSender(models.Model):
    """From whom a brand's mail comes; `reply_to` was confirmed by whoever reads that address."""

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT)
    from_name = models.CharField(max_length=60, blank=True)
    reply_to = models.EmailField(blank=True)
    asked_reply_to = models.EmailField(blank=True)


class AuditEvent(models.Model):
    """Who changed what, when, from what to what, and why. Append-only.

    `erased_at`: its texts were a person's who is erased; the database lets them go once.
    """

    brand = models.ForeignKey(Brand, null=True, on_delete=models.PROTECT)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    action = models.CharField(max_length=64)
    target_type = models.CharField(max_length=32)
    target_id = models.CharField(max_length=40)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["brand", "-id"], name="core_audit_by_brand"),
            models.Index(fields=["target_type", "target_id"], name="core_audit_by_target"),
        ]


class Erasure(models.Model):
    """An address that was erased, as a keyed hash: a restored copy is erased again by it."""

    email_hash = models.CharField(max_length=36, unique=True)
    erased_at = models.DateTimeField()


class JobRun(models.Model):
    """One run of a scheduled job for one window of time: the second worker finds it taken."""

    name = models.CharField(max_length=64)
    window = models.CharField(max_length=40)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    is_ok = models.BooleanField(null=True)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "window"], name="core_jobrun_once_a_window")
        ]


class Image(models.Model):
    """A picture of a brand, drawn anew from what was uploaded; found by the digest of its bytes."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    sha256 = models.CharField(max_length=64, db_index=True)
    content_type = models.CharField(max_length=20)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "sha256"], name="core_image_once_a_brand"),
            models.UniqueConstraint(fields=["brand", "id"], name="core_image_brand_id"),
        ]


class ImageBytes(models.Model):
    """The bytes of a picture, in a row of their own: lists of pictures never load them."""

    image = models.OneToOneField(
        Image, primary_key=True, on_delete=models.CASCADE, related_name="bytes"
    )
    full = models.BinaryField()
    small = models.BinaryField()


class TaskRun(models.Model):
    """The latest run of one scheduled task: a row a task, so that it stays small for ever."""

    name = models.CharField(max_length=64, unique=True)
    handed_on_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    duration_ms = models.PositiveIntegerField(default=0)
    is_ok = models.BooleanField(null=True)
    error = models.CharField(max_length=100, blank=True)
    failures = models.PositiveIntegerField(default=0)


class KeyCanary(models.Model):
    """What the keys of the first start made of a known text: a lost or moved key shows here."""

    text = EncryptedTextField()
    hash = models.CharField(max_length=32)
    created_at = models.DateTimeField()


class InboundStatus(models.TextChoices):
    STORED = "stored", _("Waiting")
    PROCESSED = "processed", _("Processed")
    IGNORED = "ignored", _("Not needed")
    FAILED = "failed", _("Failed, will be tried again")
    REFUSED = "refused", _("Refused")


class InboundEvent(models.Model):
    """A message from outside, stored once before anything is done with it."""

    event_id = models.CharField(max_length=128)
    topic = models.CharField(max_length=64)
    body = EncryptedTextField(null=True)
    body_sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    key_index = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=InboundStatus, default=InboundStatus.STORED)
    code = models.CharField(max_length=64, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    processed_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
