"""Settings: read once from the environment; a wrong value stops the boot with a sentence.

Documented in docs/operators.md, one row a name.
"""

from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from psycopg import IsolationLevel

from config import env, schedule, stepup

VERSION = "0.1.0"
BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK = {"localhost", "127.0.0.1", "::1"}

# Where the program is reached. LOCAL=1 is for `make run`: plain http on loopback only.
LOCAL = env.flag("LOCAL")
PORT = env.number("PORT", 8000, 1, 65535)
SITE_URL = env.site_url("SITE_URL", f"http://localhost:{PORT}" if LOCAL else "https://localhost")
SITE_HOST = urlsplit(SITE_URL).hostname or ""
if LOCAL and SITE_HOST not in LOOPBACK:
    raise ImproperlyConfigured("LOCAL=1 is for this machine only: SITE_URL must be on localhost.")
INTERNAL_URL = env.site_url("INTERNAL_URL", SITE_URL)
DEBUG = env.flag("DEBUG")
if DEBUG and not LOCAL:
    raise ImproperlyConfigured("DEBUG=1 needs LOCAL=1.")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, 0, 5)

# Secrets.
SECRET_KEY = env.required("SECRET_KEY")
if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("SECRET_KEY is too short: use at least 50 random characters.")
SECRET_KEY_FALLBACKS = env.listed("SECRET_KEY_FALLBACKS")
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")
env.required("CLICK_TOKEN_KEYS")
CLICK_TOKEN_KEYS = env.listed("CLICK_TOKEN_KEYS")

# Limits an operator may widen.
HOLD_DAYS_MIN = env.number("HOLD_DAYS_MIN", 30, 0, 365)
HOLD_DAYS_MAX = env.number("HOLD_DAYS_MAX", 60, HOLD_DAYS_MIN, 365)
TERMS_NOTICE_DAYS = env.number("TERMS_NOTICE_DAYS", 14, 0, 365)
RAW_BODY_DAYS = env.number("RAW_BODY_DAYS", 30, 1, 365)
MAIL_BODY_DAYS = env.number("MAIL_BODY_DAYS", 30, 1, 365)
CLICK_DETAIL_DAYS = env.number("CLICK_DETAIL_DAYS", 90, 30, 395)
ARCHIVED_IMAGE_DAYS = env.number("ARCHIVED_IMAGE_DAYS", 30, 1, 365)
INVITATION_DAYS = env.number("INVITATION_DAYS", 90, 1, 365)
API_REQUESTS_PER_MINUTE = env.number("API_REQUESTS_PER_MINUTE", 600, 10, 100_000)
DEMO_PERCENT = env.number("DEMO_PERCENT", 100, 5, 100)
MAIL_DAILY_CAP = env.number("MAIL_DAILY_CAP", 2000, 10, 1_000_000)
WEBHOOK_NETWORKS = env.networks("WEBHOOK_NETWORKS")

# Anybody may join programs; who may open a brand is for the operator to say.
ALLOW_BRAND_SIGNUP = env.flag("ALLOW_BRAND_SIGNUP", default="1" if LOCAL else "0")
METRICS_TOKEN = env.text("METRICS_TOKEN")

# Outside the database, so that a restored copy of it is known (core/fence.py).
STATE_DIR = Path(env.text("STATE_DIR", str(BASE_DIR / "var" / "state")))
BACKUP_DIR = env.text("BACKUP_DIR")
BACKUP_KEY = env.text("BACKUP_KEY")
INTERNAL_HOST = urlsplit(INTERNAL_URL).hostname or ""
ALLOWED_HOSTS = list(dict.fromkeys([SITE_HOST, INTERNAL_HOST, *env.listed("EXTRA_HOSTS")]))
if LOCAL:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]", "testserver"]
USE_X_FORWARDED_HOST = False  # a proxy passes the name that was asked on as it is
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "core",
    "ledger",
    "brands",
    "affiliates",
    "tracking",
    "payouts",
    "portal",
    "config.apps.ConfigApp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "core.middleware.RequestIdMiddleware",
    "core.throttle.BeatMiddleware",
    "core.middleware.StrictMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "brands.middleware.LinkHostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.middleware.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.PreferencesMiddleware",
    "core.middleware.WrongMethodMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.WholePageMiddleware",
    "core.middleware.SessionAgeMiddleware",
    "affiliates.middleware.ViewingMiddleware",
    "core.stepup.StepUpMiddleware",
    "core.throttle.ThrottleMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = True

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
                "core.context.site",
                "brands.context.my_brands",
                "affiliates.context.unread_news",
                "affiliates.middleware.viewing_bar",
            ],
            "builtins": ["core.templatetags.fairshare"],
        },
    }
]

# What pages of brands ask of apps above them: counts in the navigation by their name in the
# templates, the commissions of a program that a new setting leaves as they are, and the creators
# who must have notice of one. Of the set-up: whether a store was heard, a test order passed, and
# anybody joined or was invited.
BRAND_PAGE_COUNTS = "tracking.context.count_for_navigation"
COUNT_PENDING = "tracking.context.count_pending"
SETUP_FACTS = (
    "tracking.context.has_heard_store",
    "tracking.context.has_passed_trial",
    "affiliates.context.has_invited",
)
COUNT_MEMBERS = "affiliates.context.count_members"
# Who of a brand's creators had an order since a moment: news may be for those alone.
FIND_ACTIVE = "tracking.context.find_active"
# Who takes the events of the outbox.
HAND_ON = "brands.services.fanout.fan_out"

