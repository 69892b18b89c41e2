"""The doorbell: Celery wakes a worker. What is to be done stands in the database, so a lost ring costs time only."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("samspel")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
