"""Do folders alone say which languages there are?"""

from __future__ import annotations

import subprocess
import sys

from liaison.web.languages import find_language, languages


def test_the_languages_say_their_names_directions_and_review() -> None:
    told = {code: (one.tag, one.name, one.direction) for code, one in languages().items()}
    assert told == {
        "ar": ("ar", "العربية", "rtl"),
        "en": ("en", "English", "ltr"),
        "es": ("es", "Español", "ltr"),
        "fr": ("fr", "Français", "ltr"),
        "pt": ("pt", "Português", "ltr"),
        "ru": ("ru", "Русский", "ltr"),
        "zh-hans": ("zh-Hans", "中文 (简体)", "ltr"),
    }
    assert languages()["en"].reviewed


def test_a_language_that_no_folder_stands_for_is_english() -> None:
    assert find_language("eo") == find_language(None) == languages()["en"]


def test_the_languages_are_known_before_django_is() -> None:
    check = "import sys, liaison.web.languages as l; l.languages(); assert 'django' not in sys.modules"
    subprocess.run([sys.executable, "-c", check], check=True, timeout=60)
