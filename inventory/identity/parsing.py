"""What names say: their words looked up in the concept lexicon, and what is left over taken as proper words.

Belongs here: everything known of names by themselves. Does not belong here: comparing two names (`comparison`).
All names are read at once, set-based: each distinct word, and each distinct run of words that may be a phrase, is looked
up once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from inventory.identity.lexicon import Lexicon, Term
from inventory.identity.mending import Stems, by_context, misprints, moved_blanks
from inventory.identity.names import ACRONYM, BRACKET, LONGEST_ACRONYM, fold, split_words

Ints = NDArray[np.int64]

MOST_CONCEPTS = 100
"""Concepts read of one name: the longest real one has 15; what is longer is no name."""
_SHORTEST_JOINED = 6
_RARE = 2
_SHORTEST_ACRONYM = 3
_UNSPOKEN = ("function_word", "legal_form")
# The inflected adjective of a place, and the endings of other words, taken off words that are not in the lexicon.
_ADJECTIVE_OF_PLACE = re.compile(r"(.{3,}(?:sk|ck|dzk))(?:i|a|ie|iego|iej|im|imi|ich|iemu|o)$")
_ENDINGS = re.compile(
    r"(?<=\w{4})(?:iego|iemu|ego|emu|ymi|imi|ych|ich|ami|ach|owi|om|ow|ej|ym|im|ie|ia|iu|a|e|i|o|u|y)$"
)
_BRACKET = re.compile(BRACKET)
_CAMEL = re.compile("([a-ząćęłńóśźż])([A-ZŁŚŻ])")
_LOCAL = re.compile(r"\w{3,}(sk|ck|dzk)$")


@dataclass(frozen=True)
class Names:
    """What names say. The index of a name is its place in `texts`.

    Attributes:
        texts: As printed.
        keys: Folded words as printed, in alphabetical order.
        concepts: Columns name, concept (or `=word` for a word that is not in the lexicon), word that says it; each
            concept of a name once.
        acronyms: Columns name, acronym: those printed in it, folded.
        initials: Columns name, acronym: those that could be formed from it, folded.
        meaning: Number of its set of concepts: equal numbers mean equal sets.
        surface: Number of its set of words that say something.
        lang: Number of its language by the terms met: 0 none, 1 en, 2 other, 3 pl, 4 mixed.
        alone: Whether nothing but an acronym, and the word cluster, is there.
        energy: Whether it is called a *klaster energii*, that is an energy cluster under the act on renewable energy.
    """

    texts: pl.Series
    keys: pl.Series
    concepts: pl.DataFrame
    acronyms: pl.DataFrame
    initials: pl.DataFrame
    meaning: Ints
    surface: Ints
    lang: Ints
    alone: NDArray[np.bool_]
    energy: NDArray[np.bool_]

    def concepts_of(self, name: int) -> set[str]:
        """Returns the concepts of one name."""
        return set(self.concepts.filter(pl.col("name") == name)["concept"])


def kind_of(concept: str, lexicon: Lexicon) -> str:
    """Returns the kind of a concept, or of a word that is not in the lexicon."""
    if concept.startswith("="):
        return "local" if _LOCAL.search(concept) else "proper"
    return lexicon.kind[concept]


def parse_names(texts: Sequence[str] | pl.Series, lexicon: Lexicon) -> Names:
    """Reads names, misprints mended and words printed apart joined with the help of all the others.

    Example:
        >>> from inventory.identity.lexicon import load_lexicon
        >>> names = parse_names(["Śląski Klaster Lotniczy"], load_lexicon())
        >>> sorted(names.concepts_of(0)), names.lang.tolist(), names.initials["acronym"].to_list()
        (['aviation', 'slaskie'], [3], ['skl'])
    """
    printed = pl.Series("text", list(texts) if not isinstance(texts, pl.Series) else texts, dtype=pl.String)
    split = split_words(printed)
    count = len(printed)
    tokens = pl.DataFrame({"name": np.arange(count, dtype=np.int32), "word": split}).explode("word").drop_nulls()
    tokens = _blanks_in_place(tokens, lexicon)
    vocabulary = _vocabulary(tokens, lexicon)
    tokens = _mended(_spelled_alike(tokens, vocabulary), vocabulary)
    said = _taken(_mended_by_context(tokens, vocabulary), vocabulary, lexicon)
    concepts = _concepts(said, lexicon)
    acronyms = _printed(printed, lexicon)
    sizes = np.bincount(concepts["name"].to_numpy(), minlength=count)
    has = np.bincount(acronyms["name"].to_numpy(), minlength=count) > 0
    return Names(
        texts=printed,
        keys=split.list.sort().list.join(" "),
        concepts=concepts,
        acronyms=acronyms,
        initials=_initials(printed, lexicon),
        meaning=_sets(concepts.select("name", value="concept"), count),
        surface=_sets(concepts.select("name", value="word"), count),
        lang=_languages(said, count),
        alone=has & (sizes == 1),
        energy=_energy(said, count),
    )


def _vocabulary(tokens: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns the distinct words, and those that misprints stand for.

    Columns word, count (of names), single (a term by itself), opens (a phrase), known (to the lexicon, be it in a phrase),
    tells (more than words of organisation do), meant (of a misprint, the word it stands for).
    """
    words = _looked_up(tokens.unique().group_by("word").agg(count=pl.len().cast(pl.Int64)).sort("word"), lexicon)
    meant = words.join(misprints(words.select("word", "count", "known")), on="word", how="left", maintain_order="left")
    lost = meant.filter(pl.col("meant").is_null() & ~pl.col("known") & (pl.col("count") <= _RARE))
    stems = Stems(lexicon)
    found = [(word, stem) for word in lost["word"].to_list() if word.isalpha() and (stem := stems.meant(word))]
    by_stem = pl.DataFrame(found, schema={"word": pl.String, "stem": pl.String}, orient="row")
    meant = meant.join(by_stem, on="word", how="left", maintain_order="left")
    meant = meant.with_columns(meant=pl.coalesce("meant", "stem")).drop("stem")
    new = by_stem.select(word="stem").unique().join(words, on="word", how="anti").sort("word")
    added = _looked_up(new.with_columns(count=pl.lit(0, pl.Int64)), lexicon)
    return pl.concat([meant, added.with_columns(meant=pl.lit(None, pl.String))])


