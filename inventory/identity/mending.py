"""Misprints: words that stand for another, by the other names, by the lexicon, and by the words beside them.

Belongs here: finding what a misprinted word was meant to be. Does not belong here: what words mean (`parsing`). A word of
the lexicon is never a misprint; a word that nothing speaks against stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from inventory.identity.lexicon import Lexicon

_SHORTEST_MENDED = 6
_SHORTEST_STEM = 5
_SHORTEST_IN_CONTEXT = 4
_LONGEST_ENDING = 3
_LARGEST_SHAPE = 50


def misprints(words: pl.DataFrame) -> pl.DataFrame:
    """Returns misprinted words with the word of another name that they stand for.

    A word stands for another if one letter is dropped, added, changed or swapped with its neighbour (Damerau distance
    one), both have six letters or more and no figure, and the other is known to the lexicon or more frequent. Words are found by the
    letters left when one is taken out, so that the work grows with the number of words, not of pairs.

    Args:
        words: Columns word (distinct), count (the number of names it is in), known (whether the lexicon has it; such
            words are never misprints).

    Returns:
        Columns word, meant; sorted by word.
    """
    long = words.filter((pl.col("word").str.len_chars() >= _SHORTEST_MENDED) & ~pl.col("word").str.contains(r"\d"))
    long = long.sort("word").with_row_index("at")
    pairs = _near(long.select("word", "known"))
    told = pl.DataFrame({"at": pairs[0], "other": pairs[1]}, schema={"at": pl.UInt32, "other": pl.UInt32})
    other = long.rename({c: f"{c}_other" for c in ("word", "count", "known")}).rename({"at": "other"})
    met = told.join(long, on="at").join(other, on="other").filter(~pl.col("known"))
    more = (pl.col("known_other") > pl.col("known")) | (
        (pl.col("known_other") == pl.col("known"))
        & (
            (pl.col("count_other") > pl.col("count"))
            | ((pl.col("count_other") == pl.col("count")) & (pl.col("word_other") > pl.col("word")))
        )
    )
    best = met.filter(more).sort(
        ["word", "known_other", "count_other", "word_other"], descending=[False, True, True, True]
    )
    return best.unique("word", keep="first", maintain_order=True).select("word", meant="word_other")


def _near(words: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns places of words (columns word, known) one edit apart, each pair in both orders.

    Where very many words share a shape, those of the lexicon are met by all, and the others not by each other.
    """
    frame = words.with_row_index("at")
    longest = int(frame["word"].str.len_chars().to_numpy().max(initial=0))
    cuts = [
        frame.filter(pl.col("word").str.len_chars() > i).select(
            "at", "known", shape=(pl.col("word").str.slice(0, i) + pl.col("word").str.slice(i + 1)).hash(2015)
        )
        for i in range(longest)
    ]
    shapes = pl.concat([frame.select("at", "known", shape=pl.col("word").hash(2015)), *cuts]).unique()
    shapes = shapes.filter(pl.len().over("shape") > 1)
    hubs = shapes.filter(pl.col("known") | (pl.len().over("shape") <= _LARGEST_SHAPE)).select("at", "shape")
    met = shapes.join(hubs, on="shape", suffix="_other").filter(pl.col("at") != pl.col("at_other"))
    met = met.select("at", "at_other").unique().sort("at", "at_other")
    x, y = met["at"].to_numpy(), met["at_other"].to_numpy()
    word = frame["word"]
    apart = process.cpdist(word.gather(x).to_list(), word.gather(y).to_list(), scorer=OSA.distance, score_cutoff=1)
    return x[apart <= 1], y[apart <= 1]


