"""Who gets in where: every address × every kind of person × every method, against a table written by hand.

The table says what is answered; an address without a row fails. Foreign is 404 with the body of what does not exist.
Columns: nobody signed in · coordinator next door · reporter of another actor · reporter of the actor · reviewer · management · auditor ·
coordinator · admin. "-" is 302 to the sign-in page. Addresses may name things in `the_world`; a POST sends the form in `access_forms.FORMS`.
"""

import re
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from followup.actions.assignments import assign_many
from followup.actions.decisions import ask_for_decision
from followup.actions.journal import write_note
from followup.actions.reviews import request_correction
from followup.models import AnnualFollowUp, FrozenFile
from measures.actions.measures import add_activity
from stakeholders import clock
from stakeholders.actions.attachments import attach_file
from stakeholders.actions.dispatches import plan_dispatch
from stakeholders.actions.jobs import queue_job
from stakeholders.models import Dispatch
from stakeholders.rules import DispatchKind, DispatchState, Role
from stakeholders.transports import from_settings
from tests.access_forms import FORMS
from tests.factories import a_measure, a_plan, a_report, a_template, a_user, an_actor, an_assignment, an_import, an_obligation

PEOPLE = ("nobody", "outsider", "other_reporter", "reporter", "reviewer", "manager", "auditor", "coordinator", "admin")

