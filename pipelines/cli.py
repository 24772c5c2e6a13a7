"""The command line `cluster-inventory`.

Only signatures, help and the translation of errors stand here; every command imports what it needs when it runs, so that
`--help` and `query` answer at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from pipelines.orders import Order
    from pipelines.settings import Settings

_Answer = TypeVar("_Answer")
EXIT_ERROR, EXIT_GATE_CLOSED = 1, 2

app = typer.Typer(
    name="cluster-inventory",
    help=(
        "The national inventory of business clusters: reads the lists in which clusters are named, works out which entries are "
        "one cluster, classifies each with evidence, and releases a DuckDB inventory.\n\n"
        'Start with `cluster-inventory refresh`, then ask: `cluster-inventory query "select class, count(*) from clusters group by 1"`.'
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
archive_app = typer.Typer(help="The archive of raw pages: take over, show, re-hash.", no_args_is_help=True)
app.add_typer(archive_app, name="archive")
remote_app = typer.Typer(help="The copy of a home in object storage: push, pull, verify.", no_args_is_help=True)
app.add_typer(remote_app, name="remote")
release_app = typer.Typer(help="Published releases: list, show, verify, roll back, prune.", no_args_is_help=True)
app.add_typer(release_app, name="release")
sources_app = typer.Typer(invoke_without_command=True)
app.add_typer(sources_app, name="sources")

Home = Annotated[
    Path | None,
    typer.Option(
        "--home", help="Folder of archives, ledger and releases [default: ./home, or CLUSTER_INVENTORY_HOME]."
    ),
]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        help="The day the inventory speaks of [default: the newest date of the inputs].",
    ),
]


class Format(StrEnum):
    """Forms of a query's answer."""

    table = "table"
    csv = "csv"
    json = "json"
    parquet = "parquet"


class ExportFormat(StrEnum):
    """Forms of an export."""

    csv = "csv"
    jsonl = "jsonl"
    xlsx = "xlsx"
    geojson = "geojson"
    parquet = "parquet"
    sqlite = "sqlite"


class Language(StrEnum):
    """Languages of the report."""

    pl = "pl"
    en = "en"


class ReportForm(StrEnum):
    """Formats of the report."""

    html = "html"
    pdf = "pdf"
    xlsx = "xlsx"


class Service(StrEnum):
    """Long-running services."""

    code = "code"
    webserver = "webserver"
    daemon = "daemon"


@app.callback()
def _before_any_command() -> None:
    import os

    from pipelines.settings import take_secrets_from_files

    _guard(lambda: take_secrets_from_files(os.environ))


@app.command()
def refresh(  # noqa: PLR0913  the options of one command
    home: Home = None,
    as_of: AsOf = None,
    live: Annotated[
        bool, typer.Option("--live", help="Visit the sources' sites first; otherwise the shipped archive is read.")
    ] = False,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Visit only this source (may be repeated); all are read.")
    ] = None,
    from_scratch: Annotated[
        bool, typer.Option("--from-scratch", help="Do every step again, also those in which nothing changed.")
    ] = False,
    only_due: Annotated[
        bool, typer.Option("--due", help="With --live: visit only the sources whose cadence has passed.")
    ] = False,
    alert: Annotated[
        bool, typer.Option("--alert", help="Tell the engineer, by the channels of the settings, what needs a person.")
    ] = False,
) -> None:
    """Read the sources, build the inventory, ask the gate, release.

    Exit code 0: released (or nothing new). 2: the gate stayed closed, the reasons are printed, the last release stays. 1: an error.
    """
    from pipelines.orders import Order

    order = Order(
        as_of=_day(as_of),
        live=live,
        sources=tuple(source or ()),
        from_scratch=from_scratch,
        only_due=only_due,
        alert=alert,
    )
    _run(home, order)


