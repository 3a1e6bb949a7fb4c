"""What a person says of a document in the file beside it: `NAME.yaml` for `NAME.pdf`."""

from __future__ import annotations

import calendar
import re
from datetime import date
from pathlib import Path

from indexes.errors import SettingsError
from indexes.types import Metadata

FIELDS = tuple(Metadata.__dataclass_fields__)
DATES = ("effective", "expires")
LANGUAGES = frozenset({"ar", "en"})
MAX_BYTES = 64 * 1024  # a few lines are meant; YAML aliases cannot be made into a bomb within this
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def sidecar_of(path: Path) -> Path:
    """Where the sidecar of a document stands, whether or not there is one."""
    return path.with_suffix(".yaml")


def load_sidecar(path: Path) -> Metadata | None:
    """What the sidecar of the document `path` says; None when there is none.

    Raises SettingsError, naming the sidecar and the field, for anything that is not understood.
    """
    sidecar = sidecar_of(path)
    if not sidecar.is_file():
        return None
    return parse_sidecar(_read(sidecar), name=str(sidecar))


def parse_sidecar(text: str, *, name: str) -> Metadata:
    """The metadata in the text of a sidecar; `name` is for error messages. Raises SettingsError."""
    import yaml

    try:
        said = yaml.load(text, Loader=_text_loader())
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        where = getattr(error, "problem_mark", None)
        line = f", line {where.line + 1}" if where else ""
        raise SettingsError(
            f"{name}{line} is not YAML.", remedy="Write lines like `title: My guideline`."
        ) from error
    if said is None:
        return Metadata()
    if not isinstance(said, dict):
        raise SettingsError(f"{name} holds no fields.", remedy="Write lines like `title: My guideline`.")
    fields: dict[str, str | date | None] = {}
    for key, value in said.items():
        if key not in FIELDS:
            raise SettingsError(
                f"{name}: unknown field “{key}”.", remedy=f"The fields are {', '.join(FIELDS)}."
            )
        fields[key] = _value(key, value, name)
    return Metadata(**fields)  # type: ignore[arg-type]  # _value gives dates to the date fields only


def parse_date(text: str, *, last: bool = False) -> date:
    """A date from YYYY-MM-DD, YYYY-MM or YYYY, in Western, Arabic-Indic or Persian digits.

    What is left out is the first day, or with `last` the last one. Raises ValueError for anything else.
    """
    found = _DATE.fullmatch(text.strip().translate(_EASTERN))
    if not found:
        raise ValueError(f"“{text}” is not a date")
    year = int(found[1])
    month = int(found[2]) if found[2] else 12 if last else 1
    if not 1 <= month <= 12 or year < 1:
        raise ValueError(f"“{text}” is not a date")
    day = int(found[3]) if found[3] else calendar.monthrange(year, month)[1] if last else 1
    return date(year, month, day)


def _read(sidecar: Path) -> str:
    try:
        with sidecar.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        raise SettingsError(
            f"{sidecar} cannot be read: {error.strerror}.", remedy="Check its rights."
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{sidecar} is not UTF-8 text.", remedy="Save it as UTF-8.") from error
    if len(data) > MAX_BYTES:
        raise SettingsError(
            f"{sidecar} is larger than {MAX_BYTES:,} bytes.", remedy="Keep only the fields in it."
        )
    return text


def _text_loader() -> type:
    """YAML's safe loader with every scalar left as it is written: an edition 3.10 must not become 3.1.

    A field that is given twice is refused, where YAML would silently keep the last.
    """
    import yaml

    class TextLoader(yaml.SafeLoader):
        yaml_implicit_resolvers = {  # noqa: RUF012  # read by PyYAML, never changed
            mark: [(tag, regexp) for tag, regexp in resolvers if tag == "tag:yaml.org,2002:null"]
            for mark, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
        }

        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
            keys = [key.value for key, _ in node.value]
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise yaml.constructor.ConstructorError(None, None, f"“{twice}” twice", node.start_mark)
            return super().construct_mapping(node, deep)

    return TextLoader


def _value(key: str, value: object, name: str) -> str | date | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise SettingsError(
            f"{name}: “{key}” must be a text, not a {'list' if isinstance(value, list) else 'group'}.",
            remedy=f"Write `{key}: …` on one line.",
        )
    if key in DATES:
        try:
            return parse_date(value, last=key == "expires")
        except ValueError as error:
            raise SettingsError(
                f"{name}: “{key}” is “{value}”, which is not a date.",
                remedy="Write YYYY-MM-DD, YYYY-MM or YYYY.",
            ) from error
    if key == "language":
        parts = [part.strip().lower() for part in value.split(",")]
        if not set(parts) <= LANGUAGES:
            raise SettingsError(f"{name}: “language” is “{value}”.", remedy="Write ar, en or ar,en.")
        return ",".join(sorted(set(parts)))
    return value.strip() or None
