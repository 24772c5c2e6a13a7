"""The inventory's own assets: from the records of all sources to classes and statistics.

records of all sources -> as_of, known -> records, statements -> bodies, matches -> excluded -> cluster records
-> profiles -> labels, states -> assessments -> clusters -> statistics, official figures
"""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from assets.handover import PACKED_RECORDS, pack, unpack
from assets.records import FILE, SOURCES, accounts, reading_path, standings
from assets.reuse import Reuse, code_version, digest_of, reusing
from assets.run import InventoryRun
from inventory import classes, criteria, labels, profiles, scope, states
from inventory import records as known_records
from inventory.identity.judgements import Judgements
from inventory.identity.ledger import Ledger
from inventory.identity.linkage import link
from inventory.identity.review import rank, with_held
from inventory.schemas import CLUSTER_RECORDS, conform
from inventory.statements import state

GROUP = "inventory"
KINDS = {"polars", "parquet"}
OWNERS = ["team:data-engineering"]
TAGS = {"layer": "core"}
LEDGER, JUDGEMENTS, LEDGER_STEP = "ledger.jsonl", "judgements.yml", "ledger_step.json"
_CARDS = (
    f"sources/{source}/card.yml" for source in SOURCES
)  # what a listing proves, and what a source's word is worth
CODE = code_version(
    "inventory", "sources/records.py", *_CARDS, "assets/inventory.py", "assets/records.py", "assets/handover.py"
)
_MADE = Reuse(code=CODE)


def ledger_version(run: InventoryRun) -> str:
    """Returns the version of the home's ledger for what is made from it.

    The events that a release itself wrote down are the ids of the bodies it was made of: they change nothing about these
    bodies, and the version stays that of the ledger before.
    """
    now, step = digest_of(run.root / LEDGER), run.build / LEDGER_STEP
    told = json.loads(step.read_text(encoding="utf-8")) if step.exists() else {}
    return str(told["before"]) if told.get("after") == now else now


def write_ledger(run: InventoryRun) -> None:
    """Writes the ledger of this build into the home, in one step, and notes that this release did.

    Raises:
        LedgerError: Somebody else wrote in between.
    """
    before = ledger_version(run)
    Ledger.load(run.build / LEDGER).save(run.root / LEDGER)
    told = {"before": before, "after": digest_of(run.root / LEDGER)}
    (run.build / LEDGER_STEP).write_text(json.dumps(told), encoding="utf-8")


