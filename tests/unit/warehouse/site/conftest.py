"""A site of real and of hostile names, written from a staged release, and a headless Chromium to read it with."""

import functools
import http.server
import os
import shutil
import threading
from pathlib import Path

import polars as pl
import pytest

from warehouse.findings import GateReport, results_frame
from warehouse.release import publish, stage
from warehouse.site import write_site

HOSTILE = "<img src=x onerror=alert(1)>\"'&</script><script>alert(2)</script>{{7*7}}\u2028"
REAL_NAMES = {
    "PL-C0001": ("Klaster Dolina Lotnicza", "Aviation Valley"),
    "PL-C0002": ("Łódzki Klaster Medialny", None),
    "PL-C0003": (HOSTILE, f"{HOSTILE} cluster"),
    "PL-C0004": (None, "Wielkopolska ICT Cluster"),
    "PL-C0005": ("Klaster Gospodarki Odpadowej i Recyklingu", "Waste Management and Recycling Cluster"),
    "PL-C0006": ("Śląski Klaster Lotniczy", "Silesian Aviation Cluster"),
}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs a headless Chromium; skipped with a reason where there is none")


def _named(tables):
    clusters = tables["clusters"]
    for cluster_id, (name_pl, name_en) in REAL_NAMES.items():
        here = pl.col("cluster_id") == cluster_id
        clusters = clusters.with_columns(
            name_pl=pl.when(here).then(pl.lit(name_pl, dtype=pl.String)).otherwise("name_pl"),
            name_en=pl.when(here).then(pl.lit(name_en, dtype=pl.String)).otherwise("name_en"),
        )
    names = tables["cluster_names"].with_columns(
        name=pl.when(pl.col("cluster_id") == "PL-C0003").then(pl.lit(HOSTILE)).otherwise("name")
    )
    statements = tables["statements"].with_columns(
        original_value=pl.when((pl.col("cluster_id") == "PL-C0003") & (pl.col("property") == "city"))
        .then(pl.lit(HOSTILE)).otherwise("original_value"),
        url=pl.when(pl.col("cluster_id") == "PL-C0003").then(pl.lit("javascript:alert(3)")).otherwise("url"),
    )  # fmt: skip
    records = tables["records"].with_columns(
        stated_by=pl.when(pl.col("record_id") == "eccp-000125")
        .then(pl.lit("javascript:alert(4)"))
        .otherwise("stated_by"),
    )
    return {**tables, "clusters": clusters, "cluster_names": names, "statements": statements, "records": records}


def _contradicted(tables):
    rows = tables["statements"].filter((pl.col("cluster_id") == "PL-C0001") & (pl.col("property") == "city"))
    ours, other = rows.row(0, named=True), rows.row(1, named=True)
    conflict = {
        "cluster_id": "PL-C0001", "property": "city", "value": ours["value"], "statement_id": ours["statement_id"],
        "url": ours["url"], "other_value": "Mielec", "other_statement_id": other["statement_id"], "other_url": other["url"],
    }  # fmt: skip
    retired = {"cluster_id": "PL-C9001", "retired_as": "merged", "successor_id": "PL-C0001", "reason": "same statute"}
    return {
        **tables,
        "conflicts": pl.DataFrame([conflict]),
        "retired_ids": pl.DataFrame([retired]),
        "statistics": _statistics(tables["clusters"]),
    }


def _statistics(clusters):
    day, rows = "2015-12-31", []
    for code, number in (
        clusters.drop_nulls("voivodeship_code").group_by("voivodeship_code").len().sort("voivodeship_code").iter_rows()
    ):
        rows.append(("number_of_bodies", day, "voivodeship", code, float(number), number, 0, "clusters", None, "1"))
    for kind, population in (("cluster", "clusters"), ("potential_cluster", "potential_clusters")):
        part = clusters.filter(pl.col("class") == kind)
        rows.append(
            (f"number_of_{population}", day, "total", "all", float(part.height), part.height, 0, "clusters", None, "1")
        )
        for year, number in (
            part.drop_nulls("founded_year").group_by("founded_year").len().sort("founded_year").iter_rows()
        ):
            rows.append(
                (
                    f"number_of_{population}",
                    day,
                    "founded_year",
                    str(year),
                    float(number),
                    number,
                    0,
                    "clusters",
                    None,
                    "1",
                )
            )
    rows.append(("age_mean_of_clusters", day, "total", "all", 1234.56, 5, 0, "years", "a note", "1"))
    columns = (
        "statistic",
        "as_of",
        "dimension",
        "dimension_value",
        "value",
        "n",
        "n_unknown",
        "unit",
        "note",
        "method_version",
    )
    return pl.DataFrame(rows, schema=columns, orient="row")


@pytest.fixture(scope="session")
def release(tmp_path_factory, make_tables, about):
    """Folder of a release of 120 clusters."""
    home = tmp_path_factory.mktemp("home")
    tables = _contradicted(_named(make_tables(120, 360)))
    return publish(stage(home, tables, about), GateReport((), results_frame(()))).path


@pytest.fixture(scope="session")
def tables(release):
    """The published tables of the release."""
    return {path.stem: pl.read_parquet(path) for path in sorted((release / "parquet").iterdir())}


@pytest.fixture(scope="session")
def site(release, tables):
    """Folder of the site of the release."""
    folder = Path(shutil.copytree(release, release.parent.parent / "shown")) / "site"
    write_site(tables, folder)
    return folder


@pytest.fixture(scope="session")
def served(site):
    """Address of the site on a web server of this machine, with the rest of the release beside it."""
    handler = functools.partial(_QuietHandler, directory=str(site.parent))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/site"
    server.shutdown()


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def chromium():
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: pip install -e '.[dev]'"
    )
    found = os.environ.get("CLUSTER_INVENTORY_CHROMIUM") or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if not found:
        pytest.skip(
            "no Chromium found: install it (apt-get install chromium) or set CLUSTER_INVENTORY_CHROMIUM to its path"
        )
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, served):
    """Opens a page; at the end no script failed, no policy was violated, and no other host was asked."""
    contexts, faults, hosts = [], [], set()

    def opened(address, *, width=1300, scheme="light"):
        context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on(
            "console", lambda message: faults.append(message.text) if message.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("dialog", lambda dialog: (faults.append(dialog.message), dialog.dismiss()))
        page.on("request", lambda request: hosts.add(request.url.split("/site/")[0]))
        page.goto(address if "://" in address else f"{served}/{address}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []
    assert {host for host in hosts if not host.startswith("file:///")} <= {served.removesuffix("/site")}
