"""Modules beside the tests (makers of files) can be imported by their names."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))
