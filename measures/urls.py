"""The addresses of measures."""

from django.urls import path

from measures.views import imports, measures, plans, search

urlpatterns = [
    path("imports/", imports.upload, name="import_upload"),
    path("imports/example.xlsx", imports.example, name="import_example"),
    path("imports/<int:pk>/", imports.show, name="import_show"),
    path("imports/<int:pk>/sheets/<int:index>/", imports.columns, name="import_columns"),
    path("imports/<int:pk>/settle/", imports.settle, name="import_settle"),
    path("imports/<int:pk>/confirm/", imports.confirm, name="import_confirm"),
    path("imports/<int:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("imports/<int:pk>/rows.xlsx", imports.left_out, name="import_left_out"),
    path("search/", search.search, name="search"),
    path("plans/", plans.listing, name="plan_list"),
    path("plans/new/", plans.create, name="plan_create"),
    path("plans/<int:pk>/edit/", plans.edit, name="plan_edit"),
    path("plans/<int:pk>/adopt/", plans.adopt, name="plan_adopt"),
    path("plans/<int:pk>/goals/new/", plans.create_goal, name="goal_create"),
    path("plans/<int:pk>/causes/new/", plans.create_cause, name="cause_create"),
    path("goals/<int:pk>/edit/", plans.edit_goal, name="goal_edit"),
    path("measures/new/", measures.create, name="measure_create"),
    path("measures/library/", measures.library, name="library"),
    path("measures/library/<slug:slug>/use/", measures.use, name="library_use"),
    path("measures/<int:pk>/evidence/", measures.evidence, name="measure_evidence"),
    path("measures/<int:pk>/activities/new/", measures.create_activity, name="activity_create"),
    path("measures/<int:pk>/pause/", measures.pause, name="measure_pause"),
    path("measures/<int:pk>/resume/", measures.resume, name="measure_resume"),
    path("measures/<int:pk>/end/", measures.end, name="measure_end"),
    path("activities/<int:pk>/edit/", measures.edit_activity, name="activity_edit"),
]