# PostgreSQL is the one engine.
DATABASES = {"default": env.database("DATABASE_URL")}
DATABASES["default"] |= {
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": 60,
    "CONN_HEALTH_CHECKS": True,
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    isolation_level=IsolationLevel.READ_COMMITTED,  # whatever the server or the role has set
    options=(
        "-c statement_timeout=15000 -c lock_timeout=5000 "
        "-c idle_in_transaction_session_timeout=30000"
    ),
)
if env.text("MIGRATION_DATABASE_URL"):
    DATABASES["migration"] = env.database("MIGRATION_DATABASE_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis carries messages and throttle counters; nothing in it that cannot be rebuilt.
REDIS_URL = env.redis_url("REDIS_URL", "redis://127.0.0.1:6379/0")
CACHES = {
    "default": {
        "BACKEND": "core.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_connect_timeout": 0.5, "socket_timeout": 0.5},
    }
}
CELERY_BROKER_URL = REDIS_URL
CELERY_TIMEZONE = "UTC"
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "max_retries": 0,  # a page never waits for a broker that is away
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
}
CELERY_BEAT_SCHEDULER = "config.beat:TableScheduler"
CELERY_BEAT_SCHEDULE = schedule.BEAT

# People.
AUTH_USER_MODEL = "core.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "portal:home"
LOGOUT_REDIRECT_URL = "portal:landing"
ACCOUNT_ADAPTER = "core.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_UNIQUE_EMAIL = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False  # counted by core.attempts, not in the cache
ANSWER_BEAT_S = 0 if LOCAL else 0.25  # answers about an address come at multiples of it
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds a password or code counts as just entered
STEP_UP_PAGES = stepup.PAGES
STEP_UP_FILES = stepup.FILES
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# Second factors: an authenticator app, passkeys, and codes for the day both are lost.
MFA_ADAPTER = "core.factors.FactorAdapter"
MFA_FORMS = {
    "authenticate": "core.factors.CodeForm",
    "reauthenticate": "core.factors.CodeAgainForm",
    "add_webauthn": "core.factors.PasskeyForm",
    "edit_webauthn": "core.factors.PasskeyNameForm",
    "login_webauthn": "core.factors.PasskeyLoginForm",
    "authenticate_webauthn": "core.factors.PasskeyFactorForm",
    "reauthenticate_webauthn": "core.factors.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = SITE_HOST
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "portal.views.public.csrf_failure"

if not LOCAL:
    SESSION_COOKIE_NAME = "__Host-session"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_NAME = "__Host-csrf"
    CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = False
    SILENCED_SYSTEM_CHECKS = ["security.W021"]  # preload is the operator's own decision
    if TRUSTED_PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_REDIRECT_EXEMPT = [r"^health/$", r"^health/ready/$"]
    if INTERNAL_URL.startswith("http://"):  # what the program asks of itself, and no page
        SECURE_REDIRECT_EXEMPT += [r"^rails/stripe/", r"^standin/stripe/(?!setup/)", r"^internal/"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "report-uri": ["/csp/"],
    }
}
_UNUSED = ("camera", "microphone", "geolocation", "payment", "browsing-topics")
PERMISSIONS_POLICY: dict[str, list[str]] = {name: [] for name in _UNUSED}
DATA_UPLOAD_MAX_MEMORY_SIZE = 262_144
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 5
UPLOAD_MAX_BYTES = 32 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "core.uploads.CappedUploadHandler",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
FILE_UPLOAD_PERMISSIONS = 0o640
STORE_WEBHOOK_MAX_BYTES = 2 * 1024 * 1024

# Languages: English, Persian (right to left) and Thai from the first template.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fa", _("Persian")), ("th", _("Thai"))]
LANGUAGE_COOKIE_NAME = "fs_language"
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = None

STATIC_URL = "/static/"
# On this machine files are served from where they lie; elsewhere collectstatic gathers them.
STATIC_ROOT = None if LOCAL else Path(env.text("STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [p for p in (BASE_DIR / "static", BASE_DIR / "static_build") if p.is_dir()]
WHITENOISE_USE_FINDERS = LOCAL
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
        # Collected as root and served by another account; what people upload is for one alone.
        "OPTIONS": {"file_permissions_mode": 0o644},
    },
}

# Mail: a URL such as smtp+tls://user:password@host:587; without one, mail is kept in the database.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
globals().update(env.mail_server("EMAIL_URL"))
EMAIL_TIMEOUT = 10  # a mail server that hangs must not hold a worker
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", f"Fairshare <noreply@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LOG_LEVEL = env.one_of("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOG_FORMAT = env.one_of("LOG_FORMAT", "line", ("line", "json"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.logs.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "core.logs.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
        "json": {
            "()": "core.logs.JsonLineFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s",
            "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            "json_ensure_ascii": False,
        },
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        # What is handed on and when it ran stands in the table of tasks.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}

SETTINGS_READ = env.settings_read
