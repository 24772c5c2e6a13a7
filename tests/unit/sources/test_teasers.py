import pytest

from sources.captions import classified, pieces
from sources.teasers import without_teasers
from sources.text import markup

KNOWN = {"region", "members"}


def left(html: str) -> list[str]:
    soup = markup(html)
    links = [link for link in soup.find_all("a", href=True) if "other" in link["href"]]
    return [piece.text for piece in without_teasers(classified(pieces(soup), KNOWN), links, "Own Cluster")]


@pytest.mark.parametrize(
    "box",
    [
        "<aside><h3>See also</h3><div><h4><a href=/other/1>Other</a></h4><p>Members: 777</p></div></aside>",
        "<div><div><a href=/other/1>Other</a></div><dl><dt>Members<dd>777</dl></div>",
        "<ul><li><a href=/other/1>Other</a><br>Members: 777</li><li><a href=/other/2>More</a><br>Members: 778</li></ul>",
    ],
)
def test_a_box_about_another_entry_is_left_out(box: str) -> None:
    said = left(f"<h1>Own Cluster</h1><p>Region: opolskie</p>{box}")
    assert said[:2] == ["Own Cluster", "Region: opolskie"]
    assert not any("77" in text for text in said)


@pytest.mark.parametrize(
    "page",
    [
        "<div><p><a href=/other/1>previous</a></p><h1>Own Cluster</h1><p>Members: 5</p></div>",
        "<div><h1>Own Cluster</h1><p>Members: 5</p><p>See <a href=/other/1>Other</a> for more.</p><p>Region: opolskie</p></div>",
        "<nav><a href=/other/1>Other</a></nav><div><h1>Own Cluster</h1><p>Members: 5</p></div>",
    ],
)
def test_a_link_that_only_leads_away_takes_nothing_with_it(page: str) -> None:
    assert "Members: 5" in left(page)
