"""Nobody reaches what belongs to another brand or creator, by any address.

I-40: no request, task or export of one tenant returns or changes a row of another (the oracles READ
and WRITE); I-41: a creator sees his own rows only, and a brand of him what he gave that brand;
I-42: an unknown and a foreign id answer alike (SAME). I-43, a trace of each change, is held by
test_hostile_input; that no row can even refer to another brand's, by test_same_brand.

A slice of `make crawl`: every address as whoever comes nearest to it, with every mix of ids.
"""

from dataclasses import replace

import pytest
from django.db import models
from django.test import override_settings

from tests.addresses import list_addresses
from tests.crawler import town as towns
from tests.crawler.crawl import Crawl
from tests.crawler.town import Town, columns, label, list_tenant_models, make_town

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

# Text up to this length is a code; longer text of these names is one too, or a thing's name
# elsewhere, or is made of text that is marked.
CODE_LENGTH = 60
UNWRITTEN = {
    "action",
    "asked_as",
    "body",  # what was sent of an event
    "body_sha256",
    "code",
    "code_url",  # a pattern with a name at most
    "content_hash",
    "draft_hash",
    "subscription",
    "destination",
    "destination_hint",
    "event_id",
    "external_account",
    "external_id",
    "external_number",
    "external_order_id",
    "file_name",
    "fingerprint",
    "from_name",
    "number",
    "number_key",
    "html",
    "idempotency_key",
    "key",
    "last_error",
    "order_ref",
    "parameters_hash",
    "password",
    "reference",
    "request_hash",
    "sha256",
    "signals_hash",
    "time_zone",
    "token_hash",
    "topic",
    "user_agent",
}
PLANTED = {
    "without-filter",
    "by-query",
    "foreign-child",
    "search",
    "write-then-refuse",
    "any-field",
}


@pytest.fixture(scope="module")
def town(committed: None) -> Town:
    return make_town()


def test_nobody_reaches_a_row_of_another_brand_by_any_address(town):
    outcome = Crawl(town, is_full=False).run()

    assert not outcome.leaks, "\n".join(outcome.leaks)
    assert outcome.uncovered == []


@override_settings(ROOT_URLCONF="tests.crawler.planted")
def test_planted_leaks_are_all_found(town):
    """By a full crawl, of which two of the people are enough: each leak is open to both."""
    planted = [address for address in list_addresses() if address.name in PLANTED]
    few = replace(town, people={name: town.people[name] for name in ("owner", "creator")})

    outcome = Crawl(few, is_full=True).run(planted)

    found = {name for name in PLANTED for leak in outcome.leaks if f" {name} " in leak}
    assert found == PLANTED


def test_every_kind_of_row_a_brand_may_have_is_there_to_be_found(town):
    empty = [
        label(model)
        for model in list_tenant_models()
        if "brand_id" in columns(model)
        if not model._default_manager.filter(brand_id=town.theirs.brand.pk).exists()
    ]

    assert not empty, "\n".join(empty)


def test_of_every_text_of_a_row_it_is_said_whether_people_write_it(town):
    """A new text field is marked, public, or named as one that no person writes."""
    known = {label(model, name) for model, name in towns.list_written()}
    unsaid = [
        label(model, one.name)
        for model in list_tenant_models()
        for one in model._meta.fields
        if type(one) is models.TextField
        or (type(one) is models.CharField and (one.max_length or 0) > CODE_LENGTH)
        if not one.choices and one.name not in UNWRITTEN
        if label(model, one.name) not in known | towns.PUBLIC | towns.NOT_WRITTEN
    ]

    assert not unsaid, "\n".join(unsaid)
