import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.archive import Page
from sources.text import decode, decode_bytes, facts_from, fold, is_reconstructed, public_address, squash

SENTENCE = "Województwo świętokrzyskie: zażółć gęślą jaźń, Łódź"
POLISH = st.text(alphabet="aąbcćdeęfghijklłmnńoóprsśtuwyzźżĄĆĘŁŃÓŚŹŻ -", min_size=1)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "windows-1250", "iso-8859-2", "utf-16"])
@pytest.mark.parametrize(
    "declared", ["", "text/html; charset=iso-8859-1", "text/html; charset=utf-8", "text/html; charset=none"]
)
def test_polish_letters_survive_any_encoding_and_a_wrong_declaration(codec, declared):
    assert decode_bytes(SENTENCE.encode(codec), declared) == SENTENCE


def test_a_declared_western_page_keeps_its_letters():
    page = Page(
        url="",
        body="Pôle Mer Méditerranée".encode("latin-1"),
        retrieved_at="",
        headers={"content-type": "text/html; charset=iso-8859-1"},
    )
    assert decode(page) == "Pôle Mer Méditerranée"


def test_the_charset_may_stand_in_the_page_alone():
    assert "Pôle" in decode_bytes(
        '<META http-equiv=x content="text/html; CHARSET=windows-1252">Pôle'.encode("windows-1252")
    )


@pytest.mark.parametrize("codec", ["windows-1252", "iso-8859-2", "cp852"])
def test_utf8_that_was_read_as_something_else_is_mended(codec):
    broken = "został zażółcony".encode().decode(codec, "ignore")
    if codec == "windows-1252":
        broken = "zostaÅ‚ ogÅ‚oszony"
        assert decode_bytes(broken.encode()) == "został ogłoszony"
    else:
        assert decode_bytes(broken.encode()) == "został zażółcony"


def test_one_line_in_another_encoding_spoils_no_other():
    body = (SENTENCE + "\n").encode() * 3 + SENTENCE.encode("windows-1250")
    assert decode_bytes(body).splitlines() == [SENTENCE] * 4


@given(POLISH)
def test_utf8_text_is_read_as_it_was_written(text):
    assert decode_bytes(text.encode()) == text


@given(st.binary(max_size=300))
def test_any_bytes_give_text(body):
    assert isinstance(decode_bytes(body), str)


@given(st.text())
def test_squashing_twice_changes_nothing(text):
    assert squash(squash(text)) == squash(text)
    assert fold(fold(text)) == fold(text)


def test_where_a_rebuilt_page_has_its_facts_from():
    text = "<!-- reconstructed from published facts; facts from: http://a.example/x , https://b.example/?c=d -->"
    assert facts_from(text) == ("http://a.example/x", "https://b.example/?c=d")
    assert is_reconstructed(text)
    assert facts_from("Guide\nFacts from: https://a.example/\n") == ("https://a.example/",)
    assert facts_from("<p>facts unknown</p>") == ()
    assert public_address(text.encode()) is None
    assert public_address(b"<link href='https://c.example/p' rel=canonical>") == "https://c.example/p"
