"""The addresses of measures."""

from django.urls import path

from measures.views import imports

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
]