@app.command()
def build(
    records: Annotated[
        Path,
        typer.Option("--records", help="Record file: JSON Lines of {record_id, source, as_of, url, name, fields}."),
    ],
    no_archive: Annotated[bool, typer.Option("--no-archive", help="Build from this file alone.")] = False,
    as_of: AsOf = None,
    home: Home = None,
) -> None:
    """Do the same as `refresh` from a record file of your own, beside the archive or alone."""
    from pipelines.orders import Order

    if not records.is_file():
        _fail(f"{records}: no such file. Give a record file (JSON Lines); `cluster-inventory parse` writes one.")
    _run(home, Order(as_of=_day(as_of), archive=not no_archive, records_file=records))


@app.command()
def query(
    sql: Annotated[
        str, typer.Argument(help="A statement of SQL, such as: select class, count(*) from clusters group by 1")
    ],
    format_: Annotated[Format, typer.Option("--format", help="Form of the answer.")] = Format.table,
    out: Annotated[
        Path | None, typer.Option("--out", help="File to write instead of the screen (needed for parquet).")
    ] = None,
    home: Home = None,
) -> None:
    """Ask the latest release, read-only."""
    from pipelines import showing

    _guard(lambda: showing.query(_settings(home).home, sql, format_.value, out))


@sources_app.callback()
def sources(context: typer.Context, home: Home = None) -> None:
    """Show every source: publisher, last visit, age, rows against bounds, and how its pages have drifted."""
    from pipelines import showing

    if context.invoked_subcommand is None:
        _guard(lambda: showing.sources(_settings(home).home, date.today()))  # noqa: DTZ011  ages as people count them


@sources_app.command("accept-layout")
def sources_accept_layout(
    source: Annotated[str, typer.Argument(help="Id of the source whose pages you have looked at.")],
    home: Home = None,
) -> None:
    """Make the current layout of a source the one that later pages are compared with."""
    from pipelines import pages as stored

    _guard(lambda: stored.accept_layout(_settings(home).home, source))


@sources_app.command("suggest-bounds")
def sources_suggest_bounds(home: Home = None) -> None:
    """Suggest rows and fill rates for the card of each source, from what the releases of this home found in it."""
    from pipelines import releasing

    _guard(lambda: releasing.suggest_bounds(_settings(home).home))


@app.command("new-source")
def new_source(
    source: Annotated[
        str, typer.Argument(metavar="ID", help="Id of the new source: <issuer>_<dataset>, regional_<name>.")
    ],
) -> None:
    """Make card, parser, page, test and README of a new source, which pass the tests at once."""
    from pipelines import scaffolding

    _guard(lambda: scaffolding.announce(source))


@app.command()
def runs(
    count: Annotated[int, typer.Option("--count", min=1, help="How many runs to show.")] = 20,
    home: Home = None,
) -> None:
    """Show what the last runs cost: seconds, steps done and reused, rows, requests, bytes, answers by status."""
    from pipelines import showing

    _guard(lambda: showing.runs(_settings(home).home, count))


@app.command()
def alerts(
    trial: Annotated[
        bool, typer.Option("--try", help="Send a trial message through every channel that is set.")
    ] = False,
    home: Home = None,
) -> None:
    """Show what needs a person, and what to do about it."""
    from pipelines import showing

    _guard(lambda: showing.alerts(_settings(home), trial=trial))


@app.command()
def doctor(home: Home = None) -> None:
    """Check the environment and the home, and print the settings in force with their origin."""
    from pipelines import checkup

    if not _guard(lambda: checkup.doctor(_settings(home))):
        raise typer.Exit(EXIT_ERROR)


