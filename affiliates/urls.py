"""Addresses of affiliates."""

from django.urls import path

from affiliates.views import links, programs

app_name = "affiliates"

creator_urls = [
    path("me/links/", links.show_links, name="link-list"),
    path("me/links/new/", links.create_link, name="link-new"),
    path("me/links/<str:link_id>/", links.show_link, name="link-detail"),
    path("me/links/<str:link_id>/slug/", links.change_slug, name="link-slug"),
    path("me/links/<str:link_id>/archive/", links.archive_link, name="link-archive"),
    path("me/links/<str:link_id>/restore/", links.restore_link, name="link-restore"),
    path("me/links/<str:link_id>/qr.svg", links.show_qr, {"kind": "svg"}, name="link-qr-svg"),
    path("me/links/<str:link_id>/qr.png", links.show_qr, {"kind": "png"}, name="link-qr-png"),
    path("me/programs/", programs.show_programs, name="program-list"),
    path("me/programs/<str:enrollment_id>/accept/", programs.accept, name="terms-accept"),
]

urlpatterns = [*creator_urls]
