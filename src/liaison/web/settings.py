"""How is Django set up where there are pages? The node's settings and, beside them, sessions, sign-in and templates.

Invariants:
- Used by the process that serves pages and by what makes or moves tables, because sessions and passkeys have tables;
  a command that needs none of it starts with the leaner `node.settings`.
- The secret that signs sessions comes from the node's credential, so it is never in the database or the configuration.
- Cookies carry the host in their name, so two nodes on one machine never take each other's session.
- No page is ever framed, cached by a shared cache, or allowed to run a script that is not a file of ours.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import urlsplit

from liaison.node.config import CONFIG_NAME, Pages, credential_path, default_home, read_config
from liaison.node.settings import *  # noqa: F403
from liaison.web.languages import languages

_home = default_home()
_pages = read_config(_home).pages if (_home / CONFIG_NAME).exists() else Pages()
_url = urlsplit(_pages.url or "http://testserver")
_secure = _url.scheme == "https"
_here = Path(__file__).parent


def _secret() -> str:
    path = credential_path(_home)
    seed = path.read_bytes() if path.exists() else b"no node, no sessions"
    return hashlib.sha256(b"liaison.web.secret.v1\0" + seed).hexdigest()


def _cookie(name: str) -> str:
    host = "".join(sign if sign.isalnum() else "-" for sign in _url.netloc)
    return f"{'__Host-' if _secure else ''}liaison-{name}-{host}"


SECRET_KEY = _secret()
PAGES_URL = _pages.url
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "liaison.node.apps.NodeConfig",
    "liaison.web.apps.WebConfig",
]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
ROOT_URLCONF = "liaison.web.urls"
ALLOWED_HOSTS = [_url.hostname or ""] if _pages.url else ["testserver", ".localhost"]
MIDDLEWARE = [
    "liaison.web.middleware.headers",
    "liaison.api.site.programs",  # Before sessions: what programs ask knows no cookie.
    "liaison.web.middleware.methods",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "liaison.web.middleware.officer_session",
    "liaison.web.middleware.officer_language",
    "liaison.web.middleware.ExplainErrors",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request", "liaison.web.context.everywhere"],
            "builtins": [
                "django.templatetags.i18n",
                "liaison.web.templatetags.show",
                "liaison.web.templatetags.rows",
            ],
        },
    }
]
STATIC_FOLDER = _here / "static"
LOCALE_PATHS = [_here / "locale"]
USE_I18N = True
LANGUAGE_CODE = "en"
LANGUAGES = [(each.code, each.name) for each in languages().values()]
LANGUAGE_COOKIE_NAME = _cookie("language")
LANGUAGE_COOKIE_SECURE = _secure
LANGUAGE_COOKIE_SAMESITE = "Lax"
GUEST_COOKIE_NAME = _cookie("guest")  # Of whoever reads one case with a code, and is no officer.
SESSION_COOKIE_NAME = _cookie("session")
SESSION_COOKIE_SECURE = _secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 24 * 3600  # At most; when a session ends decides its row (services/people/sessions.py).
SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
CSRF_COOKIE_NAME = _cookie("csrf")
CSRF_COOKIE_SECURE = _secure
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "liaison.web.pages.problems.form_expired"
CSRF_TRUSTED_ORIGINS = [f"{_url.scheme}://{_url.netloc}"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {"user_attributes": ("login", "name", "email")}),
    )
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 << 20  # type: ignore[assignment]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# A list that is dropped on a page is held in memory, up to this size; a file that is attached has a way of its own
# (`web.pages.write.uploads`). Nothing that is uploaded is ever written to a temporary file.
FILE_UPLOAD_HANDLERS = ["liaison.web.forms.uploads.HeldUpload"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 << 20  # type: ignore[assignment]
