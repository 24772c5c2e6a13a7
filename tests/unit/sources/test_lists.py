import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.captions import pieces
from sources.lists import listed, unnumbered
from sources.text import markup

FRAMES = [
    "<ul><li>{}</ul>|<li>",
    "<div><div>{}</div></div>|</div><div>",
    "<p>{}</p>|<br>",
    "<p>{}</p>|</p><p>",
    "<table><tr><td>{}</table>|<tr><td>",
]
NAMES = st.lists(
    st.sampled_from(["Klaster Wierzba", "Dąb S.A.", "Klaster Brzoza sp. z o. o.", "Olcha"]), min_size=1, max_size=6
)


def names(html):
    found = pieces(markup(html))
    anchor = next(at for at, piece in enumerate(found) if piece.text == "Klastry")
    return [found[place].text for place in listed(found, anchor)]


@given(NAMES, st.sampled_from(FRAMES), st.booleans())
def test_the_list_behind_a_heading_in_any_elements(items, frame, wrapped):
    template, joint = frame.split("|")
    heading = "<div><h2>Klastry</h2></div>" if wrapped else "<h2>Klastry</h2>"
    body = f"{heading}<p>Lista, którą prowadzi od lat nasze miasto.</p>{template.format(joint.join(items))}"
    assert names(f"<nav><ul><li>Menu</ul></nav><main>{body}</main><footer><p>Stopka</footer>") == items


def test_nothing_behind_the_heading_is_an_empty_list():
    assert names("<h2>Klastry</h2><p>Nie ma tu jeszcze żadnej listy klastrów.</p><footer>Stopka</footer>") == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [("3) Olcha", "Olcha"), ("• Olcha", "Olcha"), ("4.0 Klaster", "4.0 Klaster"), ("3D Print", "3D Print")],
)
def test_a_running_number_is_no_part_of_the_name(text, bare):
    assert unnumbered(text) == bare