@app.command()
def parse(
    source: Annotated[str, typer.Argument(help="Id of a source; `cluster-inventory sources` lists them.")],
    pages: Annotated[
        Path, typer.Argument(help="A page, or a folder of pages (with a manifest.jsonl where there is one).")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Record file to write [default: the screen].")] = None,
) -> None:
    """Run one source's parser on stored pages: no network, no home."""
    from pipelines import pages as stored

    if not _guard(lambda: stored.parse(source, pages, out)):
        raise typer.Exit(EXIT_ERROR)


@app.command()
def explain(
    asked: Annotated[
        str, typer.Argument(metavar="ID_OR_NAME", help="A cluster id, a record id, or a name in any spelling.")
    ],
    home: Home = None,
) -> None:
    """Tell why these records are one cluster, why this class, and where each value comes from."""
    from pipelines import explaining

    _guard(lambda: explaining.explain(_settings(home).home, asked))


@app.command()
def review(
    count: Annotated[int, typer.Option("--count", min=1, help="How many pairs to show.")] = 10,
    home: Home = None,
) -> None:
    """Show the pairs that wait for a person, most effect on the published counts first."""
    from pipelines import judging

    _guard(lambda: judging.review(_settings(home).home, count))


@app.command()
def judge(  # noqa: PLR0913  a judgement has these parts
    a: Annotated[str, typer.Argument(help="Record or cluster id.")],
    b: Annotated[str, typer.Argument(help="Record or cluster id.")],
    verdict: Annotated[str, typer.Argument(help="same, different, or unsure (which takes an earlier judgement back).")],
    why: Annotated[str, typer.Option("--why", help="The reason, for whoever reads it in ten years.")],
    by: Annotated[str | None, typer.Option("--by", help="Who decides [default: you].")] = None,
    home: Home = None,
) -> None:
    """Record a judgement on two entries; the next refresh takes it in."""
    from pipelines import judging

    _guard(lambda: judging.judge(_settings(home).home, a, b, verdict, why, by))


@app.command()
def match(
    file: Annotated[Path, typer.Argument(help="CSV file with a heading line.")],
    name_column: Annotated[
        str | None, typer.Option("--name-column", help="Heading of the names [default: found by its words].")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="CSV file to write [default: the screen].")] = None,
    home: Home = None,
) -> None:
    """Match your own list against the inventory: cluster_id, probability, decision and reason per row."""
    from pipelines import judging

    _guard(lambda: judging.match(_settings(home).home, file, name_column, out))


@app.command()
def diff(
    old: Annotated[str | None, typer.Argument(help="Version of the older release [default: the one before].")] = None,
    new: Annotated[str | None, typer.Argument(help="Version of the newer release [default: the latest].")] = None,
    full: Annotated[bool, typer.Option("--full", help="Name every cluster of every group.")] = False,
    home: Home = None,
) -> None:
    """Tell what changed between two releases, and why."""
    from pipelines import releasing

    _guard(lambda: releasing.diff(_settings(home).home, old, new, full=full))


@app.command()
def export(  # noqa: PLR0913  what, in which form, whereto
    out: Annotated[
        Path, typer.Option("--out", help="File to write; <file>.about.json beside it says where it comes from.")
    ],
    form: Annotated[ExportFormat, typer.Option("--format", help="Form of the file.")],
    sql: Annotated[str | None, typer.Option("--sql", help="Query whose answer is written.")] = None,
    table: Annotated[str | None, typer.Option("--table", help="Table or view to write whole.")] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin CSV with a byte order mark, for Excel.")] = False,
    version: Annotated[str | None, typer.Option("--version", help="Release to ask [default: the latest].")] = None,
    home: Home = None,
) -> None:
    """Write any subset of a release to a file that other programs read."""
    from pipelines import releasing

    _guard(lambda: releasing.export(_settings(home).home, version, out, form.value, sql, table, bom=bom))


@release_app.command("list")
def release_list(home: Home = None) -> None:
    """Show the releases, newest first."""
    from pipelines import releasing

    _guard(lambda: releasing.listed(_settings(home).home))


@release_app.command("show")
def release_show(
    version: Annotated[str | None, typer.Argument(help="Version [default: the latest].")] = None,
    home: Home = None,
) -> None:
    """Show what a release says of itself and what it changed."""
    from pipelines import releasing

    _guard(lambda: releasing.show(_settings(home).home, version))