TABLE = """
# name                  method address                          nobody outsider other_rep reporter reviewer manager auditor coordin admin
alive                   GET    /healthz                         200    200      200       200      200      200     200     200     200
# The first page, the search, the rooms
today                   GET    /                                -      200      200       200      200      200     200     200     200
# One's own answers: for those who may answer for somebody
my_answers              GET    /my/                             -      200      200       200      403      403     403     200     200
my_export               GET    /my/answers.xlsx                 -      200      200       200      403      403     403     200     200
my_import               GET    /my/import/                      -      200      200       200      403      403     403     200     200
my_import               POST   /my/import/                      -      422      422       422      403      403     403     422     422
my_send                 POST   /my/import/send/                 -      404      404       404      403      403     403     404     404
search                  GET    /search/?q=l                     -      200      200       200      200      200     200     200     200
workspace_choose        POST   /workspaces/{workspace}/choose/  -      404      302       302      302      302     302     302     302
# The plan
plan_list               GET    /plans/                          -      200      302       302      200      200     200     200     200
plan_create             GET    /plans/new/                      -      200      403       403      403      403     403     200     200
plan_create             POST   /plans/new/                      -      302      403       403      403      403     403     302     302
plan_page               GET    /plans/{plan}/                   -      404      404       200      200      200     200     200     200
plan_export             GET    /plans/{plan}/table.xlsx         -      404      404       403      200      200     200     200     200
plan_gaps               GET    /plans/{plan}/gaps/              -      404      404       403      200      200     200     200     200
plan_edit               GET    /plans/{plan}/edit/              -      404      404       403      403      403     403     200     200
plan_edit               POST   /plans/{plan}/edit/              -      404      404       403      403      403     403     302     302
plan_adopt              GET    /plans/{plan}/adopt/             -      404      404       403      403      403     403     200     200
plan_adopt              POST   /plans/{plan}/adopt/             -      404      404       403      403      403     403     302     302
goal_create             GET    /plans/{plan}/goals/new/         -      404      404       403      403      403     403     200     200
goal_create             POST   /plans/{plan}/goals/new/         -      404      404       403      403      403     403     302     302
goal_edit               GET    /goals/{goal}/edit/              -      404      404       404      403      403     403     200     200
goal_edit               POST   /goals/{goal}/edit/              -      404      404       404      403      403     403     302     302
cause_create            GET    /plans/{plan}/causes/new/        -      404      404       403      403      403     403     200     200
cause_create            POST   /plans/{plan}/causes/new/        -      404      404       403      403      403     403     302     302
# Measures
measure_page            GET    /measures/{measure}/             -      404      404       200      200      200     200     200     200
measure_history         GET    /measures/{measure}/history/     -      404      404       403      200      200     200     200     200
measure_create          GET    /measures/new/?plan={plan}       -      404      404       403      403      403     403     200     200
measure_create          POST   /measures/new/?plan={plan}       -      404      404       403      403      403     403     302     302
measure_edit            GET    /measures/{measure}/edit/        -      404      404       403      403      403     403     200     200
measure_edit            POST   /measures/{measure}/edit/        -      404      404       403      403      403     403     302     302
measure_pause           GET    /measures/{measure}/pause/       -      404      404       403      403      403     403     200     200
measure_pause           POST   /measures/{measure}/pause/       -      404      404       403      403      403     403     302     302
measure_resume          POST   /measures/{measure}/resume/      -      404      404       403      403      403     403     409     409
measure_end             POST   /measures/{measure}/end/         -      404      404       403      403      403     403     302     302
measure_evidence        GET    /measures/{measure}/evidence/    -      404      404       403      200      200     200     200     200
measure_evidence        POST   /measures/{measure}/evidence/    -      404      404       403      403      403     403     302     302
activity_create         GET    /measures/{measure}/activities/new/ -   404      404       403      403      403     403     200     200
activity_create         POST   /measures/{measure}/activities/new/ -   404      404       403      403      403     403     302     302
activity_edit           GET    /activities/{activity}/edit/     -      404      404       403      403      403     403     200     200
activity_edit           POST   /activities/{activity}/edit/     -      404      404       403      403      403     403     302     302
library                 GET    /measures/library/               -      200      403       403      200      200     200     200     200
library_use             POST   /measures/library/{template}/use/ -     404      404       404      403      403     403     302     302
# Assigning
measure_assign          GET    /measures/{measure}/assign/      -      404      404       403      403      403     403     200     200
measure_assign          POST   /measures/{measure}/assign/?actor={other}   -  404  404    403      403      403     403     302     302
plan_assign             GET    /plans/{plan}/assign/            -      404      404       403      403      403     403     200     200
plan_assign             POST   /plans/{plan}/assign/            -      404      404       403      403      403     403     302     302
plan_assign_undo        POST   /plans/{next_plan}/assign/{event}/undo/ - 404     403       404      403      403     403     302     302
collaboration           GET    /collaboration/                  -      200      403       403      200      200     200     200     200
actor_assign            GET    /actors/{actor}/assign/          -      404      404       403      403      403     403     200     200
assignment_edit         GET    /assignments/{assignment}/edit/  -      404      404       403      403      403     403     200     200
assignment_edit         POST   /assignments/{assignment}/edit/  -      404      404       403      403      403     403     302     302
assignment_end          GET    /assignments/{assignment}/end/   -      404      404       403      403      403     403     200     200
assignment_end          POST   /assignments/{assignment}/end/   -      404      404       403      403      403     403     302     302
assignment_replace      GET    /assignments/{assignment}/replace/ -    404      404       403      403      403     403     200     200
assignment_replace      POST   /assignments/{assignment}/replace/ -    404      404       403      403      403     403     302     302
assignment_accept       POST   /assignments/{proposal}/accept/  -      404      403       404      403      403     403     302     302
assignment_decline      POST   /assignments/{proposal}/decline/ -      404      403       404      403      403     403     302     302
assignment_undo         POST   /assignments/{proposal}/undo/    -      404      403       404      403      403     403     302     302
# The register
actor_list              GET    /actors/                         -      200      200       200      200      200     200     200     200
actor_page              GET    /actors/{actor}/                 -      404      404       200      200      200     200     200     200
actor_history           GET    /actors/{actor}/history/         -      404      404       403      200      200     200     200     200
actor_create            GET    /actors/new/                     -      200      403       403      403      403     403     200     200
actor_create            POST   /actors/new/                     -      302      403       403      403      403     403     302     302
actor_edit              GET    /actors/{actor}/edit/            -      404      404       403      403      403     403     200     200
actor_edit              POST   /actors/{actor}/edit/            -      404      404       403      403      403     403     302     302
actor_close             GET    /actors/{actor}/close/           -      404      404       403      403      403     403     200     200
actor_close             POST   /actors/{actor}/close/           -      404      404       403      403      403     403     302     302
contact_create          GET    /actors/{actor}/contacts/new/    -      404      404       403      403      403     403     200     200
contact_create          POST   /actors/{actor}/contacts/new/    -      404      404       403      403      403     403     302     302
contact_edit            GET    /contacts/{contact}/edit/        -      404      404       403      403      403     403     200     200
contact_edit            POST   /contacts/{contact}/edit/        -      404      404       403      403      403     403     302     302
contact_leave           GET    /contacts/{contact}/leave/       -      404      404       403      403      403     403     200     200
contact_leave           POST   /contacts/{contact}/leave/       -      404      404       403      403      403     403     302     302
# The rounds
round_list              GET    /rounds/                         -      200      403       403      200      200     200     200     200
round_show              GET    /rounds/{period}/                -      404      404       403      200      200     200     200     200
round_export            GET    /rounds/{period}/table.csv       -      404      404       403      200      200     200     200     200
round_remind            POST   /rounds/{period}/remind/         -      404      404       403      403      403     403     302     302
round_close             GET    /rounds/{period}/close/          -      404      404       403      403      403     403     200     200
round_close             POST   /rounds/{period}/close/          -      404      404       403      403      403     403     409     409
round_publish           GET    /rounds/{period}/publish/        -      404      404       403      403      403     403     200     200
round_publish           POST   /rounds/{period}/publish/        -      404      404       403      403      403     403     409     409
round_unlock            GET    /rounds/{period}/unlock/         -      404      404       403      403      403     403     200     200
round_unlock            POST   /rounds/{period}/unlock/         -      404      404       403      403      403     403     409     409
round_make              GET    /plans/{plan}/rounds/            -      404      404       403      200      200     200     200     200
round_make              POST   /plans/{plan}/rounds/            -      404      404       403      403      403     403     302     302
calendar_change         POST   /plans/{plan}/calendar/          -      404      404       403      403      403     403     302     302
obligation_show         GET    /obligations/{obligation}/       -      404      404       200      200      200     200     200     200
obligation_extend       POST   /obligations/{obligation}/extend/    -  404      404       403      403      403     403     302     302
obligation_exempt       POST   /obligations/{obligation}/exempt/    -  404      404       403      403      403     403     302     302
obligation_reinstate    POST   /obligations/{obligation}/reinstate/ -  404      404       403      403      403     403     409     409
obligation_revoke_links POST   /obligations/{obligation}/revoke-links/ - 404     404       403      403      403     403     302     302
# Reports and their review
review_list             GET    /reviews/                        -      200      403       403      200      403     403     200     403
report_approve_many     POST   /reviews/approve/                -      302      403       403      302      403     403     302     403
report_show             GET    /reports/{report}/               -      404      404       200      200      200     200     200     200
report_as_answered      GET    /reports/{report}/as-answered/   -      404      404       200      200      200     200     200     200
report_effect           GET    /reports/{report}/effect/        -      404      404       403      200      403     403     200     403
report_approve          POST   /reports/{report}/approve/       -      404      404       403      302      403     403     302     403
report_return           POST   /reports/{report}/return/        -      404      404       403      302      403     403     302     403
report_withdraw         POST   /reports/{report}/withdraw/      -      404      404       403      403      403     403     409     409
report_comment          POST   /reports/{report}/comment/       -      404      404       302      302      403     403     302     302
report_request_correction POST /reports/{report}/request-correction/ - 404      404       409      409      403     403     409     409
correction_decline      POST   /corrections/{correction}/decline/    - 404      404       403      302      403     403     302     403
# A part in a measure, and its journal
assignment_show         GET    /assignments/{assignment}/       -      404      404       200      200      200     200     200     200
note_write              POST   /assignments/{assignment}/notes/ -      404      404       302      302      403     403     302     302
note_file               GET    /notes/{note}/files/{note_file}/ -      404      404       200      200      404     404     200     200
note_remove             POST   /notes/{note}/remove/            -      404      404       302      403      404     404     403     403
# A plan read in from a file
import_upload           GET    /imports/                        -      200      403       403      403      403     403     200     200
import_upload           POST   /imports/                        -      422      403       403      403      403     403     422     422
import_example          GET    /imports/example.xlsx            -      200      200       200      200      200     200     200     200
import_show             GET    /imports/{import}/               -      404      404       404      403      403     403     200     200
import_columns          GET    /imports/{import}/sheets/0/      -      404      404       404      403      403     403     200     200
import_columns          POST   /imports/{import}/sheets/0/      -      404      404       404      403      403     403     302     302
import_settle           POST   /imports/{import}/settle/        -      404      404       404      403      403     403     302     302
import_confirm          POST   /imports/{import}/confirm/       -      404      404       404      403      403     403     302     302
import_cancel           POST   /imports/{import}/cancel/        -      404      404       404      403      403     403     302     302
import_undo             POST   /imports/{import}/undo/          -      404      404       404      403      403     403     409     409
import_left_out         GET    /imports/{import}/rows.xlsx      -      404      404       404      403      403     403     200     200

# A photo or a document beside an answer, a note …
file_open               GET    /files/{file}/                   -      404      404       200      200      403     403     200     403
# A partner's pages: not signed in to; tests/followup/test_link_pages.py walks them with the cookie of a link.
link_open                   GET  /l/guessed/                                     404  404  404  404  404  404  404  404  404
link_open                   POST /l/guessed/                                     404  404  404  404  404  404  404  404  404
link_renew                  GET  /l/guessed/new/                                 405  405  405  405  405  405  405  405  405
link_renew                  POST /l/guessed/new/                                 404  404  404  404  404  404  404  404  404
link_say_wrong              GET  /l/guessed/wrong/                               404  404  404  404  404  404  404  404  404
link_say_wrong              POST /l/guessed/wrong/                               404  404  404  404  404  404  404  404  404
answer_list                 GET  /answer/                                        403  403  403  403  403  403  403  403  403
answer_list                 POST /answer/                                        403  403  403  403  403  403  403  403  403
answer_say_name             GET  /answer/name/                                   403  403  403  403  403  403  403  403  403
answer_say_name             POST /answer/name/                                   403  403  403  403  403  403  403  403  403
answer_same                 GET  /answer/same/                                   403  403  403  403  403  403  403  403  403
answer_same                 POST /answer/same/                                   403  403  403  403  403  403  403  403  403
answer_send_ready           GET  /answer/send/                                   403  403  403  403  403  403  403  403  403
answer_send_ready           POST /answer/send/                                   403  403  403  403  403  403  403  403  403
proposal_list               GET  /proposals/guessed/                              404  404  404  404  404  404  404  404  404
proposal_accept             POST /proposals/guessed/{assignment}/accept/          404  404  404  404  404  404  404  404  404
proposal_decline            POST /proposals/guessed/{assignment}/decline/         404  404  404  404  404  404  404  404  404
link:answer_show            GET  /answer/{obligation}/                           403  403  403  403  403  403  403  403  403
link:answer_who             GET  /answer/{obligation}/who/                       403  403  403  403  403  403  403  403  403
link:answer_why             GET  /answer/{obligation}/why/                       403  403  403  403  403  403  403  403  403
link:answer_status          GET  /answer/{obligation}/status/                    403  403  403  403  403  403  403  403  403
link:answer_reason          GET  /answer/{obligation}/reason/                    403  403  403  403  403  403  403  403  403
link:answer_figures         GET  /answer/{obligation}/figures/                   403  403  403  403  403  403  403  403  403
link:answer_happened        GET  /answer/{obligation}/happened/                  403  403  403  403  403  403  403  403  403
link:answer_needs           GET  /answer/{obligation}/needs/                     403  403  403  403  403  403  403  403  403
link:answer_file            GET  /answer/{obligation}/file/                      403  403  403  403  403  403  403  403  403
link:answer_check           GET  /answer/{obligation}/check/                     403  403  403  403  403  403  403  403  403
link:answer_thanks          GET  /answer/{obligation}/thanks/                    403  403  403  403  403  403  403  403  403
link:answer_unchanged       GET  /answer/{obligation}/unchanged/                 403  403  403  403  403  403  403  403  403
link:answer_calendar        GET  /answer/{obligation}/next.ics                   403  403  403  403  403  403  403  403  403
link:answer_year            GET  /answer/{obligation}/year.html                  403  403  403  403  403  403  403  403  403
link:answer_open_file       GET  /answer/{obligation}/file/1/                    403  403  403  403  403  403  403  403  403
link:answer_who             POST /answer/{obligation}/who/                       403  403  403  403  403  403  403  403  403
link:answer_why             POST /answer/{obligation}/why/                       403  403  403  403  403  403  403  403  403
link:answer_status          POST /answer/{obligation}/status/                    403  403  403  403  403  403  403  403  403
link:answer_reason          POST /answer/{obligation}/reason/                    403  403  403  403  403  403  403  403  403
link:answer_figures         POST /answer/{obligation}/figures/                   403  403  403  403  403  403  403  403  403
link:answer_happened        POST /answer/{obligation}/happened/                  403  403  403  403  403  403  403  403  403
link:answer_needs           POST /answer/{obligation}/needs/                     403  403  403  403  403  403  403  403  403
link:answer_file            POST /answer/{obligation}/file/                      403  403  403  403  403  403  403  403  403
link:answer_submit          POST /answer/{obligation}/submit/                    403  403  403  403  403  403  403  403  403
link:answer_unchanged       POST /answer/{obligation}/unchanged/                 403  403  403  403  403  403  403  403  403
link:answer_change          POST /answer/{obligation}/change/                    403  403  403  403  403  403  403  403  403
link:answer_discard         POST /answer/{obligation}/discard/                   403  403  403  403  403  403  403  403  403
link:answer_remove_file     POST /answer/{obligation}/file/1/remove/             403  403  403  403  403  403  403  403  403
# The same pages for whoever is signed in: the actor's reporters, and the coordinator on their behalf. The report is sent in and not reviewed.
account:answer_show         GET  /obligations/{obligation}/answer/               -    404  404  200  403  403  403  200  200
account:answer_who          GET  /obligations/{obligation}/answer/who/           -    404  404  200  403  403  403  200  200
account:answer_why          GET  /obligations/{obligation}/answer/why/           -    404  404  200  403  403  403  200  200
account:answer_status       GET  /obligations/{obligation}/answer/status/        -    404  404  200  403  403  403  200  200
account:answer_reason       GET  /obligations/{obligation}/answer/reason/        -    404  404  200  403  403  403  200  200
account:answer_figures      GET  /obligations/{obligation}/answer/figures/       -    404  404  200  403  403  403  200  200
account:answer_happened     GET  /obligations/{obligation}/answer/happened/      -    404  404  200  403  403  403  200  200
account:answer_needs        GET  /obligations/{obligation}/answer/needs/         -    404  404  200  403  403  403  200  200
account:answer_file         GET  /obligations/{obligation}/answer/file/          -    404  404  200  403  403  403  200  200
account:answer_check        GET  /obligations/{obligation}/answer/check/         -    404  404  302  403  403  403  302  302
account:answer_thanks       GET  /obligations/{obligation}/answer/thanks/        -    404  404  200  403  403  403  200  200
account:answer_unchanged    GET  /obligations/{obligation}/answer/unchanged/     -    404  404  302  403  403  403  302  302
account:answer_calendar     GET  /obligations/{obligation}/answer/next.ics       -    404  404  200  403  403  403  200  200
account:answer_year         GET  /obligations/{obligation}/answer/year.html      -    404  404  404  403  403  403  404  404
account:answer_open_file    GET  /obligations/{obligation}/answer/file/{file}/        -    404  404  200  403  403  403  200  200
account:answer_who          POST /obligations/{obligation}/answer/who/           403  404  404  422  403  403  403  422  422
account:answer_why          POST /obligations/{obligation}/answer/why/           403  404  404  422  403  403  403  422  422
account:answer_status       POST /obligations/{obligation}/answer/status/        403  404  404  302  403  403  403  302  302
account:answer_reason       POST /obligations/{obligation}/answer/reason/        403  404  404  422  403  403  403  422  422
account:answer_figures      POST /obligations/{obligation}/answer/figures/       403  404  404  422  403  403  403  422  422
account:answer_happened     POST /obligations/{obligation}/answer/happened/      403  404  404  302  403  403  403  302  302
account:answer_needs        POST /obligations/{obligation}/answer/needs/         403  404  404  302  403  403  403  302  302
account:answer_file         POST /obligations/{obligation}/answer/file/          403  404  404  422  403  403  403  422  422
account:answer_submit       POST /obligations/{obligation}/answer/submit/        403  404  404  302  403  403  403  302  302
account:answer_unchanged    POST /obligations/{obligation}/answer/unchanged/     403  404  404  302  403  403  403  302  302
account:answer_change       POST /obligations/{obligation}/answer/change/        403  404  404  302  403  403  403  302  302
account:answer_discard      POST /obligations/{obligation}/answer/discard/       403  404  404  302  403  403  403  302  302
account:answer_remove_file  POST /obligations/{obligation}/answer/file/{file}/remove/ 403  404  404  302  403  403  403  302  302
# The year
year_list               GET    /years/                          -      200      403       403      200      200     200     200     200
year_show               GET    /plans/{plan}/years/2026/        -      404      404       403      200      200     200     200     200
year_reports            GET    /plans/{plan}/years/2026/reports/ -     404      404       403      200      200     200     200     200
year_workbook           POST   /plans/{plan}/years/2026/excel/  -      404      404       403      200      200     200     200     200
year_export             GET    /plans/{plan}/years/2026/targets.csv -  404      404       403      200      200     200     200     200
year_compare            GET    /plans/{plan}/years/2026/compare/  -    404      404       403      200      200     200     200     200
long_show               GET    /plans/{plan}/long/              -      404      404       403      200      200     200     200     200
long_export             GET    /plans/{plan}/long/figures.csv   -      404      404       403      200      200     200     200     200
figure_show             GET    /indicators/{indicator}/figure/  -      404      404       404      200      200     200     200     200
year_freeze             GET    /plans/{plan}/years/2026/freeze/ -      404      404       403      403      200     403     200     200
year_freeze             POST   /plans/{plan}/years/2026/freeze/ -      404      404       403      403      409     403     409     409
assessment_list         GET    /plans/{plan}/years/2026/assessments/ - 404     404       403      200      200     200     200     200
goal_assess             GET    /goals/{goal}/years/2026/assess/ -      404      404       404      200      200     200     200     200
goal_assess             POST   /goals/{goal}/years/2026/assess/ -      404      404       404      403      302     403     302     302
measure_assess          GET    /measures/{measure}/years/2026/assess/ - 404     404       403      200      200     200     200     200
measure_assess          POST   /measures/{measure}/years/2026/assess/ - 404     404       403      403      302     403     302     302
decision_list           GET    /plans/{plan}/years/2026/decisions/ -   404      404       403      200      200     200     200     200
decision_ask            GET    /plans/{plan}/years/2026/decisions/new/?report={report} - 404 404 403 200   200     403     200     200
decision_ask            POST   /plans/{plan}/years/2026/decisions/new/ - 404    404       403      302      302     403     302     302
decision_show           GET    /decisions/{decision}/           -      404      404       404      200      200     200     200     200
decision_edit           GET    /decisions/{decision}/edit/      -      404      404       404      200      200     403     200     200
decision_edit           POST   /decisions/{decision}/edit/      -      404      404       404      302      302     403     302     302
decision_record         GET    /decisions/{decision}/record/    -      404      404       404      403      302     403     302     302
decision_record         POST   /decisions/{decision}/record/    -      404      404       404      403      302     403     302     302
workbench_show          GET    /plans/{plan}/years/2026/workbench/ -   404      404       403      200      200     200     200     200
workbench_plan          GET    /plans/{plan}/years/2026/workbench/plan/ - 404   404       403      403      200     403     200     200
workbench_plan          POST   /plans/{plan}/years/2026/workbench/plan/ - 404   404       403      403      302     403     302     302
workbench_preview       GET    /plans/{plan}/years/2026/workbench/preview/ - 404 404      403      200      200     200     200     200
text_write              GET    /plans/{plan}/years/2026/texts/{goal}/ - 404     404       403      403      200     403     200     200
text_write              POST   /plans/{plan}/years/2026/texts/{goal}/ - 404     404       403      403      302     403     302     302
tertial_show            GET    /plans/{plan}/years/2026/tertials/2/ -  404      404       403      200      200     200     200     200
tertial_draw            POST   /plans/{plan}/years/2026/tertials/2/pdf/ - 404   404       403      302      302     302     302     302
v1:figure_list          GET    /api/v1/figures/?plan={plan}&window=2026-T1 401 404 404 200  200      200     200     200     200
v1:status_list          GET    /api/v1/statuses/?plan={plan}&window=2026-T1 401 404 404 403 200     200      200     200     200
frozen_show             GET    /frozen/{frozen}/                -      404      404       404      200      200     200     200     200
frozen_file             GET    /frozen/{frozen}/aret.json       -      404      404       404      200      200     200     200     200
frozen_archive          GET    /frozen/{frozen}/archive/        -      404      404       404      200      200     200     200     200
# Mail, heavy work, health. A job is one's own. The letters are read here only where there is no mail server.
ready                   GET    /readyz                          503    503      503       503      503      503     503     503     503
metrics                 GET    /metrics                         404    404      404       404      404      404     404     404     200
dispatch_list           GET    /dispatches/                     -      200      403       403      403      403     403     200     200
dispatch_resend         POST   /dispatches/{dispatch}/resend/   -      404      404       404      403      403     403     302     302
dispatch_leave          POST   /dispatches/{dispatch}/leave/    -      404      404       404      403      403     403     302     302
dispatch_cancel         POST   /dispatches/{waiting}/cancel/    -      404      404       404      403      403     403     302     302
letters_change          GET    /letters/                        -      200      403       403      403      403     403     200     200
letters_change          POST   /letters/                        -      302      403       403      403      403     403     302     302
mail_list               GET    /mail/                           -      200      403       403      403      403     403     200     200
mail_show               GET    /mail/{letter}/                  -      404      404       404      403      403     403     200     200
mail_show_html          GET    /mail/{letter}/html/             -      404      404       404      403      403     403     200     200
mail_opt_out            GET    /mail/opt-out/guessed/           404    404      404       404      404      404     404     404     404
mail_opt_out            POST   /mail/opt-out/guessed/           404    404      404       404      404      404     404     404     404
job_show                GET    /jobs/{job}/                     -      404      404       404      404      404     404     200     404
job_cancel              POST   /jobs/{job}/cancel/              -      404      404       404      404      404     404     302     404
job_file                GET    /jobs/{job}/file/                -      404      404       404      404      404     404     404     404
"""

