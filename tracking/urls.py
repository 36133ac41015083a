"""Addresses of tracking."""

from django.urls import path

from tracking.views import hooks, redirect

app_name = "tracking"

urlpatterns = [
    path("hooks/<str:connection_id>", hooks.receive_delivery, name="hook"),
    path("r/", redirect.follow_link, name="redirect-by-parameter"),
    path("r/<str:slug>", redirect.follow_link, name="redirect"),
    path("r/<path:slug>", redirect.follow_link),
]
