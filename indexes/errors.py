"""The one error tree of Sanad.

    SanadError
    ├── SettingsError            a setting or option cannot be used
    ├── DocumentError            one file cannot become a document; the others go on
    │   ├── UnreadableDocument   broken, truncated, empty or not of its type
    │   ├── PasswordRequired     encrypted, and no password or a wrong one was given
    │   └── LimitExceeded        too many pages, too large, too slow or too deep
    ├── LibraryError             the library cannot do what was asked
    │   ├── LibraryTooNew        written by a newer version of Sanad
    │   ├── LibraryReadOnly      the folder or the disk refuses writes
    │   ├── LibraryBusy          another process is writing and did not finish in time
    │   ├── LibraryDamaged       the database or an original fails its check
    │   └── DocumentNotFound     no document has that id, or several begin with it
    └── ModelError               an embedding model is missing, damaged or of another shape

Every error carries a sentence for a person (`message`), what to do about it (`remedy`) and a stable
`code` by which an interface in another language can word it anew.
"""

from __future__ import annotations

from typing import ClassVar


class SanadError(Exception):
    """Something that a person can be told; never shown as a traceback."""

    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.message, self.remedy))


def _rebuild(kind: type[SanadError], message: str, remedy: str) -> SanadError:
    return kind(message, remedy=remedy)


class SettingsError(SanadError):
    code = "settings"


class DocumentError(SanadError):
    code = "document"


class UnreadableDocument(DocumentError):
    code = "unreadable"


class PasswordRequired(DocumentError):
    code = "password"


class LimitExceeded(DocumentError):
    code = "limit"


class LibraryError(SanadError):
    code = "library"


class LibraryTooNew(LibraryError):
    code = "library_too_new"


class LibraryReadOnly(LibraryError):
    code = "library_read_only"


class LibraryBusy(LibraryError):
    code = "library_busy"


class LibraryDamaged(LibraryError):
    code = "library_damaged"


class DocumentNotFound(LibraryError):
    code = "document_not_found"


class ModelError(SanadError):
    code = "model"
