"""Every table that knows a person is erased and copied with him, or says why it is not."""

import inspect
from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import EmailField, Model

from affiliates.models import Affiliate, Affiliation, Enrollment, Invitation
from brands.models import Member, Role
from brands.services.team import invite_member
from core.clock import utc_now
from core.erasing import DOMAIN, is_erased
from core.models import AuditEvent, Mail, User
from portal.privacy import sheets
from portal.privacy.deleting import delete_account
from portal.privacy.forgetting import forget_old
from tests.makers import get_owner, make_brand, make_invitation, make_program, make_user
from tests.reach import list_writes

PEOPLE = (User, Affiliate, Affiliation, Enrollment)
BY_NUMBER = "says by a number who did it, and has no text of his"
OTHERS = "is about others or the brand; his part says by a number who did it"

KEPT = {
    "account.EmailConfirmation": "goes with its address",
    "affiliates.Announcement": BY_NUMBER,
    "affiliates.Application": "emptied through its creator, as the dump of an erasure shows",
    "affiliates.GroupMove": "says by numbers which groups a place was in",
    "affiliates.Receipt": "says by a number which news were read",
    "brands.ApiKey": BY_NUMBER,
    "brands.Endpoint": BY_NUMBER,
    "brands.Ladder": BY_NUMBER,
    "brands.PendingChange": BY_NUMBER,
    "brands.RuleSet": BY_NUMBER,
    "brands.WhatIf": BY_NUMBER,
    "payouts.RunApproval": BY_NUMBER,
    "tracking.Award": BY_NUMBER,
    "tracking.BonusPlan": BY_NUMBER,
    "tracking.CustomerBinding": "says by numbers whom a customer's orders are credited to",
    "tracking.Deliverable": "is the brand's offer; says by a number whom it is for",
    "tracking.EarnedTotal": "says by a number what a place earned in all",
    "tracking.Decision": "says by numbers what a commission was worked out from",
    "tracking.Impression": "says by numbers which pictures were seen, and has no text of his",
    "tracking.OrderUpload": BY_NUMBER,
    "tracking.StoreCheck": BY_NUMBER,
    "tracking.StoreFinding": BY_NUMBER,
    "tracking.ViewCount": BY_NUMBER,
    "tracking.TrackingAlarm": BY_NUMBER,
    "tracking.TrialRun": BY_NUMBER,
}
NOT_COPIED = {
    "account.EmailConfirmation": "has a secret of an address in the list of addresses",
    "affiliates.Announcement": OTHERS,
    "affiliates.CodeBatch": "is what its codes have in common, which are copied",
    "affiliates.AccountMark": "is a keyed hash of what stands in the copy itself",
    "affiliates.ClearedPair": "is the team's own; the brand answers for it",
    "affiliates.Note": "is the team's own; the brand answers for it",
    "affiliates.Tick": "is the team's own; the brand answers for it",
    "brands.ApiKey": OTHERS,
    "brands.Endpoint": OTHERS,
    "brands.Ladder": OTHERS,
    "brands.PendingChange": OTHERS,
    "brands.RuleSet": OTHERS,
    "brands.WhatIf": OTHERS,
    "core.Erasure": "has hashes of people who are gone",
    "core.MailAddress": "says that mail to an address was refused or stopped",
    "core.MailSender": "is a brand's",
    "payouts.ExportFile": OTHERS,
    "payouts.PayoutAttempt": OTHERS,
    "payouts.PayoutPlan": OTHERS,
    "payouts.RunApproval": OTHERS,
    "tracking.Adjustment": "stands among the changes of its commission",
    "tracking.Attribution": "stands in the explanation of its commission",
    "tracking.Award": "stands in the explanation of its commission",
    "tracking.BonusPlan": OTHERS,
    "tracking.CustomerBinding": "is about shoppers",
    "tracking.Deliverable": "is the brand's offer; what he made of it is copied",
    "tracking.Decision": "stands in the explanation of its commission",
    "tracking.EarnedTotal": "is the sum of his commissions, which are copied",
    "tracking.Impression": "is of visitors; what a day counted stands in the explanation",
    "tracking.Order": "is a shopper's; a test stands in the explanation of its commission",
    "tracking.OrderUpload": OTHERS,
    "tracking.ReviewHold": "stands in the explanation of its commission",
    "tracking.TrackingAlarm": OTHERS,
    "tracking.StoreCheck": OTHERS,
    "tracking.StoreFinding": OTHERS,
    "tracking.TrialRun": OTHERS,
    "tracking.ViewCount": "is of visitors; what a day counted stands in the explanation",
}


