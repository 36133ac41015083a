"""The reference of the API is drawn in a real browser, under the policy of every other page."""

import pytest

from portal.api.operations import operations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COUNT = sum(len(one.callback.cls.operations) for one in operations)


def test_every_operation_is_drawn_and_nothing_is_refused_by_the_policy(open_browser):
    person, complaints = open_browser(), []
    person.page.on("console", lambda said: complaints.append(said.text))
    person.page.on("pageerror", lambda error: complaints.append(str(error)))

    person.go("/api/docs/").sees_title("REST API")
    assert person.page.locator("#reference tbody tr").count() == COUNT, "read without scripts"
    person.press("Show every detail")
    person.page.locator(".opblock").first.wait_for()

    assert person.page.locator(".opblock").count() == COUNT
    person.page.locator(".opblock-summary-control").first.click()
    person.page.locator(".opblock-body").first.wait_for()
    assert [one for one in complaints if "Content Security Policy" in one] == []
