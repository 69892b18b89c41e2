"""The addresses of measures."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
