"""A link under its old name, from the shopper's click to the creator's commission."""

from datetime import UTC, datetime, timedelta

import pytest

from affiliates.services.links import SlugTaken, change_slug
from tests.makers import (
    get_creator,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
)
from tests.shop import Shop, stamp
from tests.tracking.asking import ask

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_old_name_of_a_link_is_nobody_elses_and_still_credits_the_first_creator():
    program = make_program()
    anna, ben = make_enrollment(program), make_enrollment(program)
    link = make_link(anna, slug="cups")
    actor, now = get_creator(anna).pk, datetime.now(UTC)
    change_slug(link_id=link.pk, slug="fine-cups", actor_id=actor, now=now)
    with pytest.raises(SlugTaken):
        make_link(ben, slug="Cups")
    make_link(ben, slug="cups-of-ben")

    reply = ask("/r/cups")
    shop = Shop(make_connection(program.brand))
    placed = stamp(datetime.now(UTC) + timedelta(seconds=1))
    shop.pay("1", click=reply.token, placed_at=placed, paid_at=placed)

    assert shop.commission("1").enrollment == anna
    assert shop.commission("1").amount_minor == 1000
