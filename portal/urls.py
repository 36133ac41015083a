"""Addresses of portal."""

from django.urls import path

from portal.views import account, creator, join, public

app_name = "portal"

public_urls = [
    path("", public.show_landing, name="landing"),
    path("home/", public.show_home, name="home"),
    path("programs/", public.show_directory, name="directory"),
    path("p/<slug:brand_slug>/<slug:program_slug>/", public.show_program, name="program"),
    path("p/<slug:brand_slug>/<slug:program_slug>/join/", join.join_program, name="join"),
    path(
        "p/<slug:brand_slug>/<slug:program_slug>/terms/<int:version>/",
        public.show_terms,
        name="terms",
    ),
]
creator_urls = [
    path("me/", creator.show_home, name="creator-home"),
    path("me/earnings/", creator.show_earnings, name="creator-earnings"),
    path("me/earnings/<str:commission_id>/", creator.show_commission, name="commission-story"),
    path("me/settings/", account.show_settings, name="settings"),
]

urlpatterns = [*public_urls, *creator_urls]
