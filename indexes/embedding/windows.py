"""From text to rows of token ids that a model can take, and batches of like length.

A text that is longer than the model's limit becomes several windows, cut between words; none of it is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# The tokenizer takes no lone surrogates; a replacement keeps every offset.
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """One row for the model. `ids`: with special tokens and prompt. The tokens of the text itself are
    `ids[first:first + len(ends)]`, and `ends` holds the offset in the text at which each ends."""

    text: int  # the number of the text it is of
    ids: NDArray[np.int64]
    first: int
    ends: NDArray[np.int64]


def cut(tokenizer: Tokenizer, texts: Sequence[str], *, prompt: str, max_tokens: int) -> list[Window]:
    """The windows of the texts, in order: each with the prompt and what the model wants around a text."""
    before, after = _special(tokenizer)
    windows: list[Window] = []
    for number, text in enumerate(texts):
        encoding = encode(tokenizer, prompt + text)
        ids = np.asarray(encoding.ids, np.int64)
        offsets = np.asarray(encoding.offsets, np.int64).reshape(-1, 2) - len(prompt)
        lead = int(np.searchsorted(offsets[:, 1], 0, side="right")) if prompt else 0  # tokens of the prompt
        head = np.concatenate([before, ids[:lead]])
        room = max_tokens - len(head) - len(after)
        for start, end in _cuts(text, offsets[lead:, 0].tolist(), room):
            row = np.concatenate([head, ids[lead + start : lead + end], after])
            windows.append(Window(number, row, len(head), offsets[lead + start : lead + end, 1]))
    return windows


def _special(tokenizer: Tokenizer) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """What the model wants before and after a text."""
    encoding = tokenizer.encode("a")
    own = [place for place, special in enumerate(encoding.special_tokens_mask) if not special]
    ids = np.asarray(encoding.ids, np.int64)
    return ids[: own[0]], ids[own[-1] + 1 :]


def encode(tokenizer: Tokenizer, text: str) -> Any:
    return tokenizer.encode(_SURROGATE.sub("\ufffd", text), add_special_tokens=False)


def _cuts(text: str, starts: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    """Token ranges of at most `room`, about equal, cut before a word where the last quarter has one.

    `starts`: the offset in the text at which each token begins, the space before its word included.
    """
    begin, count = 0, len(starts)
    while count - begin > room:
        windows = -(-(count - begin) // room)
        end = begin - (begin - count) // windows
        words = (place for place in range(end, end - room // 4, -1) if _begins_word(text, starts[place]))
        end = next(words, end)
        yield begin, end
        begin = end
    yield begin, count


def _begins_word(text: str, start: int) -> bool:
    return text[start : start + 1].isspace() or text[start - 1 : start].isspace()


def batches(windows: Sequence[Window], budget: int) -> Iterator[list[Window]]:
    """Windows of like length together, longest first, at most `budget` tokens a batch with the padding.

    Longest first: what needs most memory comes first, and later batches fit into what is there.
    """
    batch: list[Window] = []
    for window in sorted(windows, key=lambda window: -len(window.ids)):
        if batch and (len(batch) + 1) * len(batch[0].ids) > budget:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch
