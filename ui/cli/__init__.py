"""The `sanad` command."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 an error that is told, 2 wrong usage, 130 interrupted."""
    from ui.cli.app import run

    sys.exit(run(sys.argv[1:]))
