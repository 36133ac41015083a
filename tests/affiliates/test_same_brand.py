"""A row of one brand cannot refer to a row of another, whoever writes it (I-40)."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models

from affiliates.services.membership import move_to_group
from affiliates.services.ticking import tick_point
from affiliates.services.viewing import start_viewing
from brands.models import ApiAnswer
from core.constraints import SameBrand
from tests.awards import make_bonus_plan
from tests.makers import (
    NOW,
    get_owner,
    make_announcement,
    make_api_key,
    make_application,
    make_asset,
    make_cleared_pair,
    make_code_batch,
    make_connection,
    make_endpoint,
    make_enrollment,
    make_goal,
    make_group,
    make_invitation,
    make_ladder,
    make_link,
    make_pending_change,
    make_program,
    make_question,
    make_saved_report,
    make_utm_template,
    make_vetting_point,
    make_what_if,
    send_news,
)
from tracking.models import BudgetWarning

APPS = ("ledger", "brands", "affiliates", "tracking", "payouts")
FILLED = ("brands", "affiliates")

RULES = [
    (model, constraint)
    for app in APPS
    for model in apps.get_app_config(app).get_models()
    for constraint in model._meta.constraints
    if isinstance(constraint, SameBrand)
]
# Moves a row out of the way of the unique keys of the place it is put in.
ASIDE = {
    "idempotency_key": "x",
    "name": "x",
    "words": "x",
    "version": 99,
    "position": 99,
    "threshold": 99,
    "is_current": False,
    "is_default": False,
}
BY_NAME = [constraint.name for _, constraint in RULES]
BEHAVIOUR = [rule for rule in RULES if rule[0]._meta.app_label in FILLED]


def check_deferred() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def make_world():
    """Make a brand with one row at least of every model of brands and affiliates."""
    program = make_program()
    enrollment = make_enrollment(program)
    make_utm_template(program, is_default=True)
    make_cleared_pair(program)
    make_link(enrollment)
    make_asset(program)
    send_news(make_announcement(program.brand, program_id=program.pk))
    make_invitation(program)
    make_connection(program.brand)
    make_endpoint(program.brand)
    start_viewing(
        affiliation_id=enrollment.affiliation_id,
        reason="A question",
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    make_pending_change(make_group(program))
    make_question(program)
    make_goal(program)
    make_code_batch(enrollment)
    make_bonus_plan(program, group_id=make_group(program).pk)
    BudgetWarning.objects.create(
        brand=program.brand, program=program, budget_minor=9, percent=80, spent_minor=8, at=NOW
    )
    make_what_if(program)
    ladder = make_ladder(program)
    move_to_group(
        enrollment_id=enrollment.pk,
        group_id=ladder.tiers.latest("position").group_id,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    ApiAnswer.objects.create(
        brand=program.brand,
        key=make_api_key(program.brand)[0],
        idempotency_key="1",
        request_hash="x",
        at=NOW,
    )
    tick_point(
        application_id=make_application(program).pk,
        point_id=make_vetting_point(program).pk,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    make_saved_report(
        program.brand,
        every="week",
        reader_ids=(get_owner(program.brand).pk,),
        mailed_until=NOW.date(),
    )
    return program.brand


@pytest.fixture(scope="module")
def brands(committed):
    """Return two brands with a row of each kind; a test changes them in its own transaction."""
    return make_world(), make_world()


@pytest.mark.django_db
@pytest.mark.parametrize(("model", "constraint"), RULES, ids=BY_NAME)
def test_the_database_has_the_composite_key(model, constraint):
    field = model._meta.get_field(constraint.field)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid), convalidated FROM pg_constraint"
            " WHERE conname = %s AND conrelid = %s::regclass",
            [constraint.name, model._meta.db_table],
        )
        definition, is_valid = cursor.fetchone()
    target = field.related_model._meta.db_table
    assert f"FOREIGN KEY (brand_id, {field.column}) REFERENCES {target}(brand_id, id)" in definition
    assert is_valid


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "constraint"), BEHAVIOUR, ids=[constraint.name for _, constraint in BEHAVIOUR]
)
def test_a_reference_to_another_brand_cannot_be_stored(brands, model, constraint):
    here, there = brands
    field = model._meta.get_field(constraint.field)
    row = model.objects.filter(brand=here)[:1].get()
    foreign = field.related_model.objects.filter(brand=there)[:1].get()
    check_deferred()
    aside = {name: value for name, value in ASIDE.items() if has_field(model, name)}
    with pytest.raises(IntegrityError, match=constraint.name):
        model.objects.filter(pk=row.pk).update(**aside, **{field.attname: foreign.pk})


def test_every_reference_between_rows_of_brands_is_held():
    """A new model with a brand and a reference to another such model needs the constraint."""
    held = {(model, constraint.field) for model, constraint in RULES}
    missing = [
        f"{model.__name__}.{field.name}"
        for app in APPS
        for model in apps.get_app_config(app).get_models()
        if has_field(model, "brand") and model._meta.managed
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and has_field(field.related_model, "brand")
        and (model, field.name) not in held
    ]
    assert missing == []


def has_field(model: type[models.Model], name: str) -> bool:
    return any(field.name == name for field in model._meta.get_fields())
