"""From files to a library: read, chunk, embed what is new, store each document whole or not at all."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from indexes.chunk_vectors import AT_ONCE, embed_chunks
from indexes.documents import ID_LENGTH
from indexes.embedding.embedder import Embedder
from indexes.errors import DocumentError, DocumentNotFound, SanadError, SettingsError, UnreadableDocument
from indexes.library import Library
from indexes.records import StoredVectors, text_hash, vector_key
from indexes.search.refresh import refresh
from indexes.types import Chunk, Document, ExtractedDocument, Metadata, WarningKind
from ingestion.chunking import chunk
from ingestion.extractors import current
from ingestion.limits import Limits
from ingestion.pool import PageProgress, extract_files
from ingestion.sidecar import load_sidecar

SUFFIXES = (".pdf", ".txt", ".md")


class Outcome(StrEnum):
    ADDED = "added"
    UPDATED = "updated"  # the file is known; what is said of it changed, or it was read anew
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FileResult:
    """What became of one file. `same_text_as`: a document with the same text in other bytes."""

    path: Path
    outcome: Outcome
    document: Document | None = None
    error: SanadError | None = None
    superseded: str | None = None
    same_text_as: str | None = None
    pages: int = 0
    chunks: int = 0
    embedded: int = 0  # chunks that had not been embedded before
    warnings: tuple[tuple[WarningKind, int], ...] = ()  # pages by kind


@dataclass(frozen=True, slots=True)
class Embedding:
    """Progress: of the chunks in hand, how many are embedded."""

    done: int
    total: int


Event = FileResult | PageProgress | Embedding


@dataclass(frozen=True, slots=True)
class Options:
    """`metadata`: said for every file of the run; it wins over the sidecar, and that over the file itself."""

    metadata: Metadata = Metadata()
    password: str | None = None
    limits: Limits = Limits()
    workers: int | None = None  # processes that read files; None: by the number of processors


def find_files(paths: Sequence[Path]) -> list[Path]:
    """The files to ingest: those named, and in folders (at any depth) those of a known type, by name.

    Raises SettingsError for a path that does not exist or a folder that holds nothing to ingest.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(
                p
                for p in path.rglob("*")
                if p.suffix.lower() in SUFFIXES
                and p.is_file()
                and not any(part.startswith(".") for part in p.relative_to(path).parts)
            )
            if not inside:
                raise SettingsError(
                    f"The folder {path} holds no {', '.join(SUFFIXES)} file.", remedy="Name another folder."
                )
            found |= dict.fromkeys(inside)
        elif path.exists():
            found[path] = None
        else:
            raise SettingsError(f"There is no file or folder {path}.", remedy="Check the path.")
    return list(found)


def ingest(
    files: Sequence[Path],
    library: Library,
    embedder: Callable[[Library], Embedder],
    options: Options = Options(),
) -> Iterator[Event]:
    """Bring files into the library; yield progress and, for each file, one FileResult.

    A document is in the library whole once its FileResult is out. `embedder` is called only when there is
    something new to embed. Raises LibraryError when the library itself cannot be written; what was stored
    before stays.
    """
    run = _Run(library, embedder, options)
    fresh: list[_File] = []
    for path in files:
        try:
            file = _identify(path, options)
        except SanadError as error:
            yield FileResult(path, Outcome.FAILED, error=error)
            continue
        known = run.known(file)
        if known is not None:
            yield known
        else:
            fresh.append(file)
    if fresh:
        yield from _with_copies(fresh, run)
        run.finish()


def _with_copies(files: Sequence[_File], run: _Run) -> Iterator[Event]:
    """Add files; one whose bytes came before in the run shares the fate of the first."""
    first: dict[str, _File] = {}
    for file in files:
        first.setdefault(file.content_hash, file)
    copies = [file for file in files if first[file.content_hash] is not file]
    results: dict[Path, FileResult] = {}
    for event in run.add(list(first.values())):
        if isinstance(event, FileResult):
            results[event.path] = event
        yield event
    for file in copies:
        result = results[first[file.content_hash].path]
        outcome = Outcome.FAILED if result.outcome is Outcome.FAILED else Outcome.UNCHANGED
        yield FileResult(file.path, outcome, result.document, result.error, pages=result.pages)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content_hash: str
    metadata: Metadata

    @property
    def document_id(self) -> str:
        return self.content_hash[:ID_LENGTH]


def _identify(path: Path, options: Options) -> _File:
    if not path.is_file():
        raise UnreadableDocument(
            f"{path} is not a regular file.", remedy="Name a PDF, text or Markdown file."
        )
    size = path.stat().st_size
    if size > options.limits.max_bytes:
        raise UnreadableDocument(
            f"{path} has {size:,} bytes, more than the limit of {options.limits.max_bytes:,}.",
            remedy="Split it, or raise the limit.",
        )
    try:
        with path.open("rb") as stream:
            content_hash = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableDocument(
            f"{path} cannot be read: {error.strerror}.", remedy="Check its rights."
        ) from error
    said = overlay(load_sidecar(path) or Metadata(), options.metadata)
    return _File(path, content_hash, replace(said, supersedes=_resolve(said.supersedes, path)))


def _resolve(supersedes: str | None, path: Path) -> str | None:
    """The id of the superseded document: as given, or of the file of that name beside this one."""
    if supersedes is None:
        return None
    beside = path.parent / supersedes
    if Path(supersedes).suffix.lower() in SUFFIXES and beside.is_file():
        with beside.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()[:ID_LENGTH]
    return supersedes


def overlay(below: Metadata, above: Metadata) -> Metadata:
    """Metadata field by field: `above` where it says something, else `below`."""
    fields = Metadata.__dataclass_fields__
    return Metadata(**{n: v if (v := getattr(above, n)) is not None else getattr(below, n) for n in fields})


