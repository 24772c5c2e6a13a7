"""Pages of clusters that say what they said are taken as they were, in a new release too."""

import shutil

import polars as pl
import pytest

from warehouse.kept_results import KeptResults
from warehouse.site import write_site


def written(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.html")}


def of_version(tables, version):
    about = tables["about"].with_columns(
        value=pl.when(pl.col("key") == "version").then(pl.lit(version)).otherwise("value")
    )
    return {**tables, "about": about}


@pytest.fixture(scope="module")
def later(tables, tmp_path_factory):
    """The site of a second release with the same clusters, made with what the first one kept, and made anew."""
    folder = tmp_path_factory.mktemp("sites")
    second = {**of_version(tables, "2031.01.02"), "changes": tables["changes"].clear()}
    write_site(tables, folder / "first" / "site", KeptResults(folder / "kept"))
    shutil.copytree(folder / "kept", folder / "kept_first")
    write_site(second, folder / "kept_site" / "site", KeptResults(folder / "kept"))
    write_site(second, folder / "anew" / "site")
    return folder


def test_a_site_of_kept_pages_is_the_site_made_anew(later):
    assert written(later / "kept_site" / "site") == written(later / "anew" / "site")


def test_its_pages_speak_of_the_new_release(later):
    pages = written(later / "kept_site" / "site")
    assert all(b"2031.01.02" in page for name, page in pages.items() if "/clusters/" in name)


def test_its_pages_show_the_changes_of_their_own_release(later, tables):
    changed = f"/clusters/{tables['changes']['cluster_id'].drop_nulls()[0]}.html"
    first, second = (written(later / site / "site")[f"en{changed}"] for site in ("first", "kept_site"))
    assert b"<p>No change.</p>" not in first
    assert b"<p>No change.</p>" in second


def test_a_page_of_each_cluster_and_language_is_kept_and_other_changes_make_none_anew(later, tables):
    first = sorted(path.name for path in (later / "kept_first").iterdir())
    assert first == sorted(path.name for path in (later / "kept").iterdir())
    assert len(list((later / "kept").iterdir())) == 2 * tables["clusters"].height
