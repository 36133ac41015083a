import pytest
from django.db import IntegrityError, transaction

from affiliates.domain.codes import code_stem, is_code, is_slug, normalise_code
from affiliates.models import Code
from affiliates.services.codes import CodeInvalid, CodeTaken, disable_code
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
