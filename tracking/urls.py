"""Addresses of tracking."""

from django.urls import path

from tracking.views import hooks

app_name = "tracking"

urlpatterns = [
    path("hooks/<str:connection_id>", hooks.receive_delivery, name="hook"),
]