@release_app.command("verify")
def release_verify(
    version: Annotated[str | None, typer.Argument(help="Version [default: all].")] = None,
    home: Home = None,
) -> None:
    """Hash every file again and open the database; exit code 1 where something differs."""
    from pipelines import releasing

    if not _guard(lambda: releasing.verify(_settings(home).home, version)):
        raise typer.Exit(EXIT_ERROR)


@release_app.command("rollback")
def release_rollback(
    version: Annotated[str, typer.Argument(help="Version that is to be the latest.")],
    home: Home = None,
) -> None:
    """Make an earlier release the latest again; nothing is removed."""
    from pipelines import releasing

    _guard(lambda: releasing.set_back(_settings(home).home, version))


@release_app.command("prune")
def release_prune(
    keep: Annotated[int, typer.Option("--keep", min=1, help="How many of the newest stay.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say which would go.")] = False,
    home: Home = None,
) -> None:
    """Remove old releases. The last of every year, those of 31 December and the latest always stay."""
    from pipelines import releasing

    _guard(lambda: releasing.prune(_settings(home).home, keep, dry_run=dry_run))


@app.command()
def report(
    year: Annotated[
        int | None,
        typer.Option(
            "--year", min=1990, help="Report the inventory as of the end of this year [default: the latest release]."
        ),
    ] = None,
    lang: Annotated[
        list[Language] | None, typer.Option("--lang", help="Language (may be repeated) [default: both].")
    ] = None,
    form: Annotated[
        list[ReportForm] | None, typer.Option("--format", help="Format (may be repeated) [default: all].")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder to write to [default: <home>/reports/<version>].")
    ] = None,
    home: Home = None,
) -> None:
    """Write the yearly report: HTML, PDF and workbook, in Polish and English."""
    from pipelines import reporting

    langs, forms = [one.value for one in lang or Language], [one.value for one in form or ReportForm]
    _guard(lambda: reporting.report(_settings(home), year, langs, forms, out))


@app.command()
def serve(
    service: Annotated[Service, typer.Argument(help="code, webserver or daemon.")],
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; the UI has no log-in, so mind who can reach it.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option("--port", help="Port [default: webserver 3000, code 4000].")] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="HOST:PORT of a code service [default: load the code here].")
    ] = None,
    home: Home = None,
) -> None:
    """Run one of Dagster's services on the home: what containers and systemd start (see docs/deployment.md)."""
    from pipelines import serving

    _guard(lambda: serving.serve(_settings(home), service.value, host, port, code))


@app.command()
def healthy(
    service: Annotated[Service, typer.Argument(help="code, webserver or daemon.")],
    port: Annotated[int | None, typer.Option("--port", help="Port [default: webserver 3000, code 4000].")] = None,
    home: Home = None,
) -> None:
    """Tell by the exit code whether a service on this machine answers: the health check of containers."""
    from pipelines import serving
    from pipelines.running import prepare_home

    def answers() -> bool:
        if service is Service.daemon:
            prepare_home(_settings(home).home)
        return serving.healthy(service.value, port)

    if not _guard(answers):
        raise typer.Exit(EXIT_ERROR)


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write, by custom <name>.tar.gz, on another disk.")],
    home: Home = None,
) -> None:
    """Write everything of a home that another run could not make again into one file; runs that start wait."""
    from pipelines import backup as copies

    done = _guard(lambda: copies.back_up(_settings(home).home, file))
    print(f"{file}: {done.files} files, {done.size} bytes, release in force {done.latest or 'none'}")  # noqa: T201


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="File that `backup` wrote.")],
    home: Annotated[Path, typer.Option("--home", help="Home to make: a new or empty folder.")],
) -> None:
    """Make a home from a backup: whole, every hash checked, or not at all."""
    from pipelines import backup as copies

    done = _guard(lambda: copies.restore(file, home))
    print(f"{home}: {done.files} files, {done.size} bytes, release in force {done.latest or 'none'}")  # noqa: T201


