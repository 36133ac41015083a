import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from affiliates.domain.codes import code_stem, is_code, is_slug, normalise_code
from affiliates.models import Code
from affiliates.services.codebatches import SizeInvalid, create_batch, end_batch
from affiliates.services.codes import CodeInvalid, CodeTaken, disable_code, rename_code
from core.models import AuditEvent
from tests.makers import NOW, get_owner, make_code, make_enrollment, make_program, make_user


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["ANNA10", "anna10", " Anna10 ", "\uff21nna10", "ANNA\uff11\uff10"]
)
def test_a_code_is_one_creators_whatever_its_letters(text):
    program = make_program()
    make_code(make_enrollment(program), "Anna10")
    with pytest.raises(CodeTaken):
        make_code(make_enrollment(program), text)


@pytest.mark.django_db
def test_a_disabled_code_stays_his():
    program = make_program()
    code = make_code(make_enrollment(program), "ANNA10")
    actor = get_owner(program.brand).pk
    assert disable_code(code_id=code.pk, actor_id=actor, now=NOW).disabled_at == NOW
    with pytest.raises(CodeTaken):
        make_code(make_enrollment(program), "anna10")


@pytest.mark.django_db
def test_two_brands_may_have_the_same_code():
    for _ in range(2):
        make_code(make_enrollment(), "ANNA10")
    assert Code.objects.filter(normalised="anna10").count() == 2


@pytest.mark.django_db
def test_the_database_itself_keeps_a_code_unique_in_its_brand():
    code = make_code(make_enrollment(), "ANNA10")
    with pytest.raises(IntegrityError), transaction.atomic():
        Code.objects.create(
            brand=code.brand,
            enrollment=code.enrollment,
            text="other",
            normalised="anna10",
            active_from=NOW,
        )


@pytest.mark.django_db
def test_a_name_without_latin_letters_has_a_first_code_too():
    enrollment = make_enrollment(user=make_user(name="آنا"))
    assert Code.objects.get(enrollment=enrollment).text.startswith("HELLO")


@pytest.mark.django_db
def test_creators_of_one_name_get_codes_of_their_own():
    program = make_program()
    for _ in range(12):
        make_enrollment(program, user=make_user(name="Anna"))
    assert Code.objects.filter(text__startswith="ANNA").count() == 12


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "ab", "x" * 41, "AN NA", "AN\tNA", "\u200bAN", "\ufdfa" * 5])
def test_what_cannot_be_a_code_is_refused(text):
    with pytest.raises(CodeInvalid):
        make_code(make_enrollment(), text or " ")


def test_codes_are_matched_trimmed_folded_and_compatible():
    assert normalise_code(" \uff33\uff21\uff2c\uff25-10 ") == "sale-10"
    assert normalise_code("STRASSE") == normalise_code("stra\u00dfe")


def test_a_stem_is_what_can_be_typed_of_a_name():
    assert code_stem("Zo\u00eb & the Bean Lovers") == "ZOETHEBEANLO"
    assert code_stem("آنا") == ""


def test_shapes():
    assert is_code("ANNA10")
    assert is_slug("a-b_3")
    assert not is_slug("abc\n")


def make_batch(enrollment, **facts):
    said = {"prefix": "ANNA-", "count": 3, **facts}
    return create_batch(
        enrollment_id=enrollment.pk, actor_id=get_owner(enrollment.brand).pk, now=NOW, **said
    )


@pytest.mark.django_db
def test_a_batch_has_as_many_codes_as_asked_for_each_of_its_own():
    batch = make_batch(make_enrollment(), count=40, discount_note=" 10 % off ")

    texts = set(batch.codes.values_list("text", flat=True))
    assert len(texts) == 40
    assert all(re.fullmatch("ANNA-[2-9A-HJKMNP-Z]{8}", text) for text in texts)
    assert all(code.is_single_use for code in batch.codes.all())
    assert set(batch.codes.values_list("discount_note", flat=True)) == {"10 % off"}
    event = AuditEvent.objects.get(action="code_batch.created")
    assert (event.target_id, event.after["count"]) == (batch.public_id, 40)


@pytest.mark.django_db
@pytest.mark.parametrize("prefix", ["-A", "=A", "A B", "é", "A" * 21])
def test_a_prefix_is_plain_and_no_formula(prefix):
    with pytest.raises(CodeInvalid):
        make_batch(make_enrollment(), prefix=prefix)


@pytest.mark.django_db
def test_a_batch_has_one_to_five_thousand_codes():
    place = make_enrollment()
    for count in (0, 5_001):
        with pytest.raises(SizeInvalid):
            make_batch(place, count=count)
    assert make_batch(place, count=1, prefix="A" * 20).codes.count() == 1
    assert make_batch(place, count=5_000, prefix="").codes.count() == 5_000


@pytest.mark.django_db
def test_an_ended_batch_ends_all_its_codes_at_once():
    batch = make_batch(make_enrollment())
    actor_id = get_owner(batch.brand).pk

    assert end_batch(batch_id=batch.pk, actor_id=actor_id, now=NOW) == 3
    assert end_batch(batch_id=batch.pk, actor_id=actor_id, now=NOW + timedelta(days=1)) == 0

    assert set(batch.codes.values_list("disabled_at", flat=True)) == {NOW}
    assert AuditEvent.objects.filter(action="code_batch.ended").count() == 1


@pytest.mark.django_db
def test_a_renamed_code_of_a_batch_stays_good_for_one_order():
    batch = make_batch(make_enrollment())

    code = rename_code(
        code_id=batch.codes.first().pk,
        text="ANNAONCE",
        actor_id=get_owner(batch.brand).pk,
        now=NOW,
    )

    assert code.is_single_use