def _looked_up(words: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Adds columns single, opens, known, tells to words (columns word, count)."""
    texts = words["word"].to_list()
    beginning = [lexicon.beginning(word) for word in texts]
    alone = [next((t for t in terms if len(t.words) == 1), None) for terms in beginning]
    silent = {"generic", "weak", "scope"}
    return words.with_columns(
        single=pl.Series([term is not None for term in alone], dtype=pl.Boolean),
        opens=pl.Series([any(len(t.words) > 1 for t in terms) for terms in beginning], dtype=pl.Boolean),
        known=pl.Series([lexicon.knows(word) for word in texts], dtype=pl.Boolean),
        tells=pl.Series(
            [
                len(word) > 1 and not (term and lexicon.kind[term.concept.split("+")[0]] in silent)
                for word, term in zip(texts, alone, strict=True)
            ],
            dtype=pl.Boolean,
        ),
    )


def _blanks_in_place(tokens: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns the tokens with blanks that slipped by a letter put back."""
    counts = tokens.unique().group_by("word").agg(count=pl.len())
    words = counts.with_columns(known=pl.Series([lexicon.knows(w) for w in counts["word"].to_list()], dtype=pl.Boolean))
    known = words.filter(pl.col("known") | (pl.col("count") > 1)).select("word")
    pairs = tokens.with_columns(next=_following(1)).drop_nulls().select("word", "next").unique().sort("word", "next")
    odd = pairs.join(known, on="word", how="anti").filter(pl.col("word").str.len_chars() > 1)
    odd = pl.concat([odd, pairs.join(known, left_on="next", right_on="word", how="anti")]).unique().sort("word", "next")
    moved = moved_blanks(odd.rows(), frozenset(known["word"]))
    if not moved:
        return tokens
    told = pl.DataFrame(
        [(*pair, *become) for pair, become in moved.items()],
        schema={"word": pl.String, "next": pl.String, "first": pl.String, "second": pl.String},
        orient="row",
    )
    both = tokens.with_columns(next=_following(1)).join(told, on=["word", "next"], how="left", maintain_order="left")
    first = _every_other(both["first"].is_not_null().to_numpy())
    second = np.concatenate([[False], first[:-1]])
    word = pl.when(pl.Series(first)).then("first").when(pl.Series(second)).then(pl.col("second").shift(1))
    return both.select("name", word=word.otherwise("word"))


def _mended_by_context(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    placed = tokens.with_row_index("at")
    found = by_context(placed, vocabulary)
    if found.is_empty():
        return tokens
    return placed.join(found, on="at", how="left", maintain_order="left").select(
        "name", word=pl.coalesce("meant", "word")
    )


def _following(steps: int) -> pl.Expr:
    """Returns the word so many steps further in the same name, null beyond its end; names stand one after another."""
    return pl.when(pl.col("name") == pl.col("name").shift(-steps)).then(pl.col("word").shift(-steps))


def _spelled_alike(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    """Returns the tokens with two words as one where others write them as one, or one as two: whichever is more frequent.

    A brand in two words becomes one if most write it so; a word that lost a blank gets it back. Two words of the lexicon
    stay two, a word of the lexicon stays one.
    """
    pairs = tokens.with_columns(next=_following(1)).drop_nulls().unique()
    pairs = pairs.with_columns(whole=pl.col("word") + pl.col("next"))
    wholes = vocabulary.filter(pl.col("word").str.len_chars() >= _SHORTEST_JOINED)
    wholes = wholes.select(whole="word", alone="count", single="single")
    met = pairs.join(wholes, on="whole").group_by("word", "next", "whole", "alone", "single").agg(together=pl.len())
    known = vocabulary.filter("known").select("word")
    both = met.join(known, on="word", how="semi").join(known, left_on="next", right_on="word", how="semi")
    met = met.join(both.select("word", "next", both=pl.lit(value=True)), on=["word", "next"], how="left")
    apart = pl.col("both").fill_null(value=False) | (~pl.col("single") & (pl.col("together") > pl.col("alone")))
    split = met.filter(apart).sort(["whole", "together", "word"], descending=[False, True, False])
    split = split.unique("whole", keep="first", maintain_order=True).select(
        word="whole", parts=pl.concat_list("word", "next")
    )
    if len(split):
        told = tokens.join(split, on="word", how="left", maintain_order="left")
        parts = pl.when(pl.col("parts").is_null()).then(pl.concat_list("word")).otherwise("parts")
        tokens = told.select("name", word=parts).explode("word")
    return _joined(tokens, met.filter(~apart).join(split, left_on="whole", right_on="word", how="anti"))


def _joined(tokens: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """Returns the tokens with the given pairs (columns word, next, whole) as one word."""
    if pairs.is_empty():
        return tokens
    both = tokens.with_columns(next=_following(1))
    both = both.join(pairs.select("word", "next", "whole"), on=["word", "next"], how="left", maintain_order="left")
    first = _every_other(both["whole"].is_not_null().to_numpy())
    second = np.concatenate([[False], first[:-1]])
    word = pl.when(pl.Series(first)).then("whole").otherwise("word")
    return both.select("name", word=word).filter(~pl.Series(second))


def _every_other(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keeps the first, third ... of each run of flags: a word that was joined is not joined again."""
    at = np.arange(len(flags))
    start = np.maximum.accumulate(np.where(flags & ~np.concatenate([[False], flags[:-1]]), at, -1))
    return np.asarray(flags & ((at - start) % 2 == 0))


def _mended(tokens: pl.DataFrame, vocabulary: pl.DataFrame) -> pl.DataFrame:
    wrong = vocabulary.filter(pl.col("meant").is_not_null()).select("word", "meant")
    if wrong.is_empty():
        return tokens
    mended = tokens.join(wrong, on="word", how="left", maintain_order="left")
    return mended.select("name", word=pl.coalesce("meant", "word"))


def _taken(tokens: pl.DataFrame, vocabulary: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns columns name, word, concept, lang, next, after: the words and phrases that names are read as, in order.

    `concept` and `lang` are null for words that are not in the lexicon; `next` and `after` are the two words that follow.
    """
    tokens = tokens.with_columns(next=_following(1), after=_following(2))
    single = [
        (word, next(t for t in lexicon.beginning(word) if len(t.words) == 1))
        for word in vocabulary.filter("single")["word"].to_list()
    ]
    terms = _terms_frame("word", single)
    read = tokens.join(terms, on="word", how="left", maintain_order="left").with_columns(size=pl.lit(1, pl.Int64))
    phrases = _phrases(tokens, vocabulary, lexicon)
    if phrases.is_empty():
        return read
    read = read.with_row_index("at").join(phrases, on="at", how="left", suffix="_p", maintain_order="left")
    phrase = pl.col("concept_p").is_not_null()
    read = read.with_columns(
        *(pl.when(phrase).then(f"{c}_p").otherwise(c).alias(c) for c in ("concept", "lang", "size")),
        word=pl.when(phrase).then("phrase").otherwise("word"),
    )
    return read.filter(pl.Series(_uncovered(read))).select("name", "word", "concept", "lang", "next", "after", "size")


def _terms_frame(title: str, found: Sequence[tuple[str, Term]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            title: [text for text, _ in found],
            "concept": [term.concept for _, term in found],
            "lang": [term.lang for _, term in found],
        },
        schema={title: pl.String, "concept": pl.String, "lang": pl.String},
    )


def _phrases(tokens: pl.DataFrame, vocabulary: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns columns at, phrase, concept, lang, size: which phrase of the lexicon begins at which token."""
    opening = vocabulary.filter("opens").select("word")
    placed = tokens.with_row_index("at")
    open_here = placed.join(opening, on="word", how="semi").filter(pl.col("next").is_not_null())
    starts = open_here.select("word", "next").unique().rows()
    promising = [(a, b) for a, b in starts if any(_second_fits(t, b) for t in lexicon.beginning(a))]
    pairs = pl.DataFrame(promising, schema={"word": pl.String, "next": pl.String}, orient="row")
    longest = max((len(t.words) for group in lexicon.terms.values() for t in group), default=1)
    windows = placed.with_columns(
        window=pl.concat_str(
            [pl.col("word"), *(_following(k) for k in range(1, longest))],
            separator=" ",
            ignore_nulls=True,
        )
    )
    windows = windows.join(pairs, on=["word", "next"], how="semi").select("at", "window")
    rows = []
    for window in windows["window"].unique().to_list():
        text = window.split(" ")
        term = lexicon.find(text)
        if term is not None and len(term.words) > 1:
            rows.append((window, " ".join(text[: len(term.words)]), term.concept, term.lang, len(term.words)))
    schema = {"window": pl.String, "phrase": pl.String, "concept": pl.String, "lang": pl.String, "size": pl.Int64}
    found = pl.DataFrame(rows, schema=schema, orient="row")
    return windows.join(found, on="window").drop("window")


def _second_fits(term: Term, word: str) -> bool:
    if len(term.words) == 1:
        return False
    stem = term.words[1]
    return word.startswith(stem[:-1]) if stem.endswith("*") else word == stem


def _uncovered(read: pl.DataFrame) -> NDArray[np.bool_]:
    """Tells which tokens are not inside a phrase that begins before them, read from left to right."""
    size = read["size"].to_numpy()
    name = read["name"].to_numpy()
    kept = np.ones(len(read), dtype=bool)
    free, last = 0, -1
    # Only phrases cover anything, and few tokens begin one.
    for at in np.flatnonzero(size > 1).tolist():
        if name[at] != last:
            free, last = at, name[at]
        if at >= free:
            free = at + int(size[at])
            kept[at + 1 : free] = False
    return kept


def _concepts(said: pl.DataFrame, lexicon: Lexicon) -> pl.DataFrame:
    """Returns columns name, concept, word: what each name says, each concept once, in the order it is said."""
    known = said["concept"].drop_nulls().unique().sort().to_list()
    parts = [(whole, part) for whole in known for part in whole.split("+") if lexicon.kind[part] != "generic"]
    told = pl.DataFrame(parts, schema={"concept": pl.String, "part": pl.String}, orient="row")
    placed = said.select("name", "word", "concept").with_row_index("at")
    met = placed.join(told, on="concept").select("at", "name", concept="part", word="word")
    own = placed.filter(
        pl.col("concept").is_null()
        & ((pl.col("word").str.len_chars() > 1) | (pl.col("word") == "e") | pl.col("word").str.contains(r"^\d+$"))
    )
    stems = own["word"].unique().to_list()
    stemmed = pl.DataFrame(
        {"word": stems, "stem": [_concept_of_word(word) for word in stems]},
        schema={"word": pl.String, "stem": pl.String},
    )
    own = own.join(stemmed, on="word").select("at", "name", concept="stem", word="word")
    both = pl.concat([met, own]).sort("name", "at", "concept")
    both = both.unique(["name", "concept"], keep="first", maintain_order=True)
    return both.filter(pl.int_range(pl.len()).over("name") < MOST_CONCEPTS).drop("at")


def _concept_of_word(word: str) -> str:
    adjective = _ADJECTIVE_OF_PLACE.match(word)
    return "=" + (adjective[1] if adjective else _ENDINGS.sub("", word))


def _sets(values: pl.DataFrame, count: int) -> Ints:
    """Returns for each name the number of its set of values; names without values share one number.

    Two sums of hashes stand for a set, 128 bits: cheaper than to sort and join words, and no two sets of real names meet.
    """
    hashed = values.unique().select("name", one=pl.col("value").hash(2015), other=pl.col("value").hash(2026))
    sums = hashed.group_by("name").agg(pl.col("one").sum(), pl.col("other").sum()).sort("name")
    sets = sums.select("one", "other").unique().sort("one", "other").with_row_index("set", offset=1)
    out = np.zeros(count, dtype=np.int64)
    out[sums["name"].to_numpy()] = sums.join(sets, on=["one", "other"], maintain_order="left")["set"].to_numpy()
    return out


def _languages(said: pl.DataFrame, count: int) -> Ints:
    spoken = said.filter(pl.col("concept").is_not_null() & ~pl.col("concept").is_in(_UNSPOKEN))
    met = np.zeros((count, 3), dtype=np.int64)
    for column, lang in enumerate(("en", "other", "pl")):
        met[:, column] = np.bincount(spoken.filter(pl.col("lang") == lang)["name"].to_numpy(), minlength=count)
    total, best = met.sum(axis=1), met.max(axis=1, initial=0)
    return np.where(total == 0, 0, np.where(2 * best > total, met.argmax(axis=1) + 1, 4)).astype(np.int64)


def _energy(said: pl.DataFrame, count: int) -> NDArray[np.bool_]:
    called = said.filter(
        (pl.col("concept") == "cluster")
        & (pl.col("next") == "energii")
        & ~pl.col("after").fill_null("").str.starts_with("odnawialn")
    )
    return np.asarray(np.bincount(called["name"].to_numpy(), minlength=count) > 0)


def _printed(texts: pl.Series, lexicon: Lexicon) -> pl.DataFrame:
    """Returns the acronyms printed in names; in a text all in capitals none stands out, unless it is a single word."""
    frame = pl.DataFrame({"name": np.arange(len(texts), dtype=np.int32), "text": texts})
    frame = frame.filter(pl.col("text").str.contains(r"\p{Lu}[\w&]*\p{Lu}"))
    frame = frame.with_columns(token=pl.col("text").str.extract_all(r"[\w&]+"))
    frame = frame.filter((pl.col("token").list.len() <= 2) | (pl.col("text").str.to_uppercase() != pl.col("text")))
    tokens = frame.select("name", "token").explode("token").drop_nulls()
    tokens = tokens.filter(pl.col("token").str.contains(ACRONYM) & (pl.col("token").str.len_chars() <= LONGEST_ACRONYM))
    distinct = tokens["token"].unique().sort().to_list()
    folded = [fold(token).replace(" ", "") for token in distinct]
    kept = [bool(text) and _is_no_word(lexicon.find([text]), lexicon) for text in folded]
    told = pl.DataFrame(
        {"token": distinct, "acronym": folded, "kept": kept},
        schema={"token": pl.String, "acronym": pl.String, "kept": pl.Boolean},
    )
    return tokens.join(told.filter("kept"), on="token").select("name", "acronym").unique().sort("name", "acronym")


def _is_no_word(term: Term | None, lexicon: Lexicon) -> bool:
    if term is None:
        return True
    return term.concept != "cluster" and lexicon.kind[term.concept.split("+")[0]] in {"weak", "generic"}


def _spaced(texts: pl.Series) -> pl.Series:
    """Returns texts without what is in brackets, and `LifeScience` as two words."""
    odd = texts.str.contains(r"[\[(]|[a-ząćęłńóśźż][A-ZŁŚŻ]").fill_null(value=False).arg_true()
    spaced = texts.to_list()
    for at in odd.to_list():
        spaced[at] = _CAMEL.sub(r"\1 \2", _BRACKET.sub(" ", spaced[at]))
    return pl.Series(spaced, dtype=pl.String)


def _initials(texts: pl.Series, lexicon: Lexicon) -> pl.DataFrame:
    """Returns the acronyms that could be formed: of all words, without small words, without the word cluster."""
    tokens = (
        pl.DataFrame({"name": np.arange(len(texts), dtype=np.int32), "word": split_words(_spaced(texts), tails=False)})
        .explode("word")
        .drop_nulls()
    )
    distinct = tokens["word"].unique().to_list()
    terms = [lexicon.find([word]) for word in distinct]
    told = pl.DataFrame(
        {
            "word": distinct,
            "letter": [word[0] for word in distinct],
            "full": [t is None or t.concept not in _UNSPOKEN for t in terms],
            "short": [t is None or lexicon.kind[t.concept.split("+")[0]] != "generic" for t in terms],
        },
        schema={"word": pl.String, "letter": pl.String, "full": pl.Boolean, "short": pl.Boolean},
    )
    letters = tokens.join(told, on="word", how="left", maintain_order="left")
    formed = letters.group_by("name", maintain_order=True).agg(
        pl.col("letter").str.join("").alias("every"),
        pl.col("letter").filter("full").str.join("").alias("full"),
        pl.col("letter").filter("short").str.join("").alias("short"),
    )
    both = pl.concat([formed.select("name", acronym=way) for way in ("every", "full", "short")])
    size = pl.col("acronym").str.len_chars()
    return both.filter(size.is_between(_SHORTEST_ACRONYM, LONGEST_ACRONYM)).unique().sort("name", "acronym")