def list_personal() -> dict[str, type[Model]]:
    """Return the tables that refer to a person or have an address in a column."""
    return {model._meta.label: model for model in apps.get_models() if knows_people(model)}


def knows_people(model: type[Model]) -> bool:
    return any(
        field.related_model in PEOPLE
        or isinstance(field, EmailField)
        or "email" in field.name
        or field.name in {"affiliation_id", "enrollment_id"}
        for field in model._meta.concrete_fields
    )


def test_every_table_that_knows_a_person_is_erased_or_says_why_not():
    personal = list_personal()
    erased = list_writes(delete_account, {model.__name__ for model in personal.values()})
    left = {label for label, model in personal.items() if model.__name__ not in erased}

    assert left - KEPT.keys() == set(), "erase these with their person"
    assert KEPT.keys() - left == set(), "these are erased now"


def test_every_table_that_knows_a_person_is_in_his_copy_or_says_why_not():
    named = inspect.getsource(sheets)
    left = {label for label, model in list_personal().items() if model.__name__ not in named}

    assert left - NOT_COPIED.keys() == set(), "add these to portal/privacy/sheets.py"
    assert NOT_COPIED.keys() - left == set(), "these are copied now"


@pytest.mark.django_db
def test_an_invitation_that_came_to_nothing_is_forgotten_and_an_open_or_followed_one_is_not():
    now, program = utc_now(), make_program()
    ages = {"old": settings.INVITATION_DAYS + 31, "open": settings.INVITATION_DAYS, "gone": 200}
    made = {
        name: make_invitation(program, f"{name}.bird@mail.example", now=now - timedelta(days=days))
        for name, days in ages.items()
    }
    Invitation.objects.filter(pk=made["gone"].pk).update(joined_at=now)

    forget_old(now=now)

    kept = set(Invitation.objects.values_list("email", flat=True))
    (gone,) = kept - {"open.bird@mail.example", "gone.bird@mail.example"}
    assert gone.endswith(DOMAIN)
    assert not Mail.objects.filter(to="old.bird@mail.example").exists()
    assert "old.bird" not in str(list(AuditEvent.objects.values_list("before", "after")))
    assert "invitations: 0" in forget_old(now=now)


@pytest.mark.django_db
def test_who_never_came_to_a_team_leaves_it_and_an_account_made_for_him_goes():
    now, brand, known = utc_now(), make_brand(), make_user("known@mail.example")
    User.objects.filter(pk=known.pk).update(last_login=now)
    ages = {"never@mail.example": 91, known.email: 91, "lately@mail.example": 89}
    for email, days in ages.items():
        invite_member(
            brand_id=brand.pk,
            email=email,
            role=Role.ANALYST,
            actor_id=get_owner(brand).pk,
            now=now - timedelta(days=days),
        )
    never = User.objects.get(email="never@mail.example")

    forget_old(now=now)

    never.refresh_from_db()
    left = set(Member.objects.filter(brand=brand).values_list("user__email", flat=True))
    assert left == {get_owner(brand).email, "lately@mail.example"}
    assert is_erased(never)
    assert User.objects.filter(email=known.email, is_active=True).exists()
    assert "invited members: 0" in forget_old(now=now)


@pytest.mark.django_db
def test_the_address_somebody_had_is_forgotten_after_thirty_days():
    now = utc_now()
    for name, days in {"old": 31, "new": 29}.items():
        user = make_user(f"{name}@mail.example")
        user.former_email, user.email_changed_at = f"before.{name}@mail.example", now
        user.email_changed_at -= timedelta(days=days)
        user.save()

    forget_old(now=now)

    assert set(User.objects.values_list("former_email", flat=True)) == {
        "",
        "before.new@mail.example",
    }
