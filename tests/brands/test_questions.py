"""What a program asks applicants: worded, ordered and retired; answers keep their words."""

import re

import pytest
from django.db import IntegrityError, transaction

from affiliates.models import Application
from brands.models import Question, Role
from brands.selectors import list_questions
from brands.services.questions import (
    MAX_QUESTIONS,
    Asking,
    OptionsWrong,
    TooManyQuestions,
    add_question,
    change_question,
    move_question,
    retire_question,
)
from core.models import AuditEvent
from tests.brands.pages import sign_in, sign_in_as
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_member,
    make_program,
    make_question,
    make_user,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

SAID = {"name": "Anna", "publishes_at": "https://anna.example", "version": "1", "accept": "on"}


@pytest.fixture
def program():
    return make_program()


def by(program):
    return {"actor_id": get_owner(program.brand).pk, "now": NOW}


def words_of(program):
    return [question.words for question in list_questions(program)]


def url(program, tail=""):
    return f"/b/{program.brand.slug}/program/questions/{tail}?program={program.public_id}"


def join(program):
    return f"/p/{program.brand.slug}/{program.slug}/join/"


def test_questions_are_asked_in_the_order_a_brand_gives_them(program):
    first, second, third = (make_question(program, words) for words in ("One?", "Two?", "Three?"))

    move_question(question_id=third.pk, step=-1, **by(program))
    move_question(question_id=first.pk, step=-1, **by(program))
    retire_question(question_id=second.pk, **by(program))
    retire_question(question_id=second.pk, **by(program))
    move_question(question_id=second.pk, step=-1, **by(program))

    assert words_of(program) == ["One?", "Three?"]
    told = AuditEvent.objects.filter(target_type="brands.question")
    assert list(told.order_by("pk").values_list("action", flat=True)) == [
        *["question.added"] * 3,
        "question.moved",
        "question.retired",
    ]


def test_a_form_asks_no_more_than_people_answer(program):
    for number in range(MAX_QUESTIONS):
        make_question(program, f"{number}?")

    with pytest.raises(TooManyQuestions):
        make_question(program, "One more?")
    assert "at most 10 questions" in plain(sign_in_as(program.brand).get(url(program)))


@pytest.mark.parametrize(
    ("kind", "options"),
    [("choice", []), ("several", ["one"]), ("choice", ["a", "a"]), ("line", ["a", "b"])],
)
def test_a_list_to_choose_from_has_entries_and_nothing_else_has(program, kind, options):
    asking = Asking(kind=kind, words="Which?", options=options)

    with pytest.raises(OptionsWrong):
        add_question(program_id=program.pk, asking=asking, **by(program))
    with pytest.raises(OptionsWrong):
        change_question(question_id=make_question(program).pk, asking=asking, **by(program))


def test_the_database_refuses_options_where_none_are_chosen(program):
    question = make_question(program)

    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(options=["a", "b"])


def test_a_manager_writes_changes_moves_and_retires_questions_by_the_pages(program):
    client = sign_in(make_member(program.brand, Role.MANAGER).user)
    form = {"words": "Where?", "kind": "choice", "options": "Blog\n\nVideo\nBlog"}

    client.post(url(program, "new/"), form)
    question = Question.objects.get()
    asked = list(question.options)
    client.post(url(program, f"{question.public_id}/"), {"words": "How?", "kind": "text"})
    make_question(program, "Last?")
    client.post(url(program, f"{question.public_id}/move/"), {"to": "later"})
    listed = words_of(program)
    client.post(url(program, f"{question.public_id}/retire/"))

    assert asked == ["Blog", "Video"]
    assert listed == ["Last?", "How?"]
    assert words_of(program) == ["Last?"]
    assert client.get(url(program, f"{question.public_id}/")).status_code == 404


def test_a_list_without_entries_is_told_at_its_field_and_the_words_are_kept(program):
    form = {"words": "Where?", "kind": "several", "options": "Blog"}

    page = sign_in_as(program.brand).post(url(program, "new/"), form)

    assert page.status_code == 422
    assert "A list to choose from has 2 to 20 entries." in plain(page)
    assert "Where?" in page.content.decode()
    assert not Question.objects.exists()


def test_an_analyst_reads_the_questions_and_changes_none(program):
    question = make_question(program, "Who?")
    client = sign_in(make_member(program.brand, Role.ANALYST).user)

    assert "Who?" in plain(client.get(url(program)))
    assert client.post(url(program, f"{question.public_id}/retire/")).status_code == 403
    assert words_of(program) == ["Who?"]


def test_an_answer_keeps_the_words_it_was_asked_in(program, client):
    several = make_question(program, "Where?", kind="several", options=["Blog", "Video", "Shop"])
    yes = make_question(program, "Do you say it is an advertisement?", kind="yes_no")
    make_question(program, "Anything else?", kind="text")
    client.force_login(make_user())

    client.post(join(program), {**SAID, several.public_id: ["Blog", "Shop"], yes.public_id: "yes"})
    change_question(
        question_id=several.pk, asking=Asking(kind="line", words="Changed?"), **by(program)
    )

    assert Application.objects.get().answers == [
        {"asked": "Where?", "kind": "several", "said": ["Blog", "Shop"]},
        {"asked": "Do you say it is an advertisement?", "kind": "yes_no", "said": ["yes"]},
    ]
    queue = sign_in_as(program.brand).get(f"/b/{program.brand.slug}/creators/applications/")
    for page in (queue, client.get(join(program).replace("join/", ""))):
        assert "<dt>Where?</dt><dd>Blog</dd><dd>Shop</dd>" in re.sub(r">\s+<", "><", plain(page))
        assert "Changed?" not in plain(page)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"kind": "line", "is_required": True}, ""),
        ({"kind": "choice", "options": ["a", "b"], "is_required": True}, ""),
        ({"kind": "choice", "options": ["a", "b"]}, "c"),
        ({"kind": "several", "options": ["a", "b"]}, "c"),
        ({"kind": "yes_no"}, "maybe"),
        ({"kind": "address"}, "javascript:alert(1)"),
        ({"kind": "address"}, "ftp://anna.example"),
        ({"kind": "line"}, "x" * 201),
        ({"kind": "text"}, "x" * 2001),
        ({"kind": "text"}, "a\0b"),
    ],
)
def test_a_wrong_answer_is_told_and_the_rest_is_kept(program, client, facts, said):
    question = make_question(program, "Which?", **facts)
    client.force_login(make_user())

    page = client.post(join(program), {**SAID, question.public_id: said})

    assert page.status_code == 422
    assert "Which?" in plain(page)
    assert "https://anna.example" in page.content.decode()
    assert not Application.objects.exists()


def test_the_questions_of_another_brand_are_neither_asked_nor_touched(program, client):
    foreign = make_question(make_program(make_brand("Other")), "Theirs?")
    client.force_login(make_user())

    assert "Theirs?" not in plain(client.get(join(program)))
    answer = sign_in_as(program.brand).post(url(program, f"{foreign.public_id}/retire/"))
    assert answer.status_code == 404
