"""Addresses of preferences and of the component gallery."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("preferences/", views.change_preferences, name="preferences"),
    path("ops/components/", views.show_components, name="components"),
]
