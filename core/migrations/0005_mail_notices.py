"""Kinds of mail: choices of readers, own words of brands, addresses that refuse, digests."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_task_runs_and_key_canary"),
    ]

    operations = [
        migrations.CreateModel(
            name="MailAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refusal", models.CharField(blank=True, max_length=200)),
                ("stopped_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="MailSender",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_name", models.CharField(blank=True, max_length=60)),
                ("reply_to", models.EmailField(blank=True, max_length=254)),
                ("asked_reply_to", models.EmailField(blank=True, max_length=254)),
            ],
        ),
        migrations.CreateModel(
            name="MailText",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40)),
                ("language", models.CharField(max_length=8)),
                ("subject", models.CharField(max_length=150)),
                ("text", models.TextField(max_length=4000)),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="NoticeChoice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("group", models.CharField(max_length=40)),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("now", "At once"),
                            ("daily", "Once a day"),
                            ("weekly", "Once a week"),
                            ("off", "Not at all"),
                        ],
                        max_length=8,
                    ),
                ),
                ("changed_at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="mail",
            name="core_mail_status_known",
        ),
        migrations.AddField(
            model_name="mail",
            name="digest",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="parts",
                to="core.mail",
            ),
        ),
        migrations.AddField(
            model_name="mail",
            name="from_name",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="mail",
            name="html",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="mail",
            name="kind",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="mail",
            name="language",
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name="mail",
            name="reply_to",
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name="mail",
            name="user",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="mail",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("collected", "Waits for the digest"),
                    ("held", "Held back, the address refuses mail"),
                    ("sent", "Sent"),
                    ("kept", "Kept here"),
                    ("digested", "Sent in a digest"),
                    ("failed", "Failed"),
                ],
                default="waiting",
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                condition=models.Q(("status", "collected")),
                fields=["user"],
                name="core_mail_collected",
            ),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(fields=["brand", "sent_at"], name="core_mail_by_brand"),
        ),
        migrations.AddIndex(
            model_name="mail",
            index=models.Index(
                django.db.models.functions.text.Lower("to"), name="core_mail_by_address"
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["waiting", "collected", "held", "sent", "kept", "digested", "failed"],
                    )
                ),
                name="core_mail_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="mail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "collected"), _negated=True),
                    ("user__isnull", False),
                    _connector="OR",
                ),
                name="core_mail_only_people_get_digests",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="core_mailaddress_lower_case",
            ),
        ),
        migrations.AddField(
            model_name="mailsender",
            name="brand",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, to="core.brand"
            ),
        ),
        migrations.AddField(
            model_name="mailtext",
            name="brand",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="core.brand"),
        ),
        migrations.AddField(
            model_name="noticechoice",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="notice_choices",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="mailtext",
            constraint=models.UniqueConstraint(
                fields=("brand", "kind", "language"), name="core_mailtext_one_a_language"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticechoice",
            constraint=models.UniqueConstraint(
                fields=("user", "group"), name="core_noticechoice_one_a_group"
            ),
        ),
        migrations.AddConstraint(
            model_name="noticechoice",
            constraint=models.CheckConstraint(
                condition=models.Q(("delivery__in", ["now", "daily", "weekly", "off"])),
                name="core_noticechoice_delivery_known",
            ),
        ),
    ]