NOT_OURS = {
    "account_": "sign-in pages of allauth, open by nature; tests/stakeholders/test_sign_in.py walks them",
}
"""Names that begin like this belong to a library and are tested where it says."""


@dataclass(frozen=True)
class Row:
    name: str
    method: str
    address: str
    answers: dict[str, str]


def rows() -> list[Row]:
    lines = (line.split() for line in TABLE.splitlines() if line.strip() and not line.startswith("#"))
    return [Row(name, method, address, dict(zip(PEOPLE, answers, strict=True))) for name, method, address, *answers in lines]


@pytest.fixture
def the_world(
    workspace,
    coordinator,
    reviewer,
    manager,
    auditor,
    reporter,
    outsider,
    company,
    plan,
    measure,
    indicator,
    assignment,
    period,
    obligation,
):
    """Two workspaces, everybody in the first one, and one of each thing that an address can name."""
    other = an_actor(workspace, "Studieförbundet Kanalen (Exempel)")
    people = {
        "nobody": None,
        "outsider": outsider,
        "other_reporter": a_user(other, Role.REPORTER),
        "reporter": reporter,
        "reviewer": reviewer,
        "manager": manager,
        "auditor": auditor,
        "coordinator": coordinator,
        "admin": a_user(company, Role.ADMIN),
    }
    report = a_report(obligation, figures=[12])
    # Another answer of the same actor: approved, with a wish for a correction; and a note in the journal.
    other_measure = a_measure(plan)
    approved = a_report(an_obligation(an_assignment(other_measure, assignment.actor), period), approved_by=reviewer)
    correction = request_correction(approved, by=reporter, reason="räknat fel")
    note = write_note(assignment, by=reporter, day=clock.today(), text="Vi har flyttat.", visibility="shared")
    file = attach_file(obligation, BytesIO(b"%PDF-1.7"), by=reporter, workspace=workspace, name="foto.pdf", size=8)
    note_file = attach_file(note, BytesIO(b"%PDF-1.7"), by=reporter, workspace=workspace, name="underlag.pdf", size=8)
    frozen = AnnualFollowUp.objects.create(plan=plan, year=2025, version=1, rules_version="1", frozen_by=coordinator)
    FrozenFile.objects.create(annual=frozen, name="aret.json", content_type="application/json", content=b"{}", sha256="")
    # A proposal to the other actor, in a plan of its own so that the other actor sees nothing of the first.
    next_plan = a_plan(workspace, title="Nästa plan (Exempel)")
    event, (proposal,) = assign_many(next_plan, [(a_measure(next_plan), other, "contributing")], by=coordinator)
    job = queue_job("export", workspace=workspace, by=coordinator)
    dispatch = plan_dispatch(DispatchKind.REQUEST, workspace=workspace, to=assignment.contact, about=[(obligation, "t-14")])
    letter = plan_dispatch(DispatchKind.NEW_LINK, workspace=workspace, to=assignment.contact, about=[(obligation, "new")])
    Dispatch.objects.filter(pk=dispatch.pk).update(state=DispatchState.UNCERTAIN)
    from_settings().open()
    from_settings().hand_over(b"Subject: Hej\r\n\r\nHej\r\n", letter.message_id)
    things = {
        "decision": ask_for_decision(plan, 2026, by=coordinator, question="?", why="?", asked_by="?", proposal="?").pk,
        "dispatch": dispatch.pk,
        "letter": letter.message_id,
        "waiting": letter.pk,
        "job": job.pk,
        "frozen": frozen.pk,
        "plan": plan.pk,
        "next_plan": next_plan.pk,
        "event": event.pk,
        "proposal": proposal.pk,
        "other": other.pk,
        "contact": assignment.contact_id,
        "activity": add_activity(measure, by=None, title="Utbilda läxhjälpare").pk,
        "template": a_template().slug,
        "measure": measure.pk,
        "goal": measure.goal_id,
        "actor": assignment.actor_id,
        "indicator": indicator.pk,
        "assignment": assignment.pk,
        "period": period.pk,
        "obligation": obligation.pk,
        "report": report.pk,
        "correction": correction.pk,
        "note": note.pk,
        "file": file.pk,
        "note_file": note_file.pk,
        "import": an_import(workspace, by=coordinator).pk,
        "workspace": workspace.slug,
    }
    return people, things


