"""Links, codes, applications and invitations: read, made and decided."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from affiliates.access import (
    get_application_for,
    get_brand_code,
    get_brand_enrollment,
    get_brand_link,
)
from affiliates.domain.invitesheet import Row
from affiliates.models import Application, Code, Invitation, Link
from affiliates.selectors import (
    list_applications,
    list_brand_codes,
    list_brand_links,
    with_current_slug,
)
from affiliates.selectors_invitations import list_invitations
from affiliates.services.applications import approve_application, reject_application
from affiliates.services.codes import create_code
from affiliates.services.invitations import HasErrors, Inviting, make_invite_link, send_invitations
from affiliates.services.links import create_link
from brands.access import BrandAccess, get_group_for, get_program_for
from brands.models import Group, Scope
from brands.selectors import get_default_group
from core.access import get_by_public_id
from portal.api.asked import ApplicationQuery, CodeQuery, InvitationQuery, LinkQuery, narrow
from portal.api.base import ApiView
from portal.api.errors import Problem
from portal.api.given import ApproveIn, CodeIn, InvitationIn, LinkIn, RejectIn
from portal.api.out import ApplicationOut, CodeOut, EnrollmentOut, InvitationOut, LinkOut
from portal.api.schema import Operation
from portal.api.showing import show_links

IN_PROGRAM = ("creator_suspended", "program_closed")
OF_APPLICATIONS = (
    *IN_PROGRAM,
    *("already_decided", "already_member", "program_full"),
)


class Links(ApiView):
    tag = "Links and codes"
    operations = {
        "GET": Operation(
            name="list_links",
            summary="List links",
            words="The links of every creator, archived ones too.",
            scope=Scope.CREATORS_READ,
            out=LinkOut,
            query=LinkQuery,
        ),
        "POST": Operation(
            name="create_link",
            summary="Make a link",
            words="Make a link for a creator, to a page of the program.",
            scope=Scope.LINKS_WRITE,
            out=LinkOut,
            takes=LinkIn,
            status=201,
            problems=(
                "not_found",
                "destination_refused",
                "slug_taken",
                "tags_refused",
                *IN_PROGRAM,
            ),
        ),
    }

    def list_all(self) -> QuerySet[Link]:
        return list_brand_links(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(),
            asked,
            program="enrollment__program__public_id",
            creator="enrollment__affiliation__public_id",
        )
        if "is_archived" in asked:
            rows = rows.filter(archived_at__isnull=asked["is_archived"] == "false")
        return self.answer_page(rows, asked, show_links)

    def post(self, _request: Request) -> Response:
        return self.answer_post(self._create)

    def _create(self, asked: dict[str, Any]) -> Link:
        place = get_brand_enrollment(self.access, asked.pop("enrollment"))
        if "code" in asked:
            asked["code"] = get_brand_code(self.access, asked["code"])
        made = create_link(
            enrollment_id=place.pk, actor_id=self.access.member.user_id, now=self.now, **asked
        )
        return show_links([self.list_all().get(pk=made.pk)])[0]


class OneLink(ApiView):
    tag = "Links and codes"
    operations = {
        "GET": Operation(
            name="get_link",
            summary="Read a link",
            words="One link of one of the brand's creators.",
            scope=Scope.CREATORS_READ,
            out=LinkOut,
        )
    }

    def get(self, _request: Request, link_id: str) -> Response:
        link = get_brand_link(self.access, link_id)
        shown = with_current_slug(list_brand_links(self.access.brand)).get(pk=link.pk)
        return Response(LinkOut(show_links([shown])[0]).data)


class Codes(ApiView):
    tag = "Links and codes"
    operations = {
        "GET": Operation(
            name="list_codes",
            summary="List codes",
            words="The codes of every creator, ended ones too.",
            scope=Scope.CREATORS_READ,
            out=CodeOut,
            query=CodeQuery,
        ),
        "POST": Operation(
            name="create_code",
            summary="Make a code",
            words="Bind a code to a creator; it earns from now on.",
            scope=Scope.LINKS_WRITE,
            out=CodeOut,
            takes=CodeIn,
            status=201,
            problems=("not_found", "code_taken", *IN_PROGRAM),
        ),
    }

    def list_all(self) -> QuerySet[Code]:
        return list_brand_codes(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(),
            asked,
            program="enrollment__program__public_id",
            creator="enrollment__affiliation__public_id",
        )
        if "is_disabled" in asked:
            rows = rows.filter(disabled_at__isnull=asked["is_disabled"] == "false")
        return self.answer_page(rows, asked)

    def post(self, _request: Request) -> Response:
        return self.answer_post(self._create)

    def _create(self, asked: dict[str, Any]) -> Code:
        place = get_brand_enrollment(self.access, asked.pop("enrollment"))
        made = create_code(
            enrollment_id=place.pk, actor_id=self.access.member.user_id, now=self.now, **asked
        )
        return self.list_all().get(pk=made.pk)


class OneCode(ApiView):
    tag = "Links and codes"
    operations = {
        "GET": Operation(
            name="get_code",
            summary="Read a code",
            words="One code of one of the brand's creators.",
            scope=Scope.CREATORS_READ,
            out=CodeOut,
        )
    }

    def get(self, _request: Request, code_id: str) -> Response:
        return Response(CodeOut(get_brand_code(self.access, code_id)).data)


class Applications(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="list_applications",
            summary="List applications",
            words="Who asked to join a program, and what was answered.",
            scope=Scope.CREATORS_READ,
            out=ApplicationOut,
            query=ApplicationQuery,
        )
    }

    def list_all(self) -> QuerySet[Application]:
        return list_applications(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(), asked, at="submitted_at", program="program__public_id", status="status"
        )
        return self.answer_page(rows, asked)


class OneApplication(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="get_application",
            summary="Read an application",
            words="One application to one of the brand's programs.",
            scope=Scope.CREATORS_READ,
            out=ApplicationOut,
        )
    }

    def get(self, _request: Request, application_id: str) -> Response:
        return Response(ApplicationOut(get_application_for(self.access, application_id)).data)


class Approve(ApiView):
    tag = "Creators"
    operations = {
        "POST": Operation(
            name="approve_application",
            summary="Approve an application",
            words="Take the applicant in, with a first link and a first code; he is told.",
            scope=Scope.CREATORS_WRITE,
            out=EnrollmentOut,
            takes=ApproveIn,
            problems=OF_APPLICATIONS,
        )
    }

    def post(self, _request: Request, application_id: str) -> Response:
        application = get_application_for(self.access, application_id)
        return self.answer_post(lambda asked: self._approve(application, asked))

    def _approve(self, application: Application, asked: dict[str, Any]) -> Any:
        group = get_group_for(self.access, asked["group"]) if "group" in asked else None
        place = approve_application(
            application_id=application.pk,
            group_id=group.pk if group else None,
            actor_id=self.access.member.user_id,
            now=self.now,
        )
        return get_brand_enrollment(self.access, place.public_id)


class Reject(ApiView):
    tag = "Creators"
    operations = {
        "POST": Operation(
            name="reject_application",
            summary="Reject an application",
            words="Refuse the applicant with a reason, which he is told.",
            scope=Scope.CREATORS_WRITE,
            out=ApplicationOut,
            takes=RejectIn,
            problems=("already_decided",),
        )
    }

    def post(self, _request: Request, application_id: str) -> Response:
        application = get_application_for(self.access, application_id)
        return self.answer_post(lambda asked: self._reject(application, asked))

    def _reject(self, application: Application, asked: dict[str, Any]) -> Application:
        reject_application(
            application_id=application.pk,
            reason=asked["reason"],
            note=asked.get("note", ""),
            actor_id=self.access.member.user_id,
            now=self.now,
        )
        return get_application_for(self.access, application.public_id)


class Invitations(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="list_invitations",
            summary="List invitations",
            words="Who was asked to join, and what became of it.",
            scope=Scope.CREATORS_READ,
            out=InvitationOut,
            query=InvitationQuery,
        ),
        "POST": Operation(
            name="create_invitation",
            summary="Invite",
            words=(
                "Invite one person by mail, who is mailed at once; or, without `email`, make a "
                "link by which whoever has it joins."
            ),
            scope=Scope.CREATORS_WRITE,
            out=InvitationOut,
            takes=InvitationIn,
            status=201,
            problems=("not_found", "program_not_live", "not_invited", "code_taken"),
        ),
    }

    def list_all(self) -> QuerySet[Invitation]:
        return list_invitations(self.access.brand, now=self.now)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        return self.answer_page(narrow(self.list_all(), asked, program="program__public_id"), asked)

    def post(self, _request: Request) -> Response:
        return self.answer_post(self._invite)

    def _invite(self, asked: dict[str, Any]) -> Invitation:
        group = _find_group(self.access, asked)
        inviting = Inviting(
            program_id=group.program_id,
            group_id=group.pk,
            message=asked.get("message", ""),
            language=asked["language"],
            days=asked.get("days"),
        )
        if "email" in asked:
            return self._mail(asked, inviting)
        made = make_invite_link(
            inviting=inviting,
            name=asked.get("name", ""),
            max_uses=asked.get("max_uses"),
            actor_id=self.access.member.user_id,
            now=self.now,
        )
        return self.list_all().get(pk=made.pk)

    def _mail(self, asked: dict[str, Any], inviting: Inviting) -> Invitation:
        row = Row(
            line=1, email=asked["email"], name=asked.get("name", ""), code=asked.get("code", "")
        )
        try:
            plan = send_invitations(
                inviting=inviting, rows=[row], actor_id=self.access.member.user_id, now=self.now
            )
        except HasErrors:  # strict fields leave the code alone to be wrong
            raise Problem("code_taken") from None
        if plan.left_out:
            raise Problem("not_invited", {"email": plan.left_out[0][1]})
        rows = self.list_all().filter(program=inviting.program_id, email=row.email.lower())
        return rows[0]


class OneInvitation(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="get_invitation",
            summary="Read an invitation",
            words="One invitation of the brand.",
            scope=Scope.CREATORS_READ,
            out=InvitationOut,
        )
    }

    def get(self, _request: Request, invitation_id: str) -> Response:
        rows = list_invitations(self.access.brand, now=self.now)
        return Response(InvitationOut(get_by_public_id(rows, invitation_id)).data)


def _find_group(access: BrandAccess, asked: dict[str, Any]) -> Group:
    """Return the group people are invited to; one of another program is none of this one."""
    program = get_program_for(access, asked["program"])
    if "group" not in asked:
        return get_default_group(program)
    group = get_group_for(access, asked["group"])
    if group.program_id != program.pk:
        raise Problem("not_found")
    return group
