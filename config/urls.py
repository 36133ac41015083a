"""Every address of the program. A namespace holds all pages of its nouns, whoever shows them."""

from django.urls import include, path

from affiliates import urls_brand as affiliates_brand
from portal import urls_brand as portal_brand
from tracking import urls as tracking_urls
from tracking import urls_brand as tracking_brand

_creators = [*affiliates_brand.urlpatterns, *portal_brand.creator_urls]
_tracking = [
    *tracking_urls.urlpatterns,
    *tracking_brand.urlpatterns,
    *portal_brand.order_urls,
]

urlpatterns = [
    path("", include("brands.urls")),
    path("", include((portal_brand.urlpatterns, "portal"))),
    path("", include((_creators, "affiliates"))),
    path("", include((_tracking, "tracking"))),
    path("", include("payouts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("core.urls")),
]
