"""The addresses of followup."""

from django.urls import path

from followup.views import calendar, journal, obligations, reviews, rounds

urlpatterns = [
    path("rounds/", rounds.round_list, name="round_list"),
    path("rounds/<int:pk>/", rounds.round_show, name="round_show"),
    path("rounds/<int:pk>/table.csv", rounds.round_export, name="round_export"),
    path("rounds/<int:pk>/remind/", rounds.round_remind, name="round_remind"),
    path("rounds/<int:pk>/close/", rounds.round_close, name="round_close"),
    path("rounds/<int:pk>/unlock/", rounds.round_unlock, name="round_unlock"),
    path("plans/<int:pk>/rounds/", calendar.round_make, name="round_make"),
    path("plans/<int:pk>/calendar/", calendar.calendar_change, name="calendar_change"),
    path("obligations/<int:pk>/", obligations.obligation_show, name="obligation_show"),
    path("obligations/<int:pk>/extend/", obligations.obligation_extend, name="obligation_extend"),
    path("obligations/<int:pk>/exempt/", obligations.obligation_exempt, name="obligation_exempt"),
    path("obligations/<int:pk>/reinstate/", obligations.obligation_reinstate, name="obligation_reinstate"),
    path("reviews/", reviews.review_list, name="review_list"),
    path("reviews/approve/", reviews.report_approve_many, name="report_approve_many"),
    path("reports/<int:pk>/", reviews.report_show, name="report_show"),
    path("reports/<int:pk>/as-answered/", reviews.report_as_answered, name="report_as_answered"),
    path("reports/<int:pk>/approve/", reviews.report_approve, name="report_approve"),
    path("reports/<int:pk>/return/", reviews.report_return, name="report_return"),
    path("reports/<int:pk>/withdraw/", reviews.report_withdraw, name="report_withdraw"),
    path("reports/<int:pk>/comment/", reviews.report_comment, name="report_comment"),
    path("reports/<int:pk>/request-correction/", reviews.report_request_correction, name="report_request_correction"),
    path("corrections/<int:pk>/decline/", reviews.correction_decline, name="correction_decline"),
    path("assignments/<int:pk>/", journal.assignment_show, name="assignment_show"),
    path("assignments/<int:pk>/notes/", journal.note_write, name="note_write"),
    path("notes/<int:pk>/remove/", journal.note_remove, name="note_remove"),
]
