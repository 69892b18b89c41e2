"""The addresses of stakeholders."""

from django.urls import path

from stakeholders.views import actors, rooms

urlpatterns = [
    path("workspaces/<slug:slug>/choose/", rooms.choose, name="workspace_choose"),
    path("actors/new/", actors.create, name="actor_create"),
    path("actors/<int:pk>/edit/", actors.edit, name="actor_edit"),
    path("actors/<int:pk>/contacts/new/", actors.add_contact, name="contact_create"),
    path("contacts/<int:pk>/edit/", actors.edit_contact, name="contact_edit"),
]
