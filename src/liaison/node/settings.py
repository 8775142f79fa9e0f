"""How is Django set up for the node whose home is `LIAISON_HOME`?

Invariants: nothing here decides; the operator's decisions stand in `config`, the durable settings in `databases`.
Without a home (tests, `--help`) the database is one in memory, which no service uses.
"""

from __future__ import annotations

from liaison.node.config import CONFIG_NAME, database_url, default_home, read_config
from liaison.node.databases import database_settings

_home = default_home()
_url = database_url(_home, read_config(_home)) if (_home / CONFIG_NAME).exists() else "sqlite:///:memory:"

DATABASES = {"default": database_settings(_url)}
DATABASE_ROUTERS = ["liaison.node.database_router.CurrentDatabaseRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = ["liaison.node.apps.NodeConfig"]
AUTH_USER_MODEL = "node.Officer"
ROOT_URLCONF = "liaison.peer.urls"
MIDDLEWARE: list[str] = []
ALLOWED_HOSTS = ["*"]  # The peer door checks @authority under a signature; there are no pages that trust Host.
SECRET_KEY = "unused: no door of this process signs with it"  # noqa: S105
USE_TZ = True
TIME_ZONE = "UTC"
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = None  # Each door caps its own bodies before it reads them.
LOGGING_CONFIG = None
