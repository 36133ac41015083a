"""Addresses of the API and of what describes it."""

from django.urls import path, re_path

from portal.api import reference
from portal.api.operations import V1, operations

app_name = "api"
urlpatterns = [
    *operations,
    path("api/docs/", reference.show_docs, name="docs"),
    path("api/errors/", reference.show_errors, name="errors"),
    path(f"{V1}/openapi.json", reference.show_schema, name="schema"),
    re_path(r"^api/", reference.refuse_address, name="nowhere"),
]
