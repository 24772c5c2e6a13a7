import pytest

from sources.headings import heading_of_entry
from sources.text import markup


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<title>Portal - Klaster A</title><h1>Portal</h1><h2>Klaster A</h2><h3>Dane</h3>", "Klaster A"),
        ("<title>Katalog</title><div><h3>Logowanie</h3></div><h2>Klaster A</h2><h3>Dane</h3>", "Klaster A"),
        ("<header><h2>Serwis</h2></header><h2>Klaster A</h2>", "Klaster A"),
        ("<header><h1>Klaster A</h1></header><h2>Dane</h2>", "Klaster A"),
        ("<article><header><h2>Klaster A</h2></header></article><aside><h1>Reklama</h1></aside>", "Klaster A"),
        ("<h2>Dane kontaktowe</h2>", ""),
        ("<p>Klaster A</p>", ""),
    ],
)
def test_the_heading_of_the_entry(html: str, name: str) -> None:
    assert heading_of_entry(markup(html), {"dane kontaktowe", "portal"}) == name
