import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.captions import captioned, pieces
from sources.text import fold, markup, squash

KNOWN = ["cluster members", "number of sme members", "large companies", "established", "branża", "languages spoken"]
TWO = {"branża": ("drewno",), "cluster members": ("90",)}
WORD = st.text(alphabet="abcdefghijklłmnoópqrsśtuwz", min_size=1, max_size=12)


def read(html):
    return {pair.caption: pair.values for pair in captioned(markup(html), KNOWN)}


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>Branża:</dt><dd>drewno</dd><dt>Cluster Members</dt><dd>90</dd></dl>",
        "<DL><DT>Branża:<DD>drewno<DT>Cluster Members<DD>90</DL>",
        "<dl><dd>drewno</dd><dt>Branża<dd>90<dt>Cluster members</dl>",
        "<table><tr><th>Branża<td>drewno<tr><th>Cluster members<td>90</table>",
        "<table><tr><td>drewno<td>Branża<tr><td>90<td>Cluster members</table>",
        "<table><tr><td>menu<td><table><tr><td>Branża<td>drewno<tr><td>Cluster members<td>90</table></table>",
        "<div><div>Branża</div><div>drewno</div></div><div><div>Cluster members</div><div>90</div></div>",
        "<div><div>Branża</div></div><div class=v>drewno</div><div><div>Cluster members</div></div><div>90</div>",
        "<p>Branża: drewno<br>Cluster members - 90</p>",
        "Branża<br>drewno<br>Cluster members<br>90",
        "<p><b>Branża</b> drewno</p><p><b>Cluster members:</b> 90</p>",
        "<ul><li>Branża: drewno</li><li>90 Cluster Members</li></ul>",
        "<ul><li>Branża: drewno<li><span>90</span><span>Cluster Members</span></ul>",
        "<h4>Branża</h4><p>drewno</p><h4>Cluster members</h4><p>90</p>",
        "<p>Branża: drewno</p><p>Cluster members ........ 90</p>",
        "<table><tr><td>Branża:<br>Cluster members:<td>drewno<br>90</table>",
        "<ul><li>Branża<li>Cluster members</ul><ul><li>drewno<li>90</ul>",
        "<p><b>Branża:</b> drewno <b>Cluster members:</b> 90</p>",
        "<p>Branża: drewno | Cluster members: 90</p>",
        "<dl><dt>Branża:<dd>drewno<dt><span>Cluster<br>members</span>:<dd>90</dl>",
        "<p><label>Branża</label> drewno</p><p><label>Cluster<br>members</label> 90</p>",
        "<form><label>Branża</label><select><option>szkło</select><button>Go</button></form><p>Branża: drewno</p><p>90 cluster members</p>",
    ],
)
def test_the_same_pairs_in_any_markup(html):
    assert read(html) == TWO


@pytest.mark.parametrize(
    "html",
    [
        "<dl><dt>Branża</dt><dd></dd></dl><p>Stopka</p>",
        "<table><tr><th>Branża<td></table><p>Stopka</p>",
        "<p>Branża:</p><h2>Kontakt</h2><p>Stopka</p>",
        "<p>Branża:</p><p>Telefon:</p><p>600</p>",
        "<p>Branża: –</p><p>Stopka</p>",
        "<dl><dt>Branża<dd>brak danych</dl>",
    ],
)
def test_a_caption_without_a_value_takes_none_from_elsewhere(html):
    assert read(html)["branża"] == ()


def test_numbers_before_their_captions_keep_their_places_where_a_caption_is_lost():
    flat = "<h3>Composition</h3>90<br>Cluster Members<br>52<br>0<br>Large Companies<br>Established - 29 May 2011"
    assert read(flat) == {
        "cluster members": ("90",),
        "": ("52",),
        "large companies": ("0",),
        "established": ("29 May 2011",),
    }


def test_an_icon_speaks_by_its_title():
    assert read("<ul><li><b>52</b> <i title='Number of SME members'></i></ul>") == {"number of sme members": ("52",)}


def test_captions_that_nobody_asked_for_are_given_back_as_unknown():
    pairs = captioned(markup("<dl><dt>Kolor<dd>zielony<dt>Branża<dd>drewno</dl>"), KNOWN)
    assert [(pair.caption, pair.known) for pair in pairs] == [("kolor", False), ("branża", True)]


def test_scripts_and_comments_are_no_text():
    assert [
        piece.text for piece in pieces(markup("<!-- a --><script>b</script><style>c</style><p>d<!-- e --></p>"))
    ] == ["d"]


def test_depth_is_no_danger():
    html = "<div>" * 5000 + "<p>Branża: drewno</p>"
    assert isinstance(read(html), dict)


@given(st.lists(st.tuples(WORD, WORD), min_size=1, max_size=6, unique_by=lambda pair: fold(pair[0])))
def test_table_list_and_lines_give_the_same(pairs):
    known = [fold(caption) for caption, _ in pairs]
    pairs = [(caption, "x" + value) for caption, value in pairs if fold("x" + value) not in known]
    wanted = {fold(caption): (squash(value),) for caption, value in pairs}
    markups = (
        "<dl>" + "".join(f"<dt>{caption}:</dt><dd>{value}</dd>" for caption, value in pairs) + "</dl>",
        "<table>" + "".join(f"<tr><th>{caption}<td>{value}" for caption, value in pairs) + "</table>",
        "<br>".join(f"{caption}: {value}" for caption, value in pairs),
    )
    for html in markups:
        found = {pair.caption: pair.values for pair in captioned(markup(html), known)}
        assert found == wanted


def test_lines_below_a_value_belong_to_it_where_the_block_holds_no_other_caption():
    assert read("<p><b>Branża:</b> drewno<br>meble</p><p>Stopka</p>")["branża"] == ("drewno", "meble")
    assert read("<p>Branża: drewno<br>Cluster members: 90<br>Stopka</p>")["cluster members"] == ("90",)


def test_what_follows_the_last_value_in_other_elements_is_no_value():
    assert read("<p>Cluster members:</p><p>90</p><p>Branża:</p><p>drewno</p><div><button>OK</button></div>") == TWO


def test_a_whole_page_in_a_form_is_read():
    words = "słowo " * 60
    assert read(f"<form><input name=q><p>Branża: drewno</p><p>Cluster members: 90</p><p>{words}</p></form>") == TWO
