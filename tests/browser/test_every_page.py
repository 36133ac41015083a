"""Every page, in a real browser: accessible, strict, and never wider than a phone."""

import pytest

from tests.browser.walking import (
    STYLES,
    WIDTHS,
    Stop,
    Style,
    list_stops,
    open_walker,
    sign_in,
)
from tests.everything import make_everything

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def walk(new_context, site: str, style: Style, stops: list[tuple[Stop, int]]) -> list[str]:
    """Visit pages, each at a width; returns everything that is wrong."""
    walker, faults = open_walker(new_context, site), []
    for reader in dict.fromkeys(stop.reader for stop, _width in stops):
        sign_in(walker.context, site, reader, style)
        for stop, width in stops:
            if stop.reader == reader:
                faults += walker.visit(stop, style, width)
    return faults


@pytest.mark.parametrize("turn", range(len(STYLES)), ids=map(str, STYLES))
def test_every_page_is_sound_in_the_style_its_name_gives_it(turn, live_server, new_context):
    """Each page once: its name decides in which of the styles, and at which width."""
    stops = [
        (stop, WIDTHS[stop.turn // len(STYLES) % len(WIDTHS)])
        for stop in list_stops(make_everything())
        if stop.turn % len(STYLES) == turn
    ]

    assert stops
    faults = walk(new_context, live_server.url, STYLES[turn], stops)
    assert not faults, "\n".join(faults)


@pytest.mark.nightly
@pytest.mark.timeout(600)
@pytest.mark.parametrize("style", STYLES, ids=str)
def test_every_page_is_sound_in_every_style_at_every_width(style, live_server, new_context):
    stops = list_stops(make_everything())

    faults = walk(
        new_context,
        live_server.url,
        style,
        [(stop, width) for stop in stops for width in WIDTHS],
    )

    assert not faults, "\n".join(faults)