GROUPS = 12
"""The world is built once for a group of rows; each request is rolled back."""


@pytest.fixture
def visitors(the_world) -> dict[str, Client]:
    """A browser for each kind of person, signed in."""
    people, _things = the_world
    clients = {name: Client(raise_request_exception=True) for name in people}
    for name, user in people.items():
        if user:
            clients[name].force_login(user)
    return clients


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.django_db
def test_every_kind_of_person_is_answered_as_the_table_says(group, the_world, visitors):
    _people, things = the_world
    wrong = {}
    for row in rows()[group::GROUPS]:
        given = {name: _answer(client, row, things) for name, client in visitors.items()}
        if given != row.answers:
            wrong[f"{row.method} {row.name}"] = {
                name: f"{given[name]}, not {row.answers[name]}" for name in given if given[name] != row.answers[name]
            }
    assert not wrong


def _answer(client: Client, row: Row, things: dict[str, Any]) -> str:
    """The status that a person gets, "-" for the way to the sign-in page. What was changed is taken back, and so is who is signed in."""
    form = {field: value.format(**things) if isinstance(value, str) else value for field, value in FORMS.get(row.name, {}).items()}
    address, cookies = row.address.format(**things), client.cookies.copy()
    with transaction.atomic():
        answer = client.post(address, form) if row.method == "POST" else client.generic(row.method, address)
        transaction.set_rollback(True)
    client.cookies = cookies
    is_sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/account/login/")
    return "-" if is_sent_to_sign_in else str(answer.status_code)


