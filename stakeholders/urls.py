"""The addresses of stakeholders."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
