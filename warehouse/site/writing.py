"""Writes the site: renders every page in both languages and puts script, style and data beside them.

Layout: `index.html` leads to `pl/`; `pl/` and `en/` hold the same file names, so that the language switch is one link;
`static/` holds script and style, `data/` the rows of the list; `<language>/clusters/<cluster_id>.html` is a cluster.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Final

import jinja2
import polars as pl
from markupsafe import Markup

from inventory.dates import first_day
from warehouse.dictionary import dictionary
from warehouse.kept_results import KeptResults
from warehouse.site import figures
from warehouse.site.addresses import short_address, web_address
from warehouse.site.cluster_pages import ClusterPage, citations, cluster_pages
from warehouse.site.listing import listing_script, script
from warehouse.site.outline_map import WIDTH, outlines
from warehouse.site.polish_notes import PolishNotes
from warehouse.site.wording import LANGUAGES, Wording, alphabet

Tables = Mapping[str, pl.DataFrame]

_HERE: Final = Path(__file__).parent
_CLUSTER_ID: Final = re.compile(r"[A-Z]{2}-C[0-9]{4,12}")
_NEEDED: Final = (
    "about", "assessments", "changes", "cluster_names", "cluster_records", "clusters", "conflicts", "excluded", "labels",
    "official_figures", "records", "retired_ids", "sectors", "sources", "statements", "statistics", "voivodeships",
)  # fmt: skip
_PAGES: Final = ("index", "register", "statistics", "sources", "excluded", "dictionary", "downloads", "about")
_CHART: Final = (640, 200)
_WHOLE_FILES: Final = (
    "inventory.duckdb", "inventory.xlsx", "clusters.geojson", "datapackage.json", "dcat.jsonld", "changes.jsonl",
    "schema.jsonld", "attribution.md", "issues.csv", "quality.html", "notes.md", "SHA256SUMS",
)  # fmt: skip


PAGES: Final = 3_000
"""Clusters up to which each has a page of its own, and entries up to which a page lists them all. Two pages a cluster take about
6 ms and 50 kB; a site of more clusters is the list, the map and the figures, and points to the database for the evidence."""


class SiteError(ValueError):
    """The tables cannot become a site. The message names the table, the value and the remedy."""


def write_site(tables: Tables, folder: Path, kept: KeptResults | None = None) -> int:
    """Writes the site of a release; the same tables give the same bytes.

    Args:
        tables: The published tables, by name, with the columns of `warehouse/dictionary.yml`.
        folder: Folder of the site, made if absent. Its parent is the folder of the release: what lies there already
            (`csv/`, `parquet/`, `inventory.duckdb`, ...) is offered for download.
        kept: What pages of clusters said before, by their content.

    Returns:
        Number of HTML pages written.

    Raises:
        SiteError: A table is missing, or a cluster_id is none and cannot be a file name.
        OSError: The folder cannot be written.
    """
    _check(tables)
    kept = kept or KeptResults()
    facts = dict(tables["about"].sort("key").select("key", "value").iter_rows())
    as_of = first_day(facts.get("as_of"))
    _copy_static(folder)
    paged = tables["clusters"].height <= PAGES
    _write(folder / "data" / "clusters.js", listing_script(tables, as_of, paged=paged))
    pages = [(page, _content(page)) for page in cluster_pages(tables, as_of)] if paged else []
    number = 1
    _write(folder / "index.html", _environment(Wording("pl")).get_template("start.html.j2").render())
    for lang in LANGUAGES:
        wording = Wording(lang)
        environment = _environment(wording)
        environment.globals.update(facts=facts, as_of=facts.get("as_of"), words=_words(tables, wording))
        _write(folder / "data" / f"words-{lang}.js", script("WORDS", _list_words(tables, wording)))
        for name, text in _general_pages(environment, tables, folder.parent, wording):
            _write(folder / lang / f"{name}.html", text)
            number += 1
        for cluster_id, text in _cluster_pages(environment, pages, kept):
            _write(folder / lang / "clusters" / f"{cluster_id}.html", text)
            number += 1
    kept.forget_unused()
    return number


def _cluster_pages(
    environment: jinja2.Environment, pages: Iterable[tuple[ClusterPage, bytes]], kept: KeptResults
) -> Iterator[tuple[str, str]]:
    """Yields the page of each cluster; what it says is kept, what speaks of the release (its day, its changes) is not."""
    frame, body = (environment.get_template(f"{name}.html.j2") for name in ("cluster", "cluster_body"))
    words = json.dumps([environment.globals[name] for name in ("lang", "words")], sort_keys=True).encode()
    for page, content in pages:
        cluster_id = page.cluster["cluster_id"]
        place = {"here": f"clusters/{cluster_id}", "up": "../../", "base": "../"}

        def say(page: ClusterPage = page, place: Mapping[str, str] = place) -> bytes:
            # What changes with every release is out of its reach: it would be kept with the old one's.
            return body.render(page=replace(page, changes=[]), facts=None, as_of=None, **place).encode()

        said = kept.take(content + b"\0" + words, say)
        yield cluster_id, frame.render(page=page, body=Markup(said.decode()), **place)  # noqa: S704  our own template


def _content(page: ClusterPage) -> bytes:
    """Returns all that the body of a page depends on."""
    return json.dumps(_parts(replace(page, changes=[])), sort_keys=True, default=_parts).encode()


def _parts(value: Any) -> Any:
    """Returns what JSON cannot write in terms that it can; `dataclasses.asdict` would copy every row on its way."""
    return [getattr(value, part.name) for part in fields(value)] if is_dataclass(value) else str(value)


def _check(tables: Tables) -> None:
    missing = [name for name in _NEEDED if name not in tables]
    if missing:
        raise SiteError(
            f"the site needs the tables {', '.join(missing)}; hand over all published tables of the release"
        )
    for cluster_id in tables["clusters"]["cluster_id"]:
        if not _CLUSTER_ID.fullmatch(cluster_id or ""):
            raise SiteError(
                f"clusters.cluster_id {cluster_id!r} cannot name a page; ids are like PL-C0001 (see the identity ledger)"
            )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")


def _copy_static(folder: Path) -> None:
    target = folder / "static"
    target.mkdir(parents=True, exist_ok=True)
    for source in sorted((_HERE / "static").iterdir()):
        shutil.copyfile(source, target / source.name)


def _general_pages(
    environment: jinja2.Environment, tables: Tables, release: Path, wording: Wording
) -> Iterator[tuple[str, str]]:
    shapes, height = outlines()
    values: dict[str, dict[str, Any]] = {
        "index": {"outlines": shapes, "map_size": (WIDTH, height), "facets": _facets(tables, wording)},
        "register": {"clusters": _register(tables["clusters"], wording.lang), "most": PAGES},
        "statistics": {
            "total": figures.total_grid(tables["statistics"], wording),
            "grids": figures.grids(tables, wording),
            "bars": figures.year_bars(tables["statistics"], *_CHART),
            "chart": _CHART,
            "official": figures.official_figures(tables["official_figures"], wording),
        },
        "sources": {"sources": tables["sources"].sort("source_id").to_dicts(), "origins": _origins(tables)},
        "excluded": {"entries": _excluded(tables), "most": PAGES},
        "dictionary": {"told": dictionary()},
        "downloads": _downloads(tables, release),
        "about": {"criteria": wording.terms("criterion")},
    }
    for name in _PAGES:
        yield name, environment.get_template(f"{name}.html.j2").render(here=name, up="../", base="", **values[name])


def _words(tables: Tables, wording: Wording) -> dict[str, dict[str, str]]:
    title = f"title_{wording.lang}"
    return {
        "sector": dict(tables["sectors"].sort("code").select("code", title).iter_rows()),
        "voivodeship": dict(tables["voivodeships"].sort("code").select("code", title).iter_rows()),
        "source": dict(tables["sources"].sort("source_id").select("source_id", "title").iter_rows()),
    }


def _list_words(tables: Tables, wording: Wording) -> dict[str, Any]:
    columns = ("class", "state", "founded", "place", "sector", "labels")
    text = wording.text
    return {
        **{kind: wording.terms(kind) for kind in ("class", "state", "level")},
        "label": wording.terms("label_short"),
        "sector": _words(tables, wording)["sector"],
        "voivodeship": _words(tables, wording)["voivodeship"],
        "column": {column: text(f"column_{column}") for column in columns},
        "found": wording.plurals("clusters_found"),
        "foundOf": wording.plurals("clusters_of"),
        **{key: text(key) for key in ("previous", "next", "page")},
        "remove": text("remove_filter"),
        "searched": text("search_filter"),
        "held": text("held_now"),
        "from": f"{text('facet_years')}: {text('years_from')}",
        "to": f"{text('facet_years')}: {text('years_to')}",
    }


def _facets(tables: Tables, wording: Wording) -> list[tuple[str, list[tuple[str, str]]]]:
    """Returns each filter with its values (code, words); only what the tables know, in an order fit to read."""
    words = _words(tables, wording)
    places = sorted(words["voivodeship"].items(), key=lambda item: alphabet(item[1]))
    sectors = sorted(words["sector"].items(), key=lambda item: alphabet(item[1]))
    labels = tables["labels"]["label"].unique().sort().to_list()
    return [
        ("class", list(wording.terms("class").items())),
        ("state", list(wording.terms("state").items())),
        ("label", [(label, wording.term("label", label)) for label in labels]),
        ("voivodeship", [*places, ("none", wording.text("unknown_voivodeship"))]),
        ("sector", [*sectors, ("none", wording.text("unknown_sector"))]),
    ]


def _register(clusters: pl.DataFrame, lang: str) -> list[dict[str, Any]]:
    if clusters.height > PAGES:
        return clusters.select("cluster_id").to_dicts()
    other = "en" if lang == "pl" else "pl"
    rows = [
        row | {"shown": row[f"name_{lang}"] or row[f"name_{other}"] or row["cluster_id"]}
        for row in clusters.iter_rows(named=True)
    ]
    return sorted(rows, key=lambda row: (alphabet(row["shown"]), row["cluster_id"]))


def _origins(tables: Tables) -> list[dict[str, Any]]:
    joined = tables["records"].join(
        tables["cluster_records"].select("record_id", "cluster_id"), on="record_id", how="left"
    )
    counted = joined.group_by("source_id").agg(entries=pl.len(), clusters=pl.col("cluster_id").drop_nulls().n_unique())
    return counted.sort(["entries", "source_id"], descending=[True, False]).to_dicts()


def _excluded(tables: Tables) -> list[dict[str, Any]]:
    if tables["excluded"].height > PAGES:
        return tables["excluded"].select("record_id").to_dicts()
    rows = [row | {"pages": citations(None, row["url"])} for row in tables["excluded"].iter_rows(named=True)]
    return sorted(rows, key=lambda row: (alphabet(row["name"] or ""), row["record_id"]))


def _downloads(tables: Tables, release: Path) -> dict[str, Any]:
    rows = [
        {
            "name": name,
            "meaning": table,
            "rows": tables[name].height if name in tables else None,
            "files": [
                f"{kind}/{name}.{kind}" for kind in ("csv", "parquet") if (release / kind / f"{name}.{kind}").exists()
            ],
        }
        for name, table in dictionary().tables.items()
    ]
    return {"whole": [name for name in _WHOLE_FILES if (release / name).exists()], "by_table": rows}


def _environment(wording: Wording) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(date=wording.date, number=wording.number, web=web_address, short=short_address)
    environment.filters["in_polish"] = PolishNotes(wording).say if wording.lang == "pl" else lambda _: None
    environment.globals.update(
        t=wording.text,
        term=wording.term,
        count=wording.count,
        lang=wording.lang,
        other_lang="en" if wording.lang == "pl" else "pl",
        nav=_PAGES,
    )
    return environment