def _asset(
    name: str, group: str, description: str, reuse: Reuse = _MADE, ins: Mapping[str, dg.AssetIn] | None = None
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Returns a decorator for an asset of this layer with one frame."""

    def decorate(make: Callable[..., Any]) -> dg.AssetsDefinition:
        return dg.asset(
            name=name,
            group_name=group,
            description=description,
            ins=ins,
            kinds=KINDS,
            owners=OWNERS,
            tags=TAGS,
            code_version=CODE,
        )(reusing(reuse)(make))

    return decorate


def _out(description: str) -> dg.AssetOut:
    return dg.AssetOut(description=description, kinds=KINDS, owners=OWNERS, tags=TAGS, code_version=CODE)


@_asset(
    name="core_inventory__read",
    group=GROUP,
    ins={source: dg.AssetIn(f"core_{source}__records") for source in (*SOURCES, "file")},
    description="The records of all sources together, unfolded: one row per entry and page.",
)
def read(**sources: pl.DataFrame) -> pl.DataFrame:
    """Puts the sources' records together."""
    return pl.concat([sources[name] for name in sorted(sources)]) if sources else pl.DataFrame(schema=PACKED_RECORDS)


@_asset(
    name="core_inventory__as_of",
    group=GROUP,
    description="The day the inventory speaks of: the one asked for, or the newest date of the inputs. Never the clock.",
    reuse=Reuse(
        code=CODE,
        settings=lambda run: {"as_of": run.as_of},
        reads=lambda run: [reading_path(run, source) for source in (*SOURCES, FILE)],
    ),
)
def as_of(run: InventoryRun, core_inventory__read: pl.DataFrame) -> pl.DataFrame:
    """Settles the day of the inventory: a visit that found nothing new does not move it."""
    visits = [
        date.fromisoformat(page["retrieved_at"][:10])
        for account in accounts(run).values()
        for page in account["pages"]
        if page["retrieved_at"]
    ]
    spoken_of = known_records.newest_date(unpack(core_inventory__read))
    newest = max([*visits, *([spoken_of] if spoken_of else [])], default=None)
    day = run.as_of_date or newest
    if day is None:
        raise dg.Failure(
            "There is nothing to build from: no source and no file gave a record. `cluster-inventory sources` tells why."
        )
    return pl.DataFrame({"as_of": [day], "newest": [newest]}, schema={"as_of": pl.Date, "newest": pl.Date})


@dg.multi_asset(
    group_name=GROUP,
    outs={
        "core_inventory__known": _out("Records that had been published by the day of the inventory."),
        "core_inventory__not_yet": _out("Records published after that day."),
    },
)
@reusing(_MADE)
def known(core_inventory__read: pl.DataFrame, core_inventory__as_of: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leaves out what was not yet known on the day of the inventory."""
    then, not_yet = known_records.known_by(unpack(core_inventory__read), day_of(core_inventory__as_of))
    return pack(then), not_yet


@_asset(
    name="core_inventory__records",
    group=GROUP,
    description="One row per list entry.",
)
def records(core_inventory__known: pl.DataFrame) -> pl.DataFrame:
    """Folds the pages of an entry into one row."""
    return known_records.frame(unpack(core_inventory__known))


@_asset(
    name="core_inventory__statements",
    group=GROUP,
    description="One row per value met, cleaned, with its original.",
)
def statements(core_inventory__known: pl.DataFrame) -> pl.DataFrame:
    """States every value."""
    return state(unpack(core_inventory__known))


@dg.multi_asset(
    group_name="identity",
    outs={
        "core_identity__bodies": _out("Which records speak of the same body."),
        "core_identity__matches": _out("Compared pairs with probability and reasons."),
    },
)
@reusing(
    Reuse(
        code=CODE,
        reads=lambda run: [run.root / JUDGEMENTS],
        settings=lambda run: {"ledger": ledger_version(run)},
    )
)
def identity(
    context: dg.AssetExecutionContext,
    run: InventoryRun,
    core_inventory__records: pl.DataFrame,
    core_inventory__statements: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Links records that speak of the same body; joins and partings of published ids wait for a judgement."""
    judgements = Judgements.load(run.root / JUDGEMENTS)
    linkage = link(core_inventory__records, core_inventory__statements, judgements)
    ledger = Ledger.load(run.root / LEDGER)
    bodies, waiting = ledger.settle(linkage.bodies, linkage.matches, judgements)
    matches = with_held(linkage.matches, linkage.bodies, bodies)
    for message in (*linkage.stale_judgements, *waiting):
        context.log.warning(message)
    context.add_output_metadata(dict(linkage.report), output_name="core_identity__matches")
    return bodies, matches


@_asset(
    name="core_inventory__excluded",
    group=GROUP,
    description="Records out of scope, each with its reason.",
)
def excluded(
    core_inventory__records: pl.DataFrame,
    core_inventory__statements: pl.DataFrame,
    core_identity__bodies: pl.DataFrame,
) -> pl.DataFrame:
    """Decides what is no Polish business cluster."""
    return scope.exclude(core_inventory__records, core_inventory__statements, core_identity__bodies, standings())


@_asset(
    name="core_identity__cluster_records",
    group="identity",
    description="Which entry is which cluster.",
    reuse=Reuse(
        code=CODE,
        settings=lambda run: {"ledger": ledger_version(run)},
        writes=lambda run: [run.build / LEDGER],
    ),
)
def cluster_records(
    run: InventoryRun,
    core_inventory__records: pl.DataFrame,
    core_identity__bodies: pl.DataFrame,
    core_inventory__excluded: pl.DataFrame,
) -> pl.DataFrame:
    """Gives every body in scope its id; the ledger's new events wait in the build folder until the release."""
    out_of_scope = core_identity__bodies.join(core_inventory__excluded, on="record_id", how="semi")["body_id"].unique()
    in_scope = core_identity__bodies.filter(~pl.col("body_id").is_in(out_of_scope.implode()))
    ledger = Ledger.load(run.root / LEDGER)
    ledger, ids, _ = ledger.assign(core_identity__bodies, in_scope["body_id"].unique(), core_inventory__records)
    for cluster_id, reason in ledger.left_scope(core_inventory__records, core_inventory__excluded).items():
        ledger = ledger.withdraw(cluster_id, reason)
    (run.build / LEDGER).unlink(missing_ok=True)
    ledger.save(run.build / LEDGER)
    return conform(in_scope.join(ids, on="body_id"), CLUSTER_RECORDS)


@_asset(
    name="core_identity__review_queue",
    group="identity",
    description="Pairs that wait for a judgement, one row per pair of bodies, most effect on the published counts first.",
)
def review_queue(
    core_identity__matches: pl.DataFrame,
    core_identity__bodies: pl.DataFrame,
    core_identity__cluster_records: pl.DataFrame,
) -> pl.DataFrame:
    """Ranks what people should look at."""
    return rank(core_identity__matches, core_identity__bodies, core_identity__cluster_records)


@dg.multi_asset(
    group_name="profiles",
    outs={
        "core_profiles__profiles": _out("One value per property for each cluster."),
        "core_profiles__names": _out("Names met."),
        "core_profiles__statements": _out("Statements of clusters, and whether the profile shows them."),
        "core_profiles__conflicts": _out("Values that contradict the chosen one."),
    },
)
@reusing(_MADE)
def profiled(
    core_inventory__as_of: pl.DataFrame,
    core_inventory__records: pl.DataFrame,
    core_inventory__statements: pl.DataFrame,
    core_identity__cluster_records: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Chooses by declared trust; the losers are kept, conflicts are listed."""
    made = profiles.profile(
        core_inventory__records,
        core_inventory__statements,
        core_identity__cluster_records,
        standings(),
        day_of(core_inventory__as_of),
    )
    return made.clusters, made.names, made.statements, made.conflicts


@_asset(
    name="core_profiles__labels",
    group="profiles",
    description="Labels and statuses held, as intervals.",
)
def labelled(core_profiles__statements: pl.DataFrame) -> pl.DataFrame:
    """Reads labels and statuses off the statements."""
    return labels.intervals(core_profiles__statements)


@dg.multi_asset(
    group_name="classes",
    outs={
        "core_classes__states": _out("State of each cluster at as_of, from dated evidence."),
        "core_classes__assessments": _out("Criterion by criterion, with the statement that proves it."),
        "core_classes__classes": _out("Class of each cluster, with the rule that decided."),
    },
)
@reusing(_MADE)
def classified(
    core_inventory__as_of: pl.DataFrame,
    core_inventory__statements: pl.DataFrame,
    core_identity__cluster_records: pl.DataFrame,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Judges state and criteria, and reads the class off the rule table."""
    day, terms = day_of(core_inventory__as_of), standings()
    said = profiles.attribute(core_inventory__statements, core_identity__cluster_records, terms)
    state_of = states.judge(said, terms, day)
    assessments = criteria.assess(said, state_of, terms, day)
    return state_of, assessments, classes.classify(said, assessments, terms, day)


@_asset(
    name="core_inventory__clusters",
    group=GROUP,
    description="Clusters and potential clusters, as they are published.",
)
def clusters(
    core_profiles__profiles: pl.DataFrame, core_classes__classes: pl.DataFrame, core_classes__states: pl.DataFrame
) -> pl.DataFrame:
    """Puts profile, class and state together."""
    return classes.complete(core_profiles__profiles, core_classes__classes, core_classes__states)


def day_of(frame: pl.DataFrame) -> date:
    """Returns the day that the asset `core_inventory__as_of` settled."""
    day: date = frame["as_of"].cast(pl.Date).to_list()[0]
    return day


ASSETS = [
    read, as_of, known, records, statements, identity, excluded, cluster_records, review_queue, profiled, labelled, classified, clusters,
]  # fmt: skip