@dataclass(frozen=True, slots=True)
class _Ready:
    file: _File
    extracted: ExtractedDocument
    chunks: list[Chunk]
    keys: list[str]


class _Run:
    def __init__(self, library: Library, embedder: Callable[[Library], Embedder], options: Options) -> None:
        self._library, self._make_embedder, self._options = library, embedder, options
        self._embedder: Embedder | None = None

    def known(self, file: _File) -> FileResult | None:
        """What to say of a file that the library holds, as this version reads it; else None."""
        document = self._library.find_content(file.content_hash)
        if document is None or document.extractor != current(document.media_type):
            return None
        before = self._library.metadata(document.id)
        after = overlay(before, file.metadata)
        if after == before:
            return FileResult(file.path, Outcome.UNCHANGED, document, pages=document.page_count)
        try:
            document = self._library.update_metadata(document.id, after)
        except SanadError as error:
            return FileResult(file.path, Outcome.FAILED, error=error)
        return FileResult(file.path, Outcome.UPDATED, document, pages=document.page_count)

    def add(self, files: list[_File]) -> Iterator[Event]:
        """Read, embed and store new files; an edition waits for the one it replaces."""
        to_come = {file.document_id: file for file in files}
        by_path = {file.path: file for file in files}
        ready: list[_Ready] = []
        for event in extract_files(
            list(by_path),
            workers=self._options.workers,
            limits=self._options.limits,
            password=self._options.password,
        ):
            if isinstance(event, PageProgress):
                yield event
                continue
            file = by_path[event.path]
            if event.document is None:
                del to_come[file.document_id]
                yield FileResult(event.path, Outcome.FAILED, error=event.error)
                continue
            ready.append(self._prepare(file, event.document))
            if sum(len(r.chunks) for r in ready) >= AT_ONCE:
                now = [r for r in ready if r.file.metadata.supersedes not in to_come]
                ready = [r for r in ready if r.file.metadata.supersedes in to_come]
                yield from self._store(now, to_come)
        while ready:
            now = [r for r in ready if r.file.metadata.supersedes not in to_come] or ready
            ready = [r for r in ready if r not in now]
            yield from self._store(now, to_come)

    def finish(self) -> None:
        """Make the search indexes, so that the first question need not wait for them."""
        if self._embedder is not None:
            refresh(self._library, self._embedder)

    def _prepare(self, file: _File, extracted: ExtractedDocument) -> _Ready:
        chunks = chunk(extracted, document_id=file.document_id, count_tokens=self._model().count_tokens)
        return _Ready(file, extracted, chunks, [vector_key(c) for c in chunks])

    def _store(self, documents: list[_Ready], to_come: dict[str, _File]) -> Iterator[Event]:
        """Embed what is new in these documents, in one go, and store them one by one."""
        wanted = {k: c for r in documents for k, c in zip(r.keys, r.chunks, strict=True)}
        known = self._library.known_vectors(wanted, self._model().manifest.model_id)
        new = [c for key, c in wanted.items() if key not in known]
        vectors: dict[str, StoredVectors] = {}
        for part in embed_chunks(new, self._model()) if new else ():
            vectors |= part
            yield Embedding(len(vectors), len(new))
        for ready in documents:
            yield self._commit(ready, vectors)
            del to_come[ready.file.document_id]

    def _commit(self, ready: _Ready, vectors: dict[str, StoredVectors]) -> FileResult:
        file, extracted = ready.file, ready.extracted
        said = overlay(extracted.metadata, file.metadata)
        own = {key: vectors[key] for key in ready.keys if key in vectors}
        try:
            original = file.path.read_bytes()
            if hashlib.sha256(original).hexdigest() != extracted.content_hash:
                raise UnreadableDocument(f"{file.path} changed while it was read.", remedy="Ingest it again.")
            twin = self._library.find_text(text_hash(extracted.pages))
            document, outcome = self._put(ready, said, own, original)
        except OSError as error:
            gone = UnreadableDocument(
                f"{file.path} cannot be read: {error.strerror}.", remedy="Ingest it again."
            )
            return FileResult(file.path, Outcome.FAILED, error=gone)
        except (DocumentError, DocumentNotFound) as error:
            return FileResult(file.path, Outcome.FAILED, error=error)
        kinds = Counter(kind for page in extracted.pages for kind in {w.kind for w in page.warnings})
        return FileResult(
            file.path,
            outcome,
            document,
            superseded=document.supersedes,
            same_text_as=twin.id if twin and twin.id != document.id else None,
            pages=document.page_count,
            chunks=len(ready.chunks),
            embedded=len(own),
            warnings=tuple(sorted(kinds.items())),
        )

    def _put(
        self, ready: _Ready, said: Metadata, own: dict[str, StoredVectors], original: bytes
    ) -> tuple[Document, Outcome]:
        """Store a new document; one that an older version had read gets a new revision of its pages."""
        model_id = self._model().manifest.model_id
        known = self._library.find_content(ready.file.content_hash)
        if known is None:
            added = self._library.add(
                ready.extracted, said, ready.chunks, own, model_id=model_id, original=original
            )
            return added, Outcome.ADDED
        before = self._library.metadata(known.id)
        document = self._library.replace_pages(
            known.id, ready.extracted, ready.chunks, own, model_id=model_id
        )
        if (after := overlay(before, ready.file.metadata)) != before:
            document = self._library.update_metadata(known.id, after)
        return document, Outcome.UPDATED

    def _model(self) -> Embedder:
        if self._embedder is None:
            self._embedder = self._make_embedder(self._library)
        return self._embedder
