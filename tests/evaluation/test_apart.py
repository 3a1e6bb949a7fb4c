import subprocess
import sys

import pytest

from evaluation.apart import apart

_MIB = 2**20


def takes(mebibytes: str) -> dict[str, int]:
    """Holds that much in this process and as much in a child, long enough to be seen."""
    hold = f"import hashlib; held = b'x' * ({mebibytes} << 20); [hashlib.sha256(held) for _ in range(5)]"
    child = subprocess.Popen([sys.executable, "-c", hold])
    held = b"x" * (int(mebibytes) << 20)
    child.wait()
    return {"held": len(held)}


def fails() -> None:
    raise ValueError("as asked")


def test_memory_of_children_counts() -> None:
    usage = apart(takes, "60")
    assert usage.result == {"held": 60 * _MIB}
    assert 120 * _MIB < usage.peak < 220 * _MIB
    assert usage.seconds > 0


def test_a_failure_is_not_a_figure() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        apart(fails)
