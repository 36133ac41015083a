"""Programs, groups and the places of creators in them."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from affiliates.access import get_brand_enrollment
from affiliates.selectors import list_brand_enrollments
from brands.access import get_group_for, get_program_for
from brands.models import Group, Program, Scope
from brands.selectors import list_groups_of_brand, list_programs
from portal.api.asked import EnrollmentQuery, GroupQuery, ProgramQuery, narrow
from portal.api.base import ApiView
from portal.api.out import EnrollmentOut, GroupOut, ProgramOut
from portal.api.schema import Operation
from portal.selectors import join_link


class Programs(ApiView):
    tag = "Programs"
    operations = {
        "GET": Operation(
            name="list_programs",
            summary="List programs",
            words="Every program of the brand, the newest first.",
            scope=Scope.PROGRAMS_READ,
            out=ProgramOut,
            query=ProgramQuery,
        )
    }

    def list_all(self) -> QuerySet[Program]:
        return list_programs(self.access.brand).select_related("brand")

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        return self.answer_page(narrow(self.list_all(), asked, status="status"), asked, _show)


class OneProgram(ApiView):
    tag = "Programs"
    operations = {
        "GET": Operation(
            name="get_program",
            summary="Read a program",
            words="One program of the brand.",
            scope=Scope.PROGRAMS_READ,
            out=ProgramOut,
        )
    }

    def get(self, _request: Request, program_id: str) -> Response:
        return Response(ProgramOut(_show([get_program_for(self.access, program_id)])[0]).data)


class Groups(ApiView):
    tag = "Programs"
    operations = {
        "GET": Operation(
            name="list_groups",
            summary="List groups",
            words="The groups of every program, or of one.",
            scope=Scope.PROGRAMS_READ,
            out=GroupOut,
            query=GroupQuery,
        )
    }

    def list_all(self) -> QuerySet[Group]:
        return list_groups_of_brand(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        return self.answer_page(narrow(self.list_all(), asked, program="program__public_id"), asked)


class OneGroup(ApiView):
    tag = "Programs"
    operations = {
        "GET": Operation(
            name="get_group",
            summary="Read a group",
            words="One group of one of the brand's programs.",
            scope=Scope.PROGRAMS_READ,
            out=GroupOut,
        )
    }

    def get(self, _request: Request, group_id: str) -> Response:
        return Response(GroupOut(get_group_for(self.access, group_id)).data)


class Enrollments(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="list_enrollments",
            summary="List enrollments",
            words="The place of each creator in each program: links and codes hang on it.",
            scope=Scope.CREATORS_READ,
            out=EnrollmentOut,
            query=EnrollmentQuery,
        )
    }

    def list_all(self) -> QuerySet[Any]:
        return list_brand_enrollments(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(),
            asked,
            at="joined_at",
            program="program__public_id",
            creator="affiliation__public_id",
            status="affiliation__status",
        )
        return self.answer_page(rows, asked)


class OneEnrollment(ApiView):
    tag = "Creators"
    operations = {
        "GET": Operation(
            name="get_enrollment",
            summary="Read an enrollment",
            words="A creator's place in one program.",
            scope=Scope.CREATORS_READ,
            out=EnrollmentOut,
        )
    }

    def get(self, _request: Request, enrollment_id: str) -> Response:
        return Response(EnrollmentOut(get_brand_enrollment(self.access, enrollment_id)).data)


def _show(programs: list[Program]) -> list[Program]:
    for program in programs:
        program.join_url = join_link(program)  # type: ignore[attr-defined]
    return programs
