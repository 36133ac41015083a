"""Every page, in a real browser: accessible, strict, and never wider than a phone."""

import pytest

from tests.browser.pages import keep_still
from tests.browser.walking import STYLES, WIDTHS, Stop, list_once, list_stops, open_walker, walk
from tests.everything import make_everything

pytestmark = pytest.mark.browser


@pytest.mark.timeout(600)
@pytest.mark.django_db(transaction=True)
def test_every_page_is_sound_in_the_style_its_name_gives_it(live_server, new_context):
    """Each page once: its name decides in which of the styles, and at which width.

    One test for all styles: what there is to see takes long to make, and to find.
    """
    world = make_everything()
    keep_still(world)
    stops = list_stops(world)

    faults = []
    for turn, style in enumerate(STYLES):
        own = list_once(stops, turn)
        assert own
        faults += walk(new_context, live_server.url, style, own)
    assert not faults, "\n".join(faults)


PLANTED = """<html lang="en" dir="ltr"><body><main>
<p id="a" style="color: #ccc; background: #fff">Pale</p><p id="a">Twice</p>
<img src="/nothing.png"><p style="inline-size: 2000px">Wide</p>
</main></body></html>"""


def test_what_is_wrong_with_a_page_is_found(new_context):
    walker = open_walker(new_context, "http://planted.example")
    answer = {"status": 200, "content_type": "text/html", "body": PLANTED}
    walker.page.route("**", lambda route: route.fulfill(status=404))
    walker.page.route("**/planted/", lambda route: route.fulfill(**answer))

    faults = "\n".join(walker.visit(Stop("planted", "/planted/", None), STYLES[0], WIDTHS))

    for fault in (
        "390 px: axe critical image-alt: ['img']",
        "1280 px: axe serious color-contrast: ['p:nth-child(1)']",
        "h1 is 0",
        "id a stands twice",
        "no title",
        "scrolls sideways",
        "console: Failed to load",
    ):
        assert fault in faults, faults
