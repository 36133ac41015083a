"""One decision about many applications: each is told, a repeat and a race change nothing."""

import pytest
from django.urls import reverse

from affiliates.models import Application, ApplicationStatus, Enrollment
from affiliates.services.applications import reject_application
from affiliates.services.membership import suspend_affiliation
from affiliates.services.ticking import tick_point
from brands.models import ProgramStatus, Role
from brands.services.programs import set_program_status, update_program
from core.models import Mail
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_enrollment,
    make_group,
    make_member,
    make_program,
    make_user,
    make_vetting_point,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    return make_program()


@pytest.fixture
def other(program):
    return make_program(program.brand)


@pytest.fixture
def team(client, program):
    client.force_login(get_owner(program.brand))
    return client


def url(program):
    return reverse("affiliates:application-bulk", args=[program.brand.slug])


def apply(program, name, language="en"):
    return make_application(program, make_user(name=name, language=language))


def ask(what, *applications, **more):
    return {"what": what, "application": [one.public_id for one in applications], **more}


def states(applications=None):
    rows = Application.objects.all()
    if applications is not None:  # somebody may have applied elsewhere too
        rows = rows.filter(pk__in=[one.pk for one in applications])
    return dict(rows.values_list("affiliate__display_name", "status"))


def mails(kind):
    return Mail.objects.filter(kind=kind).count()


def test_each_program_asks_for_a_group_of_its_own_and_everybody_is_mailed(team, program, other):
    gold = make_group(program, "Gold")
    ann, ben = apply(program, "Ann"), apply(other, "Ben")

    page = plain(team.get(url(program), ask("approve", ann, ben)))
    assert "Approve 2 applications" in page
    assert "each program asks for its own" in page
    assert "(made when you are taken in)" in page
    groups = {
        f"group_{program.public_id}": gold.public_id,
        f"group_{other.public_id}": other.groups.get().public_id,
    }
    done = team.post(url(program), ask("approve", ann, ben, confirmed="1", **groups), follow=True)

    assert "2 applications are decided" in plain(done)
    places = dict(Enrollment.objects.values_list("affiliation__affiliate__display_name", "group"))
    assert places == {"Ann": gold.pk, "Ben": other.groups.get().pk}
    assert mails("application_approved") == 2
    again = team.post(url(program), ask("approve", ann, ben, confirmed="1"), follow=True)
    assert "It is so already" in plain(again)
    assert mails("application_approved") == 2


def test_what_each_will_read_is_shown_in_his_language_before_anything_is_refused(team, program):
    ann, ben = apply(program, "Ann"), apply(program, "Ben", language="th")
    said = {"reason": "content", "note": "Try again in spring."}

    assert team.post(url(program), ask("reject", ann, ben)).status_code == 422
    shown = team.post(url(program), ask("reject", ann, ben, **said))

    assert set(states().values()) == {ApplicationStatus.SUBMITTED}
    assert plain(shown).count("Try again in spring.") == 3  # the form and two letters
    team.post(url(program), ask("reject", ann, ben, confirmed="1", **said))
    assert states() == {"Ann": "rejected", "Ben": "rejected"}
    assert set(Mail.objects.filter(kind="application_rejected").values_list("language")) == {
        ("en",),
        ("th",),
    }


def test_whoever_cannot_be_taken_in_is_named_with_why_and_holds_nobody_up(team, program, other):
    owner = get_owner(program.brand).pk
    ann, refused, kept_out, late = (apply(program, name) for name in ("Ann", "Ref", "Sus", "Late"))
    closed = apply(other, "Clo")
    place = make_enrollment(make_program(program.brand), user=kept_out.affiliate.user)
    suspend_affiliation(affiliation_id=place.affiliation_id, reason="Ads", actor_id=owner, now=NOW)
    set_program_status(program_id=other.pk, status=ProgramStatus.CLOSED, actor_id=owner, now=NOW)
    chosen = (ann, refused, kept_out, late, closed)
    reject_application(application_id=refused.pk, reason="full", note="", actor_id=owner, now=NOW)

    page = plain(team.get(url(program), ask("approve", *chosen)))
    assert "Approve 2 applications" in page
    for why in ("decided otherwise before you", "Suspended here", "is closed and takes nobody in"):
        assert why in page
    reject_application(application_id=late.pk, reason="full", note="", actor_id=owner, now=NOW)
    group = {f"group_{program.public_id}": program.groups.get().public_id}
    done = team.post(url(program), ask("approve", *chosen, confirmed="1", **group), follow=True)

    assert "1 application is decided" in plain(done)
    assert "Ref" in plain(done)
    assert states(chosen) == {
        "Ann": "approved",
        "Ref": "rejected",
        "Sus": "submitted",
        "Late": "rejected",
        "Clo": "submitted",
    }


