"""Every address of the program. A namespace holds all pages of its nouns, whoever shows them."""

from django.urls import include, path

from affiliates import urls as affiliates_urls
from affiliates import urls_brand as affiliates_brand
from core.views import security
from payouts import urls as payouts_urls
from portal import urls as portal_urls
from portal import urls_brand as portal_brand
from tracking import urls as tracking_urls
from tracking import urls_brand as tracking_brand

_affiliates = [
    *affiliates_urls.urlpatterns,
    *affiliates_brand.urlpatterns,
    *portal_urls.link_urls,
    *portal_brand.creator_urls,
]
_tracking = [
    *tracking_urls.urlpatterns,
    *tracking_brand.urlpatterns,
    *portal_brand.order_urls,
]
_payouts = [*payouts_urls.urlpatterns, *portal_urls.payout_urls]
_portal = [*portal_urls.urlpatterns, *portal_brand.urlpatterns]

handler400 = "portal.views.public.bad_request"

urlpatterns = [
    path("", include("brands.urls")),
    path("", include((_portal, "portal"))),
    path("", include((_affiliates, "affiliates"))),
    path("", include((_tracking, "tracking"))),
    path("", include((_payouts, "payouts"))),
    # In place of allauth's own, which it stands before.
    path(
        "accounts/2fa/webauthn/keys/<int:pk>/remove/",
        security.remove_passkey,
        name="mfa_remove_webauthn",
    ),
    path("accounts/", include("allauth.urls")),
    path("", include("core.urls")),
]
