"""Addresses of tracking."""

from django.urls import path

from tracking.views import hooks, inbox, redirect

app_name = "tracking"

STORE = "b/<str:slug>/program/stores/<str:connection_id>"

urlpatterns = [
    path("hooks/<str:connection_id>", hooks.receive_delivery, name="hook"),
    path("r/", redirect.follow_link, name="redirect-by-parameter"),
    path("r/<str:slug>", redirect.follow_link, name="redirect"),
    path("r/<path:slug>", redirect.follow_link),
    path(f"{STORE}/", inbox.show_connection, name="connection-detail"),
    path(f"{STORE}/events/<str:event_id>/", inbox.show_event, name="event-detail"),
    path(f"{STORE}/events/<str:event_id>/replay/", inbox.replay_event, name="event-replay"),
]
