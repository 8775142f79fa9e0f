"""Extract the program's words, bring the catalogues up to date, judge them, compile them.

python -m tools.translations extract      every word, as a template on standard output
python -m tools.translations update       every catalogue gets exactly these words, and keeps what was translated
python -m tools.translations check        what is out of date, fuzzy or wrong (then not 0), and how far each language is
python -m tools.translations compile      makes the .mo files, as every build does
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.build_hook import compile_catalogues
from tools.translations import catalogues
from tools.translations.extraction import SOURCES, extract_words

CATALOGUE = catalogues.CATALOGUE


def show() -> int:
    """Print the template."""
    sys.stdout.buffer.write(catalogues.written(extract_words()))
    return 0


def update() -> int:
    """A folder without a catalogue gets one."""
    words = extract_words()
    for folder in catalogues.folders():
        catalogues.update(folder, words)
    return report()


def check() -> int:
    """Name every fault of every catalogue."""
    words, faulty = extract_words(), False
    for folder in catalogues.folders():
        for fault in catalogues.faults(catalogues.read_catalogue(folder / CATALOGUE), words):
            faulty = True
            print(f"{folder.name}: {fault}")
    return report() or int(faulty)


def report() -> int:
    """Say how far each language is."""
    for folder in catalogues.folders():
        catalogue = catalogues.read_catalogue(folder / CATALOGUE)
        missing = len(catalogues.untranslated(catalogue))
        print(f"{folder.name}: {len(catalogue) - missing} of {len(catalogue)} translated")
    return 0


def compiled() -> int:
    """Name what was written."""
    root = SOURCES.parent.parent
    for path in compile_catalogues(root):
        print(Path(path).relative_to(root))
    return 0


COMMANDS = {"extract": show, "update": update, "check": check, "compile": compiled}


def main() -> int:
    """Run the command named."""
    parser = argparse.ArgumentParser(prog="python -m tools.translations", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("command", choices=COMMANDS)
    return COMMANDS[parser.parse_args().command]()


if __name__ == "__main__":
    raise SystemExit(main())
