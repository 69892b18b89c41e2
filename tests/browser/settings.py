"""The settings of the server that the browser visits: the real ones, and the pages that only tests have."""

import os
from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import STORAGES, TEMPLATES

ROOT_URLCONF = "tests.browser.urls"
TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"  # packing takes a minute
STATIC_ROOT = os.environ["STATIC_ROOT"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # as the tests write them
