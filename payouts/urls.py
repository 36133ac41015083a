"""Addresses of payouts."""

from django.urls import path

from payouts.views import inbound

app_name = "payouts"

urlpatterns = [
    path("rails/stripe/<str:brand_id>", inbound.receive_stripe, name="stripe-hook"),
    path("standin/stripe/setup/<str:token>", inbound.standin_setup, name="standin-setup"),
    path("standin/stripe/<path:path>", inbound.standin_api, name="standin-api"),
]
