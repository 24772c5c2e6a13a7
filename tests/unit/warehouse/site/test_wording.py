import re
from pathlib import Path

import pytest
import yaml

import warehouse.site
from inventory.criteria import rules
from sources.records import FIELDS
from warehouse.dictionary import dictionary
from warehouse.site.wording import LANGUAGES, Wording, WordingError

FOLDER = Path(warehouse.site.__file__).parent
BOOK = yaml.safe_load((FOLDER / "wording.yml").read_text(encoding="utf-8"))


def test_every_text_is_there_in_both_languages():
    entries = [*BOOK["texts"].items(), *BOOK["counts"].items()]
    entries += [(f"{kind}.{code}", words) for kind, codes in BOOK["terms"].items() for code, words in codes.items()]
    assert [key for key, words in entries if not isinstance(key, str) or set(words) != set(LANGUAGES)] == []
    plurals = {lang: [set(forms[lang]) for forms in BOOK["counts"].values()] for lang in LANGUAGES}
    assert all(forms == {"one", "few", "many", "other"} for forms in plurals["pl"])
    assert all(forms == {"one", "other"} for forms in plurals["en"])


def test_every_text_that_the_pages_ask_for_is_there_and_every_text_is_used():
    templates = "".join(path.read_text(encoding="utf-8") for path in sorted((FOLDER / "templates").iterdir()))
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.py")))
    asked = set(re.findall(r"\bt\([\"'](\w+)[\"']\)", templates)) | set(re.findall(r"\"(head_\w+)\"", templates))
    assert asked <= set(BOOK["texts"])
    prefixes = ("nav_", "facet_", "sort_", "column_", "about_")
    unused = {
        key
        for key in BOOK["texts"]
        if not key.startswith(prefixes) and f'"{key}"' not in templates + code and f"'{key}'" not in templates
    }
    assert unused == set()


def test_every_code_that_is_published_has_words():
    codes = {
        column.name: set(column.codes)
        for table in dictionary().tables.values()
        for column in table.columns
        if column.codes
    }
    kinds = {
        "class": "class",
        "state": "state",
        "verdict": "verdict",
        "lang": "lang",
        "qualifier": "qualifier",
        "cause": "cause",
    }
    for column, kind in kinds.items():
        assert codes[column] <= set(BOOK["terms"][kind]), column
    assert set(FIELDS) <= set(BOOK["terms"]["property"])
    assert set(rules()["criteria"]) == set(BOOK["terms"]["criterion"])


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 klastrów"),
        (1, "1 klaster"),
        (2, "2 klastry"),
        (5, "5 klastrów"),
        (12, "12 klastrów"),
        (22, "22 klastry"),
        (101, "101 klastrów"),
    ],
)
def test_polish_plurals(number, text):
    assert Wording("pl").count("clusters_found", number) == text


@pytest.mark.parametrize(
    ("written", "polish", "english"),
    [
        ("2016-10-25", "25 października 2016", "25 October 2016"),
        ("2016-10", "październik 2016", "October 2016"),
        ("2016", "2016", "2016"),
        ("2015-Q4", "2015-Q4", "2015-Q4"),
        ("2016-13-45", "2016-13-45", "2016-13-45"),
        ("", "", ""),
        (None, "", ""),
    ],
)
def test_a_date_keeps_its_precision(written, polish, english):
    assert Wording("pl").date(written) == polish
    assert Wording("en").date(written) == english


def test_numbers_in_the_format_of_the_language():
    assert Wording("pl").number(1234.56) == "1\u00a0234,6"
    assert Wording("en").number(1234.56) == "1,234.6"
    assert Wording("pl").number(12.0) == "12"
    assert Wording("pl").number(None) == "–"


def test_a_property_of_a_map_keeps_its_key_and_an_unknown_code_is_shown():
    assert (
        Wording("pl").term("property", "members_by_type.research_institutes")
        == "Członkowie według rodzaju: research institutes"
    )
    assert Wording("en").term("label", "some_new_label") == "some new label"


def test_a_missing_text_names_itself():
    with pytest.raises(WordingError, match="no_such_text"):
        Wording("pl").text("no_such_text")