@remote_app.command("push")
def remote_push(home: Home = None) -> None:
    """Copy to the remote what it does not have yet: data first, then what points to it; a refresh does so by itself."""
    from pipelines import remote

    _guard(lambda: remote.push(_settings(home)))


@remote_app.command("pull")
def remote_pull(home: Annotated[Path, typer.Option("--home", help="Home to make: a new or empty folder.")]) -> None:
    """Make a home from the remote: every hash checked, or not at all."""
    from pipelines import remote
    from pipelines.settings import load

    _guard(lambda: remote.pull(load(home), home))


@remote_app.command("verify")
def remote_verify(home: Home = None) -> None:
    """Hash everything in the remote again; exit code 1 where something differs."""
    from pipelines import remote

    if not _guard(lambda: remote.verify(_settings(home))):
        raise typer.Exit(EXIT_ERROR)


@archive_app.command("import")
def archive_import(
    folder: Annotated[
        Path, typer.Argument(help="Folder with manifest.jsonl and its pages, an exported file, or a WARC file.")
    ],
    source: Annotated[
        str | None, typer.Option("--source", help="Id of the source [default: the folder's name].")
    ] = None,
    home: Home = None,
) -> None:
    """Take over pages with their manifest, or from a WARC file, into the home's archive; every hash is checked."""
    from pipelines import pages as stored

    if not _guard(lambda: stored.import_folder(_settings(home).home, folder, source)):
        raise typer.Exit(EXIT_ERROR)


@archive_app.command("export")
def archive_export(
    source: Annotated[str, typer.Argument(help="Id of the source.")],
    file: Annotated[
        Path, typer.Argument(help="File to write: SOURCE.tar.gz, or SOURCE.warc.gz for web-archive tools.")
    ],
    shipped: Annotated[
        bool, typer.Option("--shipped", help="The snapshot that came with the project, instead of the home's archive.")
    ] = False,
    home: Home = None,
) -> None:
    """Write an archive as one file for a colleague, who takes it over with `archive import FILE --source SOURCE`."""
    from pipelines import pages as stored

    _guard(lambda: stored.export(_settings(home).home, source, file, shipped=shipped))


@archive_app.command("list")
def archive_list(
    source: Annotated[str | None, typer.Option("--source", help="Only this source.")] = None,
    home: Home = None,
) -> None:
    """Show what the archives hold: shipped snapshot and home."""
    from pipelines import pages as stored

    _guard(lambda: stored.list_archives(_settings(home).home, source))


@archive_app.command("verify")
def archive_verify(home: Home = None) -> None:
    """Hash every archived page again and report what does not match its manifest."""
    from pipelines import pages as stored

    if not _guard(lambda: stored.verify(_settings(home).home)):
        raise typer.Exit(EXIT_ERROR)


def _run(home: Path | None, order: Order) -> None:
    from pipelines import showing

    released = _guard(lambda: showing.refresh(_settings(home), order))
    if not released:
        raise typer.Exit(EXIT_GATE_CLOSED)


def _settings(home: Path | None) -> Settings:
    from pipelines.home import open_home
    from pipelines.settings import load

    settings = load(home)
    open_home(settings.home)
    return settings


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _guard(work: Callable[[], _Answer]) -> _Answer:
    """Runs a command's work; an error that its user can mend is printed as one message, with exit code 1."""
    try:
        return work()
    except (ValueError, RuntimeError, OSError) as fault:
        _fail(str(fault))


def _fail(message: str) -> NoReturn:
    from rich.console import Console

    Console(stderr=True).print("[bold red]error[/] ", end="")
    print(message, file=sys.stderr)  # noqa: T201  scraped text must not be read as markup
    raise typer.Exit(EXIT_ERROR)


if __name__ == "__main__":
    app()
