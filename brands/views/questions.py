"""The questions of a program's application form."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, Right, get_brand_for, get_question_for
from brands.context import why_not
from brands.forms.questions import QuestionForm
from brands.models import Program, Question
from brands.selectors import list_questions
from brands.services.questions import (
    MAX_QUESTIONS,
    TooManyQuestions,
    add_question,
    change_question,
    move_question,
    retire_question,
)
from brands.views.common import STEPS, pick_program, program_page, program_url
from brands.views.vetting import describe_checklist
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.templatetags.fairshare import number

TAB = "brands:questions"


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List what applicants are asked, and what the team checks, each in its order."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    questions = list(list_questions(program))
    off = why_not(access, Right.MANAGE)
    if not off and len(questions) >= MAX_QUESTIONS:
        off = _("A form asks at most %(count)s questions.") % {"count": number(MAX_QUESTIONS)}
    context = program_page(
        access,
        program,
        TAB,
        questions=questions,
        off=off,
        can_manage=access.can(Right.MANAGE),
        checklist=describe_checklist(access, program),
    )
    return render(request, "brands/questions.html", context)


@require_http_methods(["GET", "POST"])
@door
def edit(request: HttpRequest, slug: str, question_id: str = "") -> HttpResponse:
    """Ask one thing more, or word a question anew."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    question = get_question_for(access, question_id) if question_id else None
    program = question.program if question else pick_program(request, access)
    form = QuestionForm(posted(request), initial=_facts(question) if question else None)
    back = program_url(TAB, access, program)
    if request.method == "POST" and form.is_valid() and _save(access, program, question, form):
        messages.success(request, _("Saved. Answers given before keep the words they were asked."))
        return see_other(back)
    context = program_page(access, program, TAB, form=form, question=question, back_url=back)
    status = 422 if form.is_bound else 200
    return render(request, "brands/question_edit.html", context, status=status)


@require_POST
@door
def move(request: HttpRequest, slug: str, question_id: str) -> HttpResponse:
    """Ask a question earlier or later."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    question = get_question_for(access, question_id)
    move_question(
        question_id=question.pk,
        step=STEPS.get(request.POST.get("to", ""), 0),
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    return see_other(program_url(TAB, access, question.program))


@require_http_methods(["GET", "POST"])
@door
def retire(request: HttpRequest, slug: str, question_id: str) -> HttpResponse:
    """Ask it no longer, after a word on what stays."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    question = get_question_for(access, question_id)
    back = program_url(TAB, access, question.program)
    if request.method == "POST":
        retire_question(
            question_id=question.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
        messages.success(request, _("It is asked no longer."))
        return see_other(back)
    context = program_page(access, question.program, TAB, question=question, back_url=back)
    return render(request, "brands/question_retire.html", context)


def _save(
    access: BrandAccess, program: Program, question: Question | None, form: QuestionForm
) -> bool:
    actor_id, now = access.member.user_id, brand_now(access.brand)
    if question is not None:
        change_question(question_id=question.pk, asking=form.asking, actor_id=actor_id, now=now)
        return True
    try:
        add_question(program_id=program.pk, asking=form.asking, actor_id=actor_id, now=now)
    except TooManyQuestions:
        text = _("A form asks at most %(count)s questions.")
        form.add_error(None, text % {"count": number(MAX_QUESTIONS)})
        return False
    return True


def _facts(question: Question) -> dict[str, object]:
    return {
        "words": question.words,
        "kind": question.kind,
        "options": "\n".join(question.options),
        "help_text": question.help_text,
        "is_required": question.is_required,
    }
