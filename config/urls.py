"""Every address of the program."""

from django.urls import include, path

urlpatterns = [
    path("", include("tracking.urls")),
    path("accounts/", include("allauth.urls")),
]
