"""Addresses of preferences, the health check, uploaded images and the component gallery."""

from django.urls import path

from core import views

app_name = "core"
urlpatterns = [
    path("preferences/", views.change_preferences, name="preferences"),
    path("health/", views.check_health, name="health"),
    path("images/<str:digest>/full", views.show_image, {"size": "full"}, name="image"),
    path("images/<str:digest>/small", views.show_image, {"size": "small"}, name="image-small"),
    path("ops/components/", views.show_components, name="components"),
]
