"""What the report says, chapter by chapter: sentences, tables and drawings over the figures.

Each function makes one chapter. A chapter asks the wording for sentences and the figures for rows; it never counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from inventory.dates import first_day, last_day
from inventory.official import WRITTEN_UNITS
from warehouse.report import charts
from warehouse.report.charts import Mark
from warehouse.report.figures import Figures, key_of
from warehouse.report.model import (
    DASH,
    Block,
    Bullets,
    Callout,
    Chapter,
    Chart,
    Column,
    Line,
    Number,
    Paragraph,
    Table,
    Tile,
    Tiles,
    Words,
)  # fmt: skip
from warehouse.report.wording import Wording, polish_order

_CLUSTERS: Final = "number_of_clusters"
_POTENTIAL: Final = "number_of_potential_clusters"
SPANS_DRAWN: Final = 500
"""Terms of labels up to which a time line is drawn and printed; a longer one is the table `labels` of the release."""
_STATES: Final = ("active", "dormant", "ended", "unknown")
_COHORTS: Final = ("0-4", "5-9", "10-14", "15-19", "20+")
_COMPARED: Final = (
    _CLUSTERS, _POTENTIAL, "number_of_bodies", "age_mean_of_clusters", "age_median_of_clusters", "age_max_of_clusters",
    "members_median_of_clusters", "members_total_of_clusters", "clusters_per_million_inhabitants",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Material:
    """What chapters are made of.

    Attributes:
        say: The wording of the language.
        figures: Figures of this release.
        tables: Published tables of this release.
        previous: Figures of the release compared with, or None.
        previous_tables: Its tables, or None.
    """

    say: Wording
    figures: Figures
    tables: Mapping[str, pl.DataFrame]
    previous: Figures | None = None
    previous_tables: Mapping[str, pl.DataFrame] | None = None

    def about(self, key: str) -> str:
        """Returns a fact about the release, empty where it is not told."""
        return dict(self.tables["about"].select("key", "value").iter_rows()).get(key) or ""


def summary(given: Material) -> list[Block]:
    """Key figures and the results in a few sentences."""
    say = given.say
    tiles = tuple(
        Tile(tile["unit"], say.number(tile["key"]), "", say.filled(tile["note"], "tiles") if "note" in tile else ())
        for tile in say.tiles().values()
    )
    keys = ["summary_count", "summary_regions"]
    keys += ["summary_age"] if _known(given, "age_mean_of_clusters") else []
    keys += ["summary_state"]
    keys += ["summary_coverage"] if _estimate_tells(given) else []
    return [Tiles(tiles), *_paragraphs(given, *keys), Callout(say.phrase("read_first"), say.text("read_first"))]


def regions(given: Material) -> list[Block]:
    """Map and table of the voivodeships."""
    say, figures = given.say, given.figures
    codes = [code for code in figures.values(_CLUSTERS, "voivodeship") if code != "unknown"]
    codes.sort(key=lambda code: polish_order(say.term("voivodeship", code)))
    marks = [_mark(say, _CLUSTERS, "voivodeship", code) for code in codes]
    rows = tuple(
        (
            _named(say, "voivodeship", code),
            *(
                _cell(given, key_of(statistic, "voivodeship", code))
                for statistic in (
                    _CLUSTERS, _POTENTIAL, "number_of_bodies", "clusters_per_million_inhabitants", "age_mean_of_clusters",
                )
            ),
        )
        for code in [*codes, *(["unknown"] if figures.has(key_of("number_of_bodies", "voivodeship", "unknown")) else [])]
    )  # fmt: skip
    heads = _heads(say, "voivodeship", "clusters", "potential_clusters", "bodies", "per_million", "mean_age")
    table = Table(
        "t-regions",
        say.phrase("clusters_by_voivodeship"),
        heads,
        rows,
        say.text("regions_note"),
        sheet=say.phrase("regions_table"),
    )
    drawn = Chart(
        "f-map", say.phrase("map_title"), say.text("regions_alt"), charts.choropleth(marks, codes), table,
        (Words(say.phrase("map_credit")),), open=True,
    )  # fmt: skip
    unknown = figures.has(key_of(_CLUSTERS, "voivodeship", "unknown"))
    return [
        *_paragraphs(given, "regions", "regions_rule"),
        *(_paragraphs(given, "regions_unknown") if unknown else []),
        drawn,
    ]


def age(given: Material) -> list[Block]:
    """Founding years and age groups."""
    say, figures = given.say, given.figures
    if not _known(given, "age_mean_of_clusters"):
        return [
            *_paragraphs(given, "age_rule"),
            _by(given, "cohort", [*_COHORTS, "unknown"], "t-cohorts", "cohorts_title"),
        ]
    years = sorted(int(year) for year in figures.values(_CLUSTERS, "founded_year") if year != "unknown")
    day = int(given.about("as_of")[:4])
    groups = [say.term("cohort", cohort) for cohort in _COHORTS]
    marks = [
        Mark(
            str(year),
            *_drawn(say, key_of(_CLUSTERS, "founded_year", str(year))),
            series=groups[min((day - year) // 5, 4)],
        )
        if figures.has(key_of(_CLUSTERS, "founded_year", str(year)))
        else Mark(str(year), 0, "", groups[min((day - year) // 5, 4)])
        for year in range(years[0], years[-1] + 1)
    ]
    table = _by(given, "founded_year", [*map(str, years), "unknown"], "t-founded", "age_title")
    drawn = Chart(
        "f-founded",
        say.phrase("age_title"),
        say.text("age_alt"),
        charts.columns(marks, groups),
        table,
        say.text("age_note"),
    )
    cohorts = _by(given, "cohort", [*_COHORTS, "unknown"], "t-cohorts", "cohorts_title")
    return [*_paragraphs(given, "age", "age_recent", "age_rule"), drawn, cohorts]


def sectors(given: Material) -> list[Block]:
    """Clusters by sector."""
    return [*_paragraphs(given, "sectors"), _two_series(given, "sector", _ranked_sectors(given.figures), "sectors")]


def _ranked_sectors(figures: Figures) -> list[str]:
    return list(dict.fromkeys([*figures.ranked(_CLUSTERS, "sector"), *figures.ranked(_POTENTIAL, "sector")]))


def state(given: Material) -> list[Block]:
    """State of activity, and size."""
    say, figures = given.say, given.figures
    blocks: list[Block] = [*_paragraphs(given, "state"), _two_series(given, "state", _STATES, "states")]
    if not _known(given, "members_median_of_clusters"):
        return blocks
    median = "members_median_of_clusters"
    ranked = figures.ranked(median, "sector")
    parts = ("median", "mean", "max", "total", "known", "not_known")
    keys = (median, "members_mean_of_clusters", "members_max_of_clusters", "members_total_of_clusters")
    rows = tuple(
        (
            _named(say, "sector", sector),
            *(_cell(given, key_of(key, "sector", sector)) for key in keys),
            _cell(given, key_of(median, "sector", sector) + "#n"), _cell(given, key_of(median, "sector", sector) + "#n_unknown"),
        )
        for sector in ranked
    )  # fmt: skip
    table = Table(
        "t-members", say.phrase("members_table"), _heads(say, "sector", *parts), rows, sheet=say.phrase("members_table")
    )
    marks = [_mark(say, median, "sector", sector) for sector in ranked]
    drawn = Chart(
        "f-members",
        say.phrase("members_title"),
        say.text("members_alt"),
        charts.bars(marks),
        table,
        say.text("members_note"),
    )
    return [*blocks, *_paragraphs(given, "members"), drawn]


def labels(given: Material) -> list[Block]:
    """Holders of labels and statuses, and their terms on a time line."""
    say, figures = given.say, given.figures
    levels = sorted(figures.values("label_holders_ever", "label_level"))
    if not levels:
        return _paragraphs(given, "labels", "labels_none")
    keys = [f"labels_{label}" for label in ("kkk", "esca") if figures.has(key_of("label_holders", "label", label))]
    if "labels_kkk" in keys and _rounds_known_in_part(given):
        keys.insert(1, "labels_kkk_part")
    marks = [_mark(say, "label_holders_ever", "label_level", level) for level in levels]
    holders = Table(
        "t-labels", say.phrase("labels_table"), _heads(say, "label", "held_ever", "held_now", "end_unknown"),
        tuple(_label_rows(given, levels)), sheet=say.phrase("labels_table"),
    )  # fmt: skip
    drawn = Chart("f-labels", say.phrase("labels_title"), say.text("labels_alt"), charts.bars(marks), holders)
    return [*_paragraphs(given, "labels", *keys), drawn, *_timeline(given)]


def _rounds_known_in_part(given: Material) -> bool:
    # Rounds I and II (2015, 2016) are known in full; the lists of later winners are not (docs/methodology.md, section 8).
    return int(given.about("as_of")[:4]) > 2016


def _label_rows(given: Material, levels: Sequence[str]) -> Iterable[tuple[Line, ...]]:
    ever, now = "label_holders_ever", "label_holders"
    for label in given.figures.values(ever, "label"):
        held = key_of(now, "label", label)
        yield (
            _named(given.say, "label", label), _cell(given, key_of(ever, "label", label)), _cell(given, held),
            _cell(given, f"{held}#n_unknown"),
        )  # fmt: skip
        for level in (level for level in levels if level.partition("|")[0] == label):
            here = key_of(now, "label_level", level)
            yield (
                _named(given.say, "label_level", level),
                _cell(given, key_of(ever, "label_level", level)),
                _cell(given, here),
                (),
            )


def _timeline(given: Material) -> list[Block]:
    say = given.say
    names = dict(given.tables["clusters"].select("cluster_id", "name_pl").iter_rows())
    terms = (
        given.tables["labels"]
        .filter(pl.col("valid_from").is_not_null() & pl.col("valid_until").is_not_null())
        .select("cluster_id", "label", "level", "valid_from", "valid_until")
        .unique()
        .sort("valid_from", "valid_until", "cluster_id", "label", "level")
        .unique(["cluster_id", "label", "level"], keep="first", maintain_order=True)
    )
    rows: list[tuple[Line, ...]] = []
    drawn: list[charts.Span] = []
    for cluster_id, label, level, start, end in terms.iter_rows():
        first, last = first_day(start), last_day(end)
        if first is None or last is None:
            continue
        name = names.get(cluster_id) or cluster_id
        drawn.append(charts.Span(name, first.isoformat(), last.isoformat(), say.term("label", label)))
        fact = f"labels/{cluster_id}"
        rows.append((
            _fact(name, fact, "pl"), _fact(say.term("label_level", f"{label}|{level or ''}"), fact),
            say.date(start, fact), say.date(end, fact),
        ))  # fmt: skip
    if not rows:
        return []
    if len(rows) > SPANS_DRAWN:
        return _paragraphs(given, "timeline_too_long")
    series = sorted({span.series for span in drawn})
    title = say.phrase("timeline_title")
    heads = _heads(say, "cluster", "label", "from", "until", numeric=False)
    table = Table("t-terms", title, heads, tuple(rows), sheet=title)
    picture = charts.spans(drawn, series, given.about("as_of")[:7])
    return [Chart("f-terms", title, say.text("timeline_alt"), picture, table, say.text("timeline_note"))]


def potential(given: Material) -> list[Block]:
    """Potential clusters."""
    return _paragraphs(given, "potential", "potential_annex")


def coverage(given: Material) -> list[Block]:
    """Sources, overlap of the lists, and how many clusters they miss."""
    say, figures = given.say, given.figures
    blocks: list[Block] = _paragraphs(given, "sources")
    ranked = figures.ranked("clusters_by_source", "source")
    if ranked:
        rows = tuple(
            (_named(say, "source", source), _cell(given, key_of("clusters_by_source", "source", source)))
            for source in ranked
        )
        table = Table(
            "t-sources",
            say.phrase("sources_title"),
            _heads(say, "source", "on_list"),
            rows,
            sheet=say.phrase("sources_title"),
        )
        marks = [_mark(say, "clusters_by_source", "source", source) for source in ranked[:15]]
        blocks.append(
            Chart("f-sources", say.phrase("sources_title"), say.text("sources_alt"), charts.bars(marks), table)
        )
    blocks += _overlap(given)
    if not _known(given, "estimated_number_of_clusters"):
        return [*blocks, *_paragraphs(given, "coverage_none")]
    if not _estimate_tells(given):
        return [*blocks, *_paragraphs(given, "coverage_below")]
    keys = {
        "observed": _CLUSTERS, "on_lists": "estimated_number_of_clusters#n", "estimate": "estimated_number_of_clusters",
        "low": "estimated_number_of_clusters_low", "high": "estimated_number_of_clusters_high",
    }  # fmt: skip
    marks_by = {name: Mark(say.phrase(name), *_drawn(say, key)) for name, key in keys.items()}
    picture = charts.interval(*(marks_by[name] for name in ("observed", "estimate", "low", "high")))
    table = Table(
        "t-coverage", say.phrase("coverage_title"), _heads(say, "figure_name", "clusters"),
        tuple(((Words(say.phrase(name)),), _cell(given, key)) for name, key in keys.items()), sheet=say.phrase("coverage_title"),
    )  # fmt: skip
    drawn = Chart("f-coverage", say.phrase("coverage_title"), say.text("coverage_alt"), picture, table)
    return [*blocks, *_paragraphs(given, "coverage"), drawn]


def _estimate_tells(given: Material) -> bool:
    """Returns whether the estimate over lists exceeds what the inventory holds; below, it says nothing of what is missing."""
    if not _known(given, "estimated_number_of_clusters"):
        return False
    estimate, found = (given.figures.value(key) or 0 for key in ("estimated_number_of_clusters", _CLUSTERS))
    return estimate > found


def _overlap(given: Material) -> list[Block]:
    say = given.say
    pairs = given.figures.values("list_overlap", "list_pair")
    publishers = sorted(
        {name for pair in pairs for name in pair.split("|")}, key=lambda name: polish_order(say.term("publisher", name))
    )
    if len(publishers) < 2:
        return []
    cells: list[tuple[int, int, Mark]] = []
    rows: list[tuple[Line, ...]] = []
    for row, first in enumerate(publishers):
        line: list[Line] = [_fact(f"{row + 1}. {say.term('publisher', first)}", f"sources.publisher/{first}")]
        for column, second in enumerate(publishers):
            pair = next((f"{a}|{b}" for a, b in ((first, second), (second, first)) if f"{a}|{b}" in pairs), "")
            line.append(_cell(given, key_of("list_overlap", "list_pair", pair)) if pair else ())
            if pair:
                cells.append((row, column, _mark(say, "list_overlap", "list_pair", pair)))
        rows.append(tuple(line))
    heads = (
        Column(say.phrase("publisher"), share=5),
        *(Column(str(place), numeric=True) for place in range(1, len(publishers) + 1)),
    )
    table = Table("t-overlap", say.phrase("overlap_title"), heads, tuple(rows), sheet=say.phrase("overlap_title"))
    picture = charts.shaded([say.term("publisher", name) for name in publishers], cells)
    return [
        *_paragraphs(given, "overlap"),
        Chart("f-overlap", say.phrase("overlap_title"), say.text("overlap_alt"), picture, table),
    ]


def official(given: Material) -> list[Block]:
    """Published figures beside ours."""
    say = given.say
    known = (
        given.tables["official_figures"]
        .filter(pl.col("ours").is_not_null())
        .sort("as_of", "figure_id", nulls_last=True)
    )
    blocks: list[Block] = _paragraphs(given, "official")
    for id_, title, comparable in (
        ("t-official", "official_same_title", True),
        ("t-official-other", "official_other_title", False),
    ):
        rows = tuple(_official_row(say, row) for row in known.filter(comparable=comparable).iter_rows(named=True))
        if rows:
            heads = (
                Column(say.phrase("population"), share=3), Column(say.phrase("official_day"), share=1.7),
                Column(say.phrase("official"), numeric=True), Column(say.phrase("ours"), numeric=True),
                Column(say.phrase("publisher"), share=2),
            )  # fmt: skip
            blocks.append(
                Table(id_, say.phrase(title), heads, rows, say.text("official_note"), sheet=say.phrase(title))
            )
    return blocks


def _official_row(say: Wording, row: Mapping[str, object]) -> tuple[Line, ...]:
    key = str(row["figure_id"])
    statistic, publisher = (f"{name}_pl" if say.lang == "pl" else name for name in ("statistic", "publisher"))

    def number(column: str) -> Number:
        found = row[column]
        value = found if isinstance(found, float) else None
        # Years have no groups of digits.
        return Number(
            say.formatted("year" if row["unit"] == "year" else "", value), "official", f"{key}.{column}", value
        )

    low, high = number("value_min"), number("value_max")
    bounds = [bound for bound in (low, *([high] if high.text != low.text else [])) if bound.value is not None]
    unit = [Words(f"\u00a0{row['unit']}")] if row["unit"] in WRITTEN_UNITS else []
    published: list[Number | Words] = [Words(say.relation(str(row["relation"])))]
    for place, bound in enumerate(bounds):
        published += [*([Words(DASH)] if place else []), bound]
    return (
        _fact(str(row[statistic]), f"official_figures.{statistic}/{key}"),
        say.date(str(row["as_of"]) if row["as_of"] else None, f"official_figures.as_of/{key}"),
        (*published, *unit), (number("ours"), *(unit if row["ours"] is not None else ())),
        _fact(str(row[publisher]), f"official_figures.{publisher}/{key}"),
    )  # fmt: skip


def previous(given: Material) -> list[Block]:
    """This release beside the one compared with."""
    say, before, old = given.say, given.previous, given.previous_tables
    if before is None or old is None:
        return _paragraphs(given, "previous_none")
    method = dict(old["about"].select("key", "value").iter_rows()).get("method_version")
    changed = "previous_method_same" if method == given.about("method_version") else "previous_method"
    rows = tuple(
        _compared(given, _fact(say.term("figure", key), f"statistics.statistic/{key}"), key)
        for key in _COMPARED
        if before.has(key) and given.figures.has(key)
    )
    title = say.phrase("previous_title")
    table = Table("t-previous", title, _then_and_now(say, "figure_name"), rows, sheet=title)
    return [
        *_paragraphs(given, "previous", "previous_count", changed),
        table,
        _previous_regions(given, before),
        *_moved(given, old),
    ]


def _previous_regions(given: Material, before: Figures) -> Chart:
    say = given.say
    codes = [
        code
        for code in given.figures.values(_CLUSTERS, "voivodeship")
        if before.has(key_of(_CLUSTERS, "voivodeship", code))
    ]
    codes.sort(key=lambda code: (code == "unknown", polish_order(say.term("voivodeship", code))))
    keys = {code: key_of(_CLUSTERS, "voivodeship", code) for code in codes}
    rows = tuple(_compared(given, _named(say, "voivodeship", code), key) for code, key in keys.items())
    title, series = say.phrase("previous_regions_title"), (say.phrase("now"), say.phrase("before"))
    table = Table("t-previous-regions", title, _then_and_now(say, "voivodeship"), rows, sheet=title)
    marks = [
        Mark(say.term("voivodeship", code), number.value, number.text, name)
        for code, key in keys.items()
        for name, number in zip(series, (say.number(key), say.previous(key)), strict=True)
    ]
    return Chart("f-previous", title, say.text("previous_alt"), charts.bars(marks, series), table)


def _then_and_now(say: Wording, first: str) -> tuple[Column, ...]:
    return (*_heads(say, first, "before", "now"), Column(say.phrase("direction"), share=1.2))


def _compared(given: Material, name: Line, key: str) -> tuple[Line, ...]:
    now, then = given.say.number(key), given.say.previous(key)
    if now.value is None or then.value is None:
        word = "incomparable"
    elif now.text == then.text:
        word = "same"
    else:
        word = "up" if now.value > then.value else "down"
    return name, (then,), (now,), (Words(given.say.phrase(word)),)


def _moved(given: Material, old: Mapping[str, pl.DataFrame]) -> list[Block]:
    say = given.say
    now = {row["cluster_id"]: row for row in given.tables["clusters"].iter_rows(named=True)}
    then = {row["cluster_id"]: row for row in old["clusters"].iter_rows(named=True)}
    lists = {
        "added": [now[key] for key in now if key not in then],
        "removed": [then[key] for key in then if key not in now],
        "reclassified": [now[key] for key in now if key in then and now[key]["class"] != then[key]["class"]],
    }
    blocks: list[Block] = []
    for kind, bodies in lists.items():
        rows = tuple(
            (_fact(shown_name(body), f"clusters/{body['cluster_id']}", "pl"), (Words(say.term("class", body["class"])),),
             _fact(body["cluster_id"], f"clusters/{body['cluster_id']}"))
            for body in sorted(bodies, key=lambda body: (polish_order(shown_name(body)), body["cluster_id"]))
        )  # fmt: skip
        if rows:
            heads = (
                Column(say.phrase("name"), share=4),
                Column(say.phrase("class"), share=1.5),
                Column(say.phrase("id")),
            )
            blocks.append(
                Table(f"t-{kind}", say.phrase(f"{kind}_title"), heads, rows, sheet=say.phrase(f"{kind}_title"))
            )
    return blocks


def method(given: Material) -> list[Block]:
    """The rules in short."""
    return [*_paragraphs(given, "method"), Bullets(given.say.lines("method")), *_paragraphs(given, "changes_of_method")]


def limits(given: Material) -> list[Block]:
    """What the figures do not tell."""
    late = (given.say.text("limits_kkk"),) if _rounds_known_in_part(given) else ()
    return [*_paragraphs(given, "limits"), Bullets((*given.say.lines("limits"), *late))]


CHAPTERS: Final = {
    "summary": summary, "regions": regions, "age": age, "sectors": sectors, "state": state, "labels": labels,
    "potential": potential, "coverage": coverage, "official": official, "previous": previous, "method": method,
    "limits": limits,
}  # fmt: skip
"""Chapters in order."""


def written(given: Material) -> tuple[Chapter, ...]:
    """Returns the chapters of the report, in order."""
    return tuple(
        Chapter(name, str(place), given.say.chapter(name), tuple(make(given)))
        for place, (name, make) in enumerate(CHAPTERS.items(), start=1)
    )


def shown_name(body: Mapping[str, object]) -> str:
    """Returns the name a cluster is listed by: Polish, else English, else its id."""
    return str(body["name_pl"] or body["name_en"] or body["cluster_id"])


def _two_series(given: Material, dimension: str, values: Sequence[str], key: str) -> Chart:
    say = given.say
    series = {_CLUSTERS: say.phrase("clusters"), _POTENTIAL: say.phrase("potential_clusters")}
    marks = [
        Mark(say.term(dimension, value), *_drawn(say, key_of(statistic, dimension, value)), name)
        for value in values
        for statistic, name in series.items()
        if given.figures.has(key_of(statistic, dimension, value))
    ]
    rest = [value for value in given.figures.values("number_of_bodies", dimension) if value not in values]
    title = f"{key}_title"
    table = _by(given, dimension, [*values, *rest], f"t-{key}", title)
    return Chart(
        f"f-{key}", say.phrase(title), say.text(f"{key}_alt"), charts.bars(marks, tuple(series.values())), table
    )


def _by(given: Material, dimension: str, values: Sequence[str], id_: str, title: str) -> Table:
    say = given.say
    rows = tuple(
        (_named(say, dimension, value), *(_cell(given, key_of(name, dimension, value)) for name in (_CLUSTERS, _POTENTIAL, "number_of_bodies")))
        for value in values
        if given.figures.has(key_of("number_of_bodies", dimension, value))
    )  # fmt: skip
    return Table(
        id_,
        say.phrase(title),
        _heads(say, dimension, "clusters", "potential_clusters", "bodies"),
        rows,
        sheet=say.phrase(title),
    )


def _heads(say: Wording, first: str, *others: str, numeric: bool = True) -> tuple[Column, ...]:
    return (Column(say.phrase(first), share=2.2), *(Column(say.phrase(key), numeric=numeric) for key in others))


def _known(given: Material, key: str) -> bool:
    return given.figures.has(key) and given.figures.value(key) is not None


def _paragraphs(given: Material, *keys: str) -> list[Block]:
    return [Paragraph(given.say.text(key)) for key in keys]


def _cell(given: Material, key: str) -> Line:
    return (given.say.number(key),) if given.figures.has(key) else ()


def _named(say: Wording, dimension: str, value: str) -> Line:
    return _fact(say.term(dimension, value), f"statistics.dimension_value/{value}")


def _fact(text: str, key: str, lang: str = "") -> Line:
    return (Words(text, lang, key),)


def _drawn(say: Wording, key: str) -> tuple[float | None, str]:
    number = say.number(key)
    return number.value, number.text


def _mark(say: Wording, statistic: str, dimension: str, value: str) -> Mark:
    return Mark(say.term(dimension, value), *_drawn(say, key_of(statistic, dimension, value)))
