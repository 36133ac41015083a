"""How a page answers a person: who must log in first, and what a closed door looks like."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import (  # noqa: TID251  # this is the edge
    Http404,
    HttpRequest,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.views.decorators.clickjacking import xframe_options_sameorigin

from core.access import Forbidden, NotFound

# A letter is drawn by its own styles, in a frame of ours, where nothing runs and only our own
# pictures load.
LETTER_POLICY = {
    "default-src": [NONE],
    "img-src": [SELF],
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": [True],
}

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def door(view: View[P]) -> View[P]:
    """Let signed-in people in; NotFound becomes 404, and a missing right 403.

    Whoever is not signed in logs in first, whether there is such a page or not.
    """
    return login_required(public_door(view))


def public_door(view: View[P]) -> View[P]:
    """Map NotFound and Forbidden, for pages that need no account."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except NotFound:
            raise Http404 from None
        except Forbidden:
            raise PermissionDenied from None

    return cast("View[P]", guarded)


def operator_door(view: View[P]) -> View[P]:
    """Let operators in; to everybody else there is no such page."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not (request.user.is_active and request.user.is_staff):
            raise NotFound
        return view(request, *args, **kwargs)

    return door(cast("View[P]", guarded))


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what a form is bound to: what was posted, also when that is nothing."""
    return request.POST if request.method == "POST" else None


def see_other(url: str) -> HttpResponseRedirect:
    """Send the browser to look at what its POST did (303: whatever the method was, it GETs)."""
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def is_own_page(address: str) -> bool:
    """Say whether a browser that is sent to an address stays here: it is a path from the root."""
    try:
        is_path = url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    except ValueError:  # a host that cannot be read
        return False
    return is_path and address.startswith("/") and not address.startswith("//")


def with_link(text: str, link: str, page: str) -> SafeString:
    """Return a sentence and the link to the page where it is mended."""
    return format_html('{} <a href="{}">{}</a>', text, reverse(page), link)


def letter(view: View[P]) -> View[P]:
    """Answer with a letter, for the frame of a page that `framing` marks."""
    return cast("View[P]", csp(LETTER_POLICY)(xframe_options_sameorigin(view)))


def framing(view: View[P]) -> View[P]:
    """Let a page show one of our own letters in a frame."""
    return cast("View[P]", csp_update({"frame-src": [SELF]})(view))
