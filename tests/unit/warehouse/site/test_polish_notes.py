from pathlib import Path

import polars as pl
import pytest
import yaml

import inventory
from inventory.criteria import rules
from warehouse.dictionary import dictionary
from warehouse.site import polish_notes, write_site
from warehouse.site.polish_notes import NotesError, PolishNotes
from warehouse.site.wording import Wording

SCOPE = yaml.safe_load((Path(inventory.__file__).parent / "scope.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def polish():
    return PolishNotes(Wording("pl"))


def test_every_reason_of_the_rules_is_said_in_polish(polish):
    tables = rules()["classes"].values()
    reasons = {line["because"] for table in tables if "lines" in table for line in table["lines"]}
    reasons |= {table["means"] for table in tables} | {rule["why"] for rule in SCOPE.values()}
    of_other_tables = {
        "a formal act and a coordinator are on record",
        "a formal act, a coordinator or both are not on record",
        "a page calls it a cluster, and speaks of no plan",
    }  # never written: only the published table gives reasons
    assert {reason for reason in reasons if polish.say(reason) is None} == of_other_tables


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("no page tells", "żadna strona o tym nie mówi"),
        ("a formal act is on record (founded 2013-01-16; founded 2013)",
         "odnotowano akt formalny (założenie: 16 stycznia 2013; założenie: 2013)"),
        ("founding (unstated): 2011", "założenie (rodzaj nieokreślony): 2011"),
        ("sector stated: ICT; telecom", "podana branża: ICT; telecom"),
        ("on a list visited 2021-09, more than three years ago", "na liście odwiedzonej: wrzesień 2021, dawniej niż trzy lata temu"),
        ("category of PARP's map; a dated audit, no standing label", "kategoria z mapy PARP; audyt z datą, nie trwający znak"),
        ("with esca-1: names “A” and “B”: same words [+6.6]; town: same (łódź and łódź) [+3.3]",
         "z esca-1: nazwy „A” i „B”: te same słowa [+6.6]; miejscowość: zgodność (łódź i łódź) [+3.3]"),
        ("a page states the country MX; name names Jalisco (MX): Clúster {x}", "strona podaje kraj: MX; w nazwie: Jalisco (MX): Clúster {x}"),
    ],
)  # fmt: skip
def test_a_note_is_said_with_its_parts_and_the_words_of_sources_stay(polish, note, said):
    assert polish.say(note) == said


@pytest.mark.parametrize(
    "note", [None, "", "an unheard-of remark", "mood: good", "no page tells; an unheard-of remark", "a" * 5000]
)
def test_a_note_without_a_message_is_left_in_english(polish, note):
    assert polish.say(note) is None


def test_every_unit_of_the_dictionary_is_said_in_polish(polish):
    units = {column.unit for table in dictionary().tables.values() for column in table.columns if column.unit}
    assert {unit for unit in units if polish.say(unit) is None} == set()


def test_a_message_whose_polish_loses_a_part_is_refused():
    with pytest.raises(NotesError, match="other parts: use day"):
        polish_notes._message("founded {day:date}", "założenie")


def test_polish_pages_show_notes_in_polish_and_mark_what_is_english(tables, tmp_path):
    given = {
        **tables,
        "clusters": tables["clusters"].with_columns(class_reason=pl.lit("an unheard-of remark")),
        "assessments": tables["assessments"].with_columns(note=pl.lit("no page tells")),
    }
    write_site(given, tmp_path / "site")
    polish, english = (
        (tmp_path / "site" / lang / "clusters" / "PL-C0001.html").read_text(encoding="utf-8") for lang in ("pl", "en")
    )
    assert "<span>żadna strona o tym nie mówi</span>" in polish
    assert "no page tells" not in polish
    assert '<span lang="en">an unheard-of remark</span>' in polish
    assert "<span>no page tells</span>" in english
    assert "<span>an unheard-of remark</span>" in english
