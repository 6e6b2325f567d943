"""Templates of code values: what they show of programs that change addresses."""

import tomllib
from importlib.resources import files

from mpp_conformance.scenarios.code_templates import TELLING, TELLING_ENTRY, as_browsers_write, better_template, hidden
from mpp_conformance.scenarios.transformations import CODES
from mpp_conformance.wallet import fields, reference

_PLAIN = "https://qr.example.test/order/{id}"


def test_the_template_of_a_new_file_hides_nothing() -> None:
    """Whatever programs do to an address changes the order codes of init's wallet.toml, and those of specimens."""
    text = files("mpp_conformance.wallet").joinpath("wallet_template.toml").read_text("utf-8")
    told, known = tomllib.loads(text)["codes"], reference().codes
    assert (told["order"], known.order) == (TELLING, fields.code_template(TELLING))
    assert (told["entry"], known.entry) == (TELLING_ENTRY, fields.code_template(TELLING_ENTRY))
    assert [made.name for made in hidden(TELLING)] == []


def test_the_address_of_an_entry_code_is_written_as_browsers_write_it() -> None:
    """Whoever writes it anew as they do launches the same address; who changes its query or its end does not."""
    names = {made.name for made in hidden(TELLING_ENTRY)}
    assert {"written-as-a-browser-does", "default-port-dropped", "host-lower-cased"} <= names
    assert {"query-sorted", "query-written-anew", "fragment-dropped", "url-decoded", "html-unescaped"} & names == set()


def test_a_plain_template_hides_much() -> None:
    """What is not in an address cannot be changed in it."""
    names = {made.name for made in hidden(_PLAIN)}
    assert {"query-sorted", "fragment-dropped", "plus-to-blank", "cut-after-255-characters"} <= names
    assert {"upper-cased", "url-encoded", "slash-at-end-added"} & names == set()


def test_a_more_telling_template_is_of_the_same_page() -> None:
    """The proposal keeps what stands there, and hides only what host and path hide."""
    better = fields.code_template(better_template(_PLAIN))
    assert better.startswith(f"{_PLAIN}/?")
    assert {made.name for made in hidden(better)} == {
        *("host-lower-cased", "host-in-unicode", "default-port-dropped", "http-to-https"),
        *("written-as-a-browser-does", "dot-segments-resolved", "path-lower-cased"),
    }


def test_nothing_is_proposed_for_other_codes() -> None:
    """Neither for what is no address, nor for one that has a query of its own."""
    assert [better_template(template) for template in ("O{id}", "https://q.test/?c={id}")] == ["", ""]


def test_each_transformation_of_a_code_has_a_name_of_its_own() -> None:
    """So that a report can name it."""
    names = [made.name for made in CODES]
    assert sorted(set(names)) == sorted(names)


def test_what_browsers_leave_as_it_is() -> None:
    """Only such an order code reaches the client SDK unchanged when the merchant page goes there."""
    kept = [
        *(
            "https://q.test/{id}",
            "http://127.0.0.1:9400/m/{id}?a=%7e+x&b=#/Top",
            "https://q-1.example.test:8443/o//{id}/",
        ),
        *("https://q.test/?c={id}", "http://q.test:443/{id}", "https://q.test/o/{id}/...?a=/../"),
    ]
    assert [template for template in kept if not as_browsers_write(template)] == []
    assert all("written-as-a-browser-does" in {made.name for made in hidden(template)} for template in kept)
    changed = [
        *("https://Q.test/{id}", "https://q.test:443/{id}", "http://q.test:80/{id}", "https://q.test/./{id}"),
        *(
            "https://q.test/../{id}",
            "https://q.test/{id} x",
            "https://q.test/{id}?'",
            "https://q.test/{id}|",
            "https://1.2",
        ),
        *("https://q.test?{id}", "https://xn--fiqs8s.test/{id}", "https://q.test/%7e/{id}", "https://é.test/{id}"),
        *(
            "https://me@q.test/{id}",
            "https://0x7f.1/{id}",
            "https://q.test/{id}\\n",
            "alipays://q/{id}",
            "{id}",
            TELLING,
        ),
    ]
    assert [template for template in changed if as_browsers_write(template)] == []
