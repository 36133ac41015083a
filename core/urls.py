"""Addresses of preferences, of the health check and of the component gallery."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("preferences/", views.change_preferences, name="preferences"),
    path("health/", views.check_health, name="health"),
    path("ops/components/", views.show_components, name="components"),
]