def test_points_left_to_check_are_named_before_anybody_is_taken_in(team, program):
    live, fits = (make_vetting_point(program, words) for words in ("Live", "Fits"))
    ann = apply(program, "Ann")
    owner = get_owner(program.brand).pk
    tick_point(application_id=ann.pk, point_id=live.pk, actor_id=owner, now=NOW)

    page = plain(team.get(url(program), ask("approve", ann)))

    assert "1 of 2 checked" in page
    assert f"Not checked: {fits.words}" in page
    assert "checked" not in plain(team.get(url(program), ask("reject", ann)))


def test_a_program_that_gets_full_takes_in_the_oldest_and_says_so_beforehand(team, program, other):
    owner = get_owner(program.brand).pk
    make_enrollment(program)
    rows = [apply(program, name) for name in ("Ann", "Ben", "Cem")] + [apply(other, "Dee")]
    update_program(program_id=program.pk, actor_id=owner, now=NOW, max_creators=2)

    page = plain(team.get(url(program), ask("approve", *rows)))

    assert "Approve 2 applications" in page
    for name in ("Ben", "Cem"):
        assert f"{name}: The program is full" in page
    groups = {f"group_{one.public_id}": one.groups.get().public_id for one in (program, other)}
    done = team.post(url(program), ask("approve", *rows, confirmed="1", **groups), follow=True)
    assert "Left out: Ben, Cem. The program is full" in plain(done)
    assert states() == {
        "Ann": "approved",
        "Ben": "submitted",
        "Cem": "submitted",
        "Dee": "approved",
        **{str(place.affiliation): "approved" for place in program.enrollments.all()},
    }


def test_from_the_page_of_one_a_decision_leads_to_the_next_that_waits(team, program):
    ann, ben, cem = (apply(program, name) for name in ("Ann", "Ben", "Cem"))
    slug = program.brand.slug

    def page_of(application):
        return reverse("affiliates:application-detail", args=[slug, application.public_id])

    page = plain(team.get(page_of(ben)))
    assert "Before: Ann" in page and "Next: Cem" in page
    then = {"then": cem.public_id}
    said = {"reason": "content", "note": "", "confirmed": "1"}
    assert team.post(url(program), ask("reject", ben, **then, **said)).url == page_of(cem)
    group = {"group": program.groups.get().public_id, "then": ann.public_id}
    approve = reverse("affiliates:application-approve", args=[slug, cem.public_id])
    assert team.post(approve, group).url == page_of(ann)
    assert "Decided on" in plain(team.get(page_of(cem)))

    stranger = apply(make_program(), "Str")
    for wrong in (stranger.public_id, "//elsewhere.example", "\0"):
        answer = team.post(url(program), ask("reject", ann, then=wrong, **said))
        assert answer.url == reverse("affiliates:application-list", args=[slug])
    assert team.get(page_of(stranger)).status_code == 404


def test_only_who_may_manage_decides_and_only_about_the_own_brand(client, program):
    ann, stranger = apply(program, "Ann"), apply(make_program(), "Str")
    client.force_login(make_member(program.brand, Role.ANALYST).user)
    assert client.post(url(program), ask("approve", ann, confirmed="1")).status_code == 403

    client.force_login(get_owner(program.brand))
    for wrong in (ask("approve", stranger), ask("destroy", ann), {"what": "approve"}):
        assert client.post(url(program), wrong | {"confirmed": "1"}).status_code == 303
    assert client.get(url(program), {"what": "reject", "application": "\0"}).status_code == 303
    wrong_group = {f"group_{program.public_id}": stranger.program.groups.get().public_id}
    answer = client.post(url(program), ask("approve", ann, confirmed="1", **wrong_group))

    assert answer.status_code == 422
    assert set(states().values()) == {ApplicationStatus.SUBMITTED}
