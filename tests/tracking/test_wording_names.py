"""Names for the ids in reasons: of this brand only, and loaded once for a page."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.makers import get_owner, make_brand, make_enrollment, make_program
from tracking.selectors_wording import load_names

pytestmark = pytest.mark.django_db


def test_names_of_a_page_take_two_queries():
    brand = make_brand()
    enrollments = [make_enrollment(make_program(brand)) for _ in range(3)]
    owner = get_owner(brand)
    params = [{"creator": str(one.pk), "other": str(enrollments[0].pk)} for one in enrollments]

    with CaptureQueriesContext(
        connection,
    ) as queries:
        names = load_names(brand_id=brand.pk, params=[*params, {"member": str(owner.pk)}])

    assert len(queries) == 2
    assert names["creator"] == {
        str(one.pk): one.affiliation.affiliate.display_name for one in enrollments
    }
    assert names["member"] == {str(owner.pk): owner.name or owner.email}


def test_another_brands_people_have_no_name_here():
    brand, stranger = make_brand(), make_brand()
    enrollment = make_enrollment(make_program(stranger))
    params = [{"creator": str(enrollment.pk), "member": str(get_owner(stranger).pk)}]

    assert load_names(brand_id=brand.pk, params=params) == {"creator": {}, "member": {}}


def test_no_ids_take_no_query():
    with CaptureQueriesContext(connection) as queries:
        names = load_names(brand_id=1, params=[{"creator": None, "other": "", "date": "x"}])

    assert names == {"creator": {}, "member": {}}
    assert len(queries) == 0
