"""What a program asks of who wants to join."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction

from brands.models import WITH_OPTIONS, Program, Question
from brands.selectors import list_questions
from brands.services.ordering import move_row
from core import audit
from core.locks import lock_row

MAX_QUESTIONS = 10
MAX_OPTIONS = 20


class TooManyQuestions(ValueError):
    """The program asks as much as it may."""


class OptionsWrong(ValueError):
    """A list to choose from has 2 to MAX_OPTIONS entries, each once; other kinds have none."""


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as a brand words it."""

    kind: str
    words: str
    help_text: str = ""
    options: Sequence[str] = ()
    is_required: bool = False


@transaction.atomic
def add_question(*, program_id: int, asking: Asking, actor_id: int, now: datetime) -> Question:
    """Ask one more thing, after the others.

    :raises TooManyQuestions: the program asks as much as it may.
    :raises OptionsWrong: the list to choose from is no list to choose from.
    """
    program = lock_row(Program, program_id)
    asked = list(list_questions(program))
    if len(asked) >= MAX_QUESTIONS:
        raise TooManyQuestions(program.public_id)
    _check(asking)
    question = Question.objects.create(
        brand_id=program.brand_id,
        program=program,
        position=asked[-1].position + 1 if asked else 1,
        **_facts(asking),
    )
    _record(question, "question.added", {}, actor_id, now)
    return question


@transaction.atomic
def change_question(*, question_id: int, asking: Asking, actor_id: int, now: datetime) -> Question:
    """Word a question anew; what was answered keeps the words it was asked in.

    :raises OptionsWrong: the list to choose from is no list to choose from.
    """
    question = lock_row(Question, question_id)
    _check(asking)
    before = _say(question)
    for name, value in _facts(asking).items():
        setattr(question, name, value)
    if _say(question) != before:
        question.save()
        _record(question, "question.changed", before, actor_id, now)
    return question


@transaction.atomic
def move_question(*, question_id: int, step: int, actor_id: int, now: datetime) -> None:
    """Ask a question so many places later; beyond the first or last nothing moves."""
    question = _lock(question_id)
    if move_row(list_questions(question.program), question, step):
        _record(question, "question.moved", {}, actor_id, now)


@transaction.atomic
def retire_question(*, question_id: int, actor_id: int, now: datetime) -> None:
    """Ask it no longer; what was answered stays with the applications."""
    question = _lock(question_id)
    if question.retired_at is None:
        question.retired_at = now
        question.save(update_fields=["retired_at"])
        _record(question, "question.retired", {}, actor_id, now)


def _lock(question_id: int) -> Question:
    program_id = Question.objects.values_list("program_id", flat=True).get(pk=question_id)
    lock_row(Program, program_id)
    return lock_row(Question, question_id)


def _check(asking: Asking) -> None:
    options = list(asking.options)
    if asking.kind not in WITH_OPTIONS:
        is_right = not options
    else:
        is_right = 2 <= len(options) <= MAX_OPTIONS and len(set(options)) == len(options)
    if not is_right:
        raise OptionsWrong(asking.kind)


def _facts(asking: Asking) -> dict[str, object]:
    return {**asdict(asking), "options": list(asking.options)}


def _say(question: Question) -> dict[str, object]:
    return {
        "words": question.words,
        "kind": question.kind,
        "help_text": question.help_text,
        "options": list(question.options),
        "is_required": question.is_required,
    }


def _record(
    question: Question, action: str, before: dict[str, object], actor_id: int, now: datetime
) -> None:
    audit.record(
        brand_id=question.brand_id,
        actor_id=actor_id,
        action=action,
        target=question,
        now=now,
        before=before,
        after=_say(question),
    )