@pytest.mark.parametrize("group", range(GROUPS))
@pytest.mark.django_db
def test_what_is_foreign_and_what_does_not_exist_look_the_same(group, the_world, visitors):
    _people, things = the_world
    nowhere = dict.fromkeys(things, 987_654) | {"workspace": "finns-inte", "letter": uuid4()}
    for row in [row for row in rows() if "{" in row.address][group::GROUPS]:
        for name, client in visitors.items():
            if row.answers[name] == "404":
                foreign = client.generic(row.method, row.address.format(**things))
                missing = client.generic(row.method, row.address.format(**nowhere))
                assert (foreign.status_code, missing.status_code) == (404, 404), (row, name)
                assert _but_for_form_secrets(foreign.content) == _but_for_form_secrets(missing.content), (row, name)


def _but_for_form_secrets(body: bytes) -> bytes:
    """A page is masked anew each time where the secret against forged forms stands."""
    return re.sub(rb"\b[A-Za-z0-9]{64}\b", b"", body)


def test_every_address_has_a_row():
    written = {row.name for row in rows()}
    unwritten = {name for name in _addresses(get_resolver()) if name not in written and not name.startswith(tuple(NOT_OURS))}
    assert not unwritten, f"Write a row in TABLE for: {', '.join(sorted(unwritten))}"


def _addresses(resolver: URLResolver, namespace: str = "") -> set[str]:
    names = set()
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            names.add(namespace + (entry.name or str(entry.pattern)))
        else:
            names |= _addresses(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return names
