"""Every address of the program."""

from django.urls import include, path

urlpatterns = [
    path("", include("brands.urls")),
    path("", include("tracking.urls")),
    path("", include("payouts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include("core.urls")),
]
