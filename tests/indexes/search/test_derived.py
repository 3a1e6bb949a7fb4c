from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from indexes.search.derived import Derived, build, folder_of, open_derived, verify
from indexes.search.settled import prior_for
from indexes.types import Language

if TYPE_CHECKING:
    from .conftest import Shelf

MODEL = "concepts-1"


def opened(shelf: Shelf, root: Path | None = None) -> Derived:
    library = shelf.library
    prior = prior_for(library, shelf.embedder)
    return open_derived(library, library.content_generation, MODEL, prior=prior, root=root)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_generation_is_made_once(bilingual: Shelf) -> None:
    first = opened(bilingual)
    stamp = (first.folder / "manifest.json").stat().st_mtime_ns
    second = opened(bilingual)
    assert second.folder == first.folder == folder_of(bilingual.library.home / "indexes", 2)
    assert (second.folder / "manifest.json").stat().st_mtime_ns == stamp
    assert {part.language: len(part) for part in second.partitions} == {Language.AR: 4, Language.EN: 4}
    assert sorted(path.name for path in first.folder.parent.iterdir()) == ["build.lock", "gen-00000002"]
    first.close()
    second.close()


@pytest.mark.parametrize(
    "name", ["manifest.json", "means.npy", "ar/dense.faiss", "en/ids.npy", "en/lexical_scores.npy"]
)
@pytest.mark.parametrize("harm", ["cut", "changed", "removed"])
def test_damaged_files_are_made_again(bilingual: Shelf, name: str, harm: str) -> None:
    index = opened(bilingual)
    index.close()
    whole = contents(index.folder)
    file = index.folder / name
    data = file.read_bytes()
    if harm == "removed":
        file.unlink()
    else:
        middle = len(data) // 2
        file.write_bytes(data[:middle] if harm == "cut" else data[:middle] + b"\xff\x00" + data[middle + 2 :])
    assert not verify(index.folder, index.generation, MODEL)
    again = opened(bilingual)
    again.close()
    assert verify(again.folder, again.generation, MODEL)
    assert contents(again.folder) == whole


@pytest.mark.parametrize("field", ["analysis", "format", "model", "generation"])
def test_files_of_another_version_are_stale(bilingual: Shelf, field: str) -> None:
    index = opened(bilingual)
    index.close()
    manifest = index.folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {field: "other"}))
    assert not verify(index.folder, index.generation, MODEL)
    opened(bilingual).close()
    assert verify(index.folder, index.generation, MODEL)


def test_what_a_later_generation_takes_over_is_what_it_would_make(bilingual: Shelf, tmp_path: Path) -> None:
    opened(bilingual).close()
    bilingual.add("more.txt", "Asthma and fever, 2.5 mg.", "جرعة أنسولين ٢٫٥")
    taken, made = opened(bilingual), opened(bilingual, tmp_path)
    assert contents(taken.folder) == contents(made.folder)
    taken.close()
    made.close()


def test_an_old_generation_outlives_its_readers_only(bilingual: Shelf) -> None:
    root = bilingual.library.home / "indexes"
    reader = opened(bilingual)
    bilingual.add("more.txt", "Asthma.")
    opened(bilingual).close()
    assert {path.name for path in root.glob("gen-*")} == {"gen-00000002", "gen-00000003"}
    assert len(reader.partitions[0].vectors(np.arange(4))) == 4
    reader.close()
    bilingual.add("still more.txt", "Insulin.")
    opened(bilingual).close()
    assert {path.name for path in root.glob("gen-*")} == {"gen-00000004"}


def test_what_a_killed_build_left_behind_goes(bilingual: Shelf) -> None:
    root = bilingual.library.home / "indexes"
    (root / ".unfinished-1").mkdir(parents=True)
    (root / ".unfinished-1" / "half").write_bytes(b"x")
    opened(bilingual).close()
    assert not list(root.glob(".unfinished-*"))


def test_many_builders_make_one_index(bilingual: Shelf) -> None:
    library, found = bilingual.library, []
    prior = prior_for(library, bilingual.embedder)

    def make() -> None:
        found.append(build(library, library.content_generation, MODEL, prior=prior))

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [folder_of(library.home / "indexes", 2)] * 4


def test_where_files_cannot_be_kept_a_private_folder_is_used_and_removed(bilingual: Shelf) -> None:
    refusing = Path("/sys/kernel/sanad")  # refuses even root
    if not refusing.parent.is_dir():
        pytest.skip("this system has no /sys, which refuses writes")
    index = opened(bilingual, refusing)
    private = index.folder.parent
    assert private.stat().st_mode & 0o777 == 0o700
    assert {part.language: len(part) for part in index.partitions} == {Language.AR: 4, Language.EN: 4}
    index.close()
    assert not private.exists()
