"""The addresses of followup."""

from collections.abc import Callable

from django.urls import URLPattern, URLResolver, include, path

from followup.views import answer, calendar, figures, files, journal, link, obligations, proposals, receipt, reviews, rounds, tasks, years
from followup.views.doors import View, by_account, by_link


def answer_pages(door: Callable[[View], View]) -> list[URLPattern]:
    """The pages of one answer, behind one of its two doors."""
    pages: dict[str, View] = {
        "": receipt.answer_show,
        "who/": answer.answer_who,
        "why/": answer.answer_why,
        "status/": answer.answer_status,
        "reason/": answer.answer_reason,
        "figures/": answer.answer_figures,
        "happened/": answer.answer_happened,
        "needs/": answer.answer_needs,
        "file/": files.answer_file,
        "file/<int:file_id>/": files.answer_open_file,
        "file/<int:file_id>/remove/": files.answer_remove_file,
        "check/": receipt.answer_check,
        "submit/": receipt.answer_submit,
        "unchanged/": receipt.answer_unchanged,
        "thanks/": receipt.answer_thanks,
        "change/": receipt.answer_change,
        "discard/": receipt.answer_discard,
        "next.ics": receipt.answer_calendar,
    }
    return [path(address, door(view), name=view.__name__) for address, view in pages.items()]


urlpatterns: list[URLPattern | URLResolver] = [
    path("l/<str:token>/", link.link_open, name="link_open"),
    path("l/<str:token>/new/", link.link_renew, name="link_renew"),
    path("l/<str:token>/wrong/", link.link_say_wrong, name="link_say_wrong"),
    path("answer/", tasks.answer_list, name="answer_list"),
    path("answer/name/", tasks.answer_say_name, name="answer_say_name"),
    path("answer/same/", tasks.answer_same, name="answer_same"),
    path("answer/send/", tasks.answer_send_ready, name="answer_send_ready"),
    path("proposals/<str:token>/", proposals.proposal_list, name="proposal_list"),
    path("proposals/<str:token>/<int:assignment_id>/accept/", proposals.proposal_accept, name="proposal_accept"),
    path("proposals/<str:token>/<int:assignment_id>/decline/", proposals.proposal_decline, name="proposal_decline"),
    path("answer/<int:obligation_id>/", include((answer_pages(by_link), "link"))),
    path("obligations/<int:obligation_id>/answer/", include((answer_pages(by_account), "account"))),
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
    path("years/", years.year_list, name="year_list"),
    path("plans/<int:pk>/years/<int:number>/", years.year_show, name="year_show"),
    path("plans/<int:pk>/years/<int:number>/reports/", years.year_reports, name="year_reports"),
    path("plans/<int:pk>/years/<int:number>/excel/", years.year_workbook, name="year_workbook"),
    path("plans/<int:pk>/years/<int:number>/<slug:table>.csv", years.year_export, name="year_export"),
    path("indicators/<int:pk>/figure/", figures.figure_show, name="figure_show"),
    path("frozen/<int:pk>/", years.frozen_show, name="frozen_show"),
    path("frozen/<int:pk>/archive/", years.frozen_archive, name="frozen_archive"),
    path("frozen/<int:pk>/<str:name>", years.frozen_file, name="frozen_file"),
]
