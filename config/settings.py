"""The one settings file. What differs between installations comes from the environment (see deploy/env.example)."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import sentry_sdk
from csp.constants import NONE, SELF

from config import environment as env
from config import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env.load_file(BASE_DIR / ".env")
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))  # database, mail and files of the embedded default

# Who we are
DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret_key(DEBUG)
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")  # the former keys, while a key is being replaced
BASE_URL = env.base_url(DEBUG)  # every link is built from this, never from what the browser says
HOST = urlsplit(BASE_URL).hostname or ""
HTTPS = BASE_URL.startswith("https://")
ALLOWED_HOSTS = [HOST, *(sorted(env.LOOPBACK) if HOST in env.LOOPBACK else []), *env.words("ALLOWED_HOSTS")]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

# Apps, in the order they may import: the lower ones first
INSTALLED_APPS = [
    "stakeholders",
    "measures",
    "followup",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "config.static.StaticFiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.language.language",
    "config.refusals.limit_body",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "stakeholders.sessions.limited",
    "stakeholders.sessions.SignInRequired",  # closed by default: an open page says so itself
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.refusals.Refusals",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "config.forms.Renderer"

# Data
DATABASES = {"default": env.database(VAR_DIR / "samspel.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = VAR_DIR / "files"  # never served as it is: a view checks who asks
REDIS_URL = env.service_url("REDIS_URL", {"redis", "rediss", "unix"}, "redis://dator:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 2},
    }
    if REDIS_URL
    # Shared by every process, as the brute-force counters need; `createcachetable` makes the table.
    # Room enough that nobody's counter is thrown out to make place for others.
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}

# Language and time
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "Europe/Stockholm"
USE_TZ = True

# Static files: named after their content, packed once, kept a year by browsers
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "png", "jpg", "webp", "woff2", "gz", "br"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Signing in: by e-mail, invited people only
AUTH_USER_MODEL = "stakeholders.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "stakeholders.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # the address is verified by the invitation that created the account
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no letters to whoever's address somebody types in
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 allauth's own writes on GET
ACCOUNT_FORMS = {
    "login": "stakeholders.accounts.SignIn",
    "reset_password": "stakeholders.accounts.AskForPassword",
    "reset_password_from_key": "stakeholders.accounts.ChoosePassword",
    "change_password": "stakeholders.accounts.ChangePassword",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("PROXIES", 0)  # 0: the visitor's address is the one that connects
SESSION_COOKIE_AGE = int(timedelta(hours=12).total_seconds())  # see stakeholders/sessions.py for what ends it earlier
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS

# What a browser may do with our pages
CSRF_FAILURE_VIEW = "config.refusals.form_too_old"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS  # https is known from the proxy by gunicorn's forwarded_allow_ips
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Subdomains and the preload list are the owner of the whole domain's to decide on, not ours.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # the grid measures × actors is large
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_PERMISSIONS = 0o640

# Mail
globals().update(env.mail(VAR_DIR / "mail"))
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", f"Samspel <samspel@{HOST if '.' in HOST and HOST not in env.LOOPBACK else 'example.se'}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Later: the rows in the database are the queue and Celery is its doorbell. No broker, no doorbell:
# then nothing is published and `manage.py work` sweeps inside the same machine.
CELERY_BROKER_URL = env.service_url("BROKER_URL", {"redis", "rediss", "amqp", "amqps"}, "redis://dator:6379/1")
CELERY_TIMEZONE = TIME_ZONE
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "mail"
CELERY_TASK_QUEUES: dict[str, dict[str, str]] = {"mail": {}, "heavy": {}}  # a long export never stands before a letter
CELERY_TASK_ROUTES = {"followup.tasks.run_jobs": {"queue": "heavy"}}
BELLS = {"mail": "followup.tasks.send_mail", "heavy": "followup.tasks.run_jobs"}
# Beat keeps one connection and, unlike a page, may wait: without another try it would ring for ever on one that has broken.
BEAT_TRIES_AGAIN = {"retry": True, "retry_policy": {"max_retries": 2, "interval_start": 0, "interval_step": 1}}
CELERY_BEAT_SCHEDULE = {
    task: {"task": f"followup.tasks.{task}", "schedule": 60.0, "options": {"queue": queue, "expires": 50, **BEAT_TRIES_AGAIN}}
    for task, queue in {
        "send_mail": "mail",
        "make_rounds": "mail",
        "plan_reminders": "mail",
        "seal_events": "mail",
        "run_jobs": "heavy",
    }.items()
}
CELERY_BEAT_SCHEDULE["forget_sessions"] = {
    **CELERY_BEAT_SCHEDULE["send_mail"],
    "task": "followup.tasks.forget_sessions",
    "schedule": 3600.0,
}
CELERY_TASK_SOFT_TIME_LIMIT = 50 * 60  # below the time when Redis gives the task to somebody else
CELERY_TASK_TIME_LIMIT = 55 * 60
# A ring that does not get through is caught by the sweep, not waited for: whether the broker refuses,
# is silent or is gone, whoever rings is told within 2 s (measured on Redis and RabbitMQ).
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker looks for its broker until it is back, at most 30 s apart
CELERY_BROKER_HEARTBEAT = 20  # one that has fallen silent is noticed within a minute
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"max_retries": 0, "socket_connect_timeout": 1, "socket_timeout": 2, "visibility_timeout": 3600}
    if CELERY_BROKER_URL.startswith("redis")
    else {"max_retries": 0, "read_timeout": 2, "write_timeout": 2}
)

# The API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "knox.auth.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_VERSIONING_CLASS": "rest_framework.versioning.NamespaceVersioning",
}
REST_KNOX = {"TOKEN_TTL": timedelta(days=365), "AUTH_HEADER_PREFIX": "Bearer"}
SPECTACULAR_SETTINGS = {
    "TITLE": "Samspel",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# What is told to those who run it
METRICS_KEY = env.text("METRICS_KEY")  # without it, /metrics is for signed-in administrators only
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"})
LOGGING = logs.configure(LOG_LEVEL)
SENTRY_DSN = env.service_url("SENTRY_DSN", {"https", "http"}, "https://nyckel@dator/1")
if SENTRY_DSN:
    sentry_sdk.init(
        SENTRY_DSN,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=logs.scrub_sentry,
    )
