"""The addresses of stakeholders."""

from django.urls import path

from stakeholders.views import actors, health, jobs, mail, rooms

urlpatterns = [
    path("workspaces/<slug:slug>/choose/", rooms.choose, name="workspace_choose"),
    path("actors/new/", actors.create, name="actor_create"),
    path("actors/<int:pk>/edit/", actors.edit, name="actor_edit"),
    path("actors/<int:pk>/contacts/new/", actors.add_contact, name="contact_create"),
    path("contacts/<int:pk>/edit/", actors.edit_contact, name="contact_edit"),
    path("dispatches/", mail.dispatch_list, name="dispatch_list"),
    path("dispatches/<int:pk>/resend/", mail.dispatch_resend, name="dispatch_resend"),
    path("dispatches/<int:pk>/leave/", mail.dispatch_leave, name="dispatch_leave"),
    path("dispatches/<int:pk>/cancel/", mail.dispatch_cancel, name="dispatch_cancel"),
    path("mail/", mail.mail_list, name="mail_list"),
    path("mail/<uuid:message_id>/", mail.mail_show, name="mail_show"),
    path("mail/<uuid:message_id>/html/", mail.mail_show_html, name="mail_show_html"),
    path("mail/opt-out/<str:token>/", mail.mail_opt_out, name="mail_opt_out"),
    path("jobs/<int:pk>/", jobs.job_show, name="job_show"),
    path("jobs/<int:pk>/cancel/", jobs.job_cancel, name="job_cancel"),
    path("jobs/<int:pk>/file/", jobs.job_file, name="job_file"),
    path("readyz", health.ready, name="ready"),
    path("metrics", health.metrics, name="metrics"),
]
