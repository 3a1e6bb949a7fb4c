"""Writes indexes/search/priors/multilingual-e5-small.npz: the means of the shipped parallel text.

python -m evaluation.fit_prior
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evaluation import product
from indexes.search import means
from indexes.search.settled import measure_prior
from indexes.types import Language


def main() -> None:
    embedder = product.embedder()
    prior = measure_prior(embedder)
    target = Path(means.__file__).parent / "priors" / f"{embedder.manifest.name.rsplit('/', 1)[-1]}.npz"
    np.savez(
        target,
        allow_pickle=False,
        **{f"passage_{language}": prior.passages[language] for language in (Language.AR, Language.EN)},
        **{f"question_{language}": prior.questions[language] for language in (Language.AR, Language.EN)},
    )
    print(target)


if __name__ == "__main__":
    main()
