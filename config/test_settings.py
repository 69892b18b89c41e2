"""The settings of the tests: the real ones, made fast and shut in. DATABASE_URL is respected."""

import os
from tempfile import TemporaryDirectory

os.environ.setdefault("SECRET_KEY", "only-for-tests-" + "0123456789" * 4)
os.environ.setdefault("LOG_LEVEL", "WARNING")
# Services are only what a test itself asks for; a developer's own .env must not change what is tested.
for name in ("DEBUG", "BASE_URL", "BROKER_URL", "REDIS_URL", "EMAIL_URL", "SENTRY_DSN", "ALLOWED_HOSTS", "VAR_DIR", "METRICS_KEY"):
    os.environ[name] = ""

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True
if DATABASES["default"]["ENGINE"].endswith("postgresql"):  # noqa: F405
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"  # noqa: F405 nobody misses a test's rows after a power cut
# A page that asks the same kind of question once for each row fails its test.
INSTALLED_APPS = [*INSTALLED_APPS, "zeal"]  # noqa: F405
MIDDLEWARE = ["zeal.middleware.zeal_middleware", *MIDDLEWARE]  # noqa: F405
ZEAL_RAISE = True
# Except where rows are locked one by one: a bulk action is a loop, each with its own checks and event.
ZEAL_ALLOWLIST = [
    {"model": "followup.Obligation", "field": "get()"},
    {"model": "followup.Obligation", "field": "reports"},
    {"model": "followup.Obligation", "field": "rulings"},
    {"model": "followup.Report", "field": "get()"},
    {"model": "followup.YearText", "field": "get()"},
    {"model": "measures.Assignment", "field": "get()"},
    {"model": "measures.Measure", "field": "get()"},
    {"model": "measures.Plan", "field": "periods"},
    {"model": "stakeholders.Actor", "field": "get()"},
]
_mail = TemporaryDirectory(prefix="samspel-mail-")
EMAIL_FILE_PATH = _mail.name  # the letters of the tests, gone with them
