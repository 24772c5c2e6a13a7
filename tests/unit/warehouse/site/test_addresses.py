from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.site.addresses import short_address, web_address


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        ("dolinalotnicza.pl", "http://dolinalotnicza.pl"),
        ("http://www.dolinalotnicza.pl/", "http://www.dolinalotnicza.pl/"),
        ("en.parp.gov.pl/publications/ebook/28", "http://en.parp.gov.pl/publications/ebook/28"),
        ("https://klastry.pomorskie.eu/content.php?id=11#a", "https://klastry.pomorskie.eu/content.php?id=11#a"),
        ("http://łódź.pl:8080/ż", "http://łódź.pl:8080/ż"),
        ("javascript:alert(1)", None),
        ("javascript://x.pl/%0aalert(1)", None),
        ("data:text/html,<b>", None),
        ("http://a b.pl/", None),
        ("https://user:pass@host.pl/", None),
        ("//host.pl/x", None),
        ("ftp://host.pl/", None),
        ("http://[::1", None),
        ("brak", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(printed, address):
    assert web_address(printed) == address


@given(st.text())
def test_whatever_is_printed_a_link_is_http_with_a_host(text):
    address = web_address(text)
    if address is not None:
        assert urlsplit(address).scheme in {"http", "https"}
        assert short_address(address)
        assert not set(address) & set("<>\"' ")
