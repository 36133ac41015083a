"""Addresses of affiliates on the creator's side, under /me/."""

from django.urls import path

from affiliates.views import brand_viewing, programs, resources

urlpatterns = [
    path("me/resources/", resources.show_resources, name="resource-list"),
    path("me/resources/read/", resources.read_news, name="news-read"),
    path("me/programs/", programs.show_programs, name="program-list"),
    path("me/programs/<str:enrollment_id>/accept/", programs.accept, name="terms-accept"),
    path("me/settings/looks/", brand_viewing.show_viewings, name="viewing-list"),
]