class Stems:
    """The words and stems of the lexicon, found with one letter dropped, added or swapped with its neighbour."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Takes single words of five letters or more; what begins phrases is left out."""
        terms = [term for group in lexicon.terms.values() for term in group if len(term.words) == 1]
        self._whole = {term.words[0] for term in terms if not term.words[0].endswith("*")}
        self._stems = {term.words[0].rstrip("*") for term in terms if term.words[0].endswith("*")}
        self._whole, self._stems = (
            {text for text in texts if len(text) >= _SHORTEST_STEM and text.isalpha()}
            for texts in (self._whole, self._stems)
        )
        self._short: dict[str, str] = {}
        for text in sorted(self._whole | self._stems):
            for at in range(1, len(text) - 1):
                self._short.setdefault(text[:at] + text[at + 1 :], text)
        self._sizes = sorted({len(text) for text in self._stems})

    def meant(self, word: str) -> str | None:
        """Returns the word that a word of no lexicon stands for, the rest of an inflected one kept; the first letter is right.

        Example:
            >>> from inventory.identity.lexicon import load_lexicon
            >>> Stems(load_lexicon()).meant("koleejowy"), Stems(load_lexicon()).meant("watse")
            ('kolejowy', 'waste')
        """
        found = sorted(set(self._readings(word)), key=lambda text: (-len(text[0]), text))
        return found[0][1] if found else None

    def _readings(self, word: str) -> Iterator[tuple[str, str]]:
        """Yields stem and mended word of each way to read a word."""
        turned = [
            word[:at] + word[at + 1] + word[at] + word[at + 2 :]
            for at in range(1, len(word) - 1)
            if word[at] != word[at + 1]
        ]
        without = [word[:at] + word[at + 1 :] for at in range(1, len(word))]
        for way, edited in (("turned", turned), ("added", without)):
            for text in edited:
                if len(word) < _SHORTEST_MENDED and way != "turned":
                    continue
                if text in self._whole:
                    yield text, text
                for size in self._sizes:
                    ending = len(text) - size
                    if 0 <= ending <= _LONGEST_ENDING and text[:size] in self._stems and text[:size] != word[:size]:
                        yield text[:size], text
        for size in range(max(_SHORTEST_STEM, len(word) - _LONGEST_ENDING), len(word) + 1):
            stem = self._short.get(word[:size])
            if stem and (size == len(word) or stem in self._stems) and len(stem) >= _SHORTEST_MENDED:
                yield stem, stem + word[size:]


def moved_blanks(pairs: Sequence[tuple[str, str]], known: frozenset[str]) -> dict[tuple[str, str], tuple[str, str]]:
    """Returns two words that are known once a blank between them moves by a letter, and what they become.

    Args:
        pairs: Words beside each other, not both known.
        known: The words that are known.

    Example:
        >>> moved_blanks([("silesian", "desig"), ("desig", "ncluster")], frozenset({"design", "cluster"}))
        {('desig', 'ncluster'): ('design', 'cluster')}
    """
    found = {}
    for one, other in pairs:
        for first, second in ((one + other[0], other[1:]), (one[:-1], one[-1] + other)):
            if first in known and second in known:
                found[one, other] = first, second
                break
    return found


def by_context(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """Returns short misprinted words with the word that a name of otherwise the same words has in their place.

    A letter is dropped, added or swapped; one of the two words has five letters or more, and what is the same tells something.

    Args:
        tokens: Columns name, word, with row numbers as column at.
        vocabulary: Columns word (distinct), count, known, tells.

    Returns:
        Columns at, meant.
    """
    said = vocabulary.select("word", "count", "known", "tells")
    told = tokens.join(said, on="word", how="left", maintain_order="left").with_columns(
        pl.col("count").fill_null(0), pl.col("known").fill_null(value=False), pl.col("tells").fill_null(value=True)
    )
    told = told.with_columns(code=pl.col("word").hash(2015) // 1024, size=pl.col("word").str.len_chars())
    told = told.with_columns(
        rest=pl.col("code").sum().over("name") - pl.col("code"),
        telling=pl.col("tells").cast(pl.Int64).sum().over("name") - pl.col("tells").cast(pl.Int64),
    ).filter((pl.col("telling") > 0) & (pl.col("size") >= _SHORTEST_IN_CONTEXT) & ~pl.col("word").str.contains(r"\d"))
    wrong = told.filter(~pl.col("known")).select("at", "word", "size", "count", "rest")
    right = told.join(wrong.select("rest").unique(), on="rest", how="semi")
    right = right.select("rest", meant="word", size_meant="size", often="count", sure="known").unique()
    right = right.filter(pl.len().over("rest") <= _LARGEST_SHAPE)
    more = pl.col("often") > pl.col("count")
    met = wrong.join(right, on="rest").filter(
        (pl.col("word") != pl.col("meant"))
        & (pl.max_horizontal("size", "size_meant") > _SHORTEST_IN_CONTEXT)
        & (pl.col("sure") | more | ((pl.col("often") == pl.col("count")) & (pl.col("meant") > pl.col("word"))))
    )
    near = process.cpdist(met["word"].to_list(), met["meant"].to_list(), scorer=OSA.distance, score_cutoff=1) <= 1
    letters = [sorted(one) == sorted(other) for one, other in met.select("word", "meant").iter_rows()]
    met = met.filter(pl.Series(near) & (pl.Series(letters) | (pl.col("size") != pl.col("size_meant"))))
    best = met.sort(["at", "sure", "often", "meant"], descending=[False, True, True, True])
    return best.unique("at", keep="first", maintain_order=True).select("at", "meant")
