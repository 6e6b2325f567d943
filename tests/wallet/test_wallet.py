"""``wallet.toml``: what is read from it, and what is said of a wrong one."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mpp_conformance import wallet
from mpp_conformance.common.resources import directory
from mpp_conformance.ledger.catalogue import Claims, load, plan
from mpp_conformance.protocol import limits, signature
from mpp_conformance.scenarios.scenario import FUNDED, SECOND, UNFUNDED, CodeTemplates, Profile
from mpp_conformance.wallet import Reach, Wallet, WalletFileError, fields
from mpp_conformance.wallet.model import SECTIONS
from tests import wallets


def _parse(**changes: str | None) -> Wallet:
    return wallet.parse(wallets.text(**changes), Path())


def _problems(text: str, base: Path = Path()) -> list[str]:
    with pytest.raises(WalletFileError) as caught:
        wallet.parse(text, base)
    return [str(problem) for problem in caught.value.problems]


def test_what_is_left_out_has_its_default() -> None:
    """Only the wallet's own values must be given."""
    found = _parse()
    expected = (Reach(), wallet.Features(), wallet.Limits(), 1)
    assert found.keys is not None
    assert expected == (found.reach, found.features, found.limits, found.keys.key_version)


def test_the_frozen_defaults() -> None:
    """The defaults are the documented ones."""
    expected = {
        "allow_remote": False,
        "adaptor": "http://127.0.0.1:9300",
        "device": False,
        "error_page": False,
        "browser": None,
        "listen": "127.0.0.1:9400",
        "public_url": None,
        "fuzz": False,
        "parallel": 1,
        "patience": 10.0,
        "settle": 0.2,
        "quiet": 1.0,
    }
    assert expected == Reach().model_dump(exclude={"mpp_server", "inquiry_path", "cancel_path"})
    claimed = {"entry_code": True, "order_code": True, "app_link": False, "at_once": False}
    assert claimed == wallet.Features().model_dump()
    assert limits.Reading() == _parse().reading


def test_scenarios_get_what_they_need() -> None:
    """Templates, customers and the reading of the limits come out in the words of the lower floors."""
    found = _parse(features__app_link="true", limits__year='"rolling"', limits__inclusive="false")
    templates = CodeTemplates(entry="e{id}", order="o{id}", foreign="f{id}")
    customers = ((FUNDED, "1"), (SECOND, "2"), (UNFUNDED, "3"))
    assert templates == found.templates
    assert Profile(templates=templates, customers=customers, app_link=True) == found.profile
    assert limits.Reading(inclusive=False, year="rolling") == found.reading


def test_keys_are_loaded_from_files_beside_the_wallet(tmp_path: Path) -> None:
    """A path counts from the directory of wallet.toml, whatever the current one is."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "mpp.txt").write_text(f"{wallets.PUBLIC}\n", "ascii")
    key = signature.load_private_key(wallets.PRIVATE)
    (tmp_path / "a+.pem").write_text(signature.private_key_text(key), "ascii")
    text = wallets.text(keys__mpp_public_key='"keys/mpp.txt"', keys__alipay_plus_private_key='"a+.pem"')
    (tmp_path / "wallet.toml").write_text(text, "utf-8")
    keys = wallet.load(tmp_path / "wallet.toml").keys
    assert keys is not None
    assert signature.public_key_text(keys.mpp_public_key) == wallets.PUBLIC
    assert key.private_numbers() == keys.alipay_plus_private_key.private_numbers()


def test_a_file_from_another_system_is_read(tmp_path: Path) -> None:
    """A byte order mark and CRLF at the line ends do no harm."""
    (tmp_path / "wallet.toml").write_bytes(b"\xef\xbb\xbf" + wallets.text().replace("\n", "\r\n").encode())
    assert wallet.load(tmp_path / "wallet.toml").identity.name == "W"


@pytest.mark.parametrize(
    ("listen", "host", "port"),
    [("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:9400", "::1", 9_400), ("localhost:65535", "localhost", 65_535)],
)
def test_the_listening_address_is_taken_apart(listen: str, host: str, port: int) -> None:
    """Address and port are ready for a socket; port 0 means any."""
    found = _parse(reach__listen=f'"{listen}"').reach
    assert (host, port) == (found.host, found.port)


def test_a_slash_at_the_end_of_an_address_is_dropped() -> None:
    """Paths are appended to an address without a double slash."""
    assert _parse(reach__adaptor='"http://localhost:1/base/"').reach.adaptor == "http://localhost:1/base"


def test_remote_addresses_are_taken_when_asked_for() -> None:
    """With allow_remote, the suite listens for other machines and calls an adaptor on one."""
    remote = {"reach__listen": '"0.0.0.0:9400"', "reach__adaptor": '"https://mpp.example.test"'}
    found = _parse(reach__allow_remote="true", **remote).reach
    assert (found.host, found.adaptor) == ("0.0.0.0", "https://mpp.example.test")  # noqa: S104  # the text under test


def test_a_page_that_the_suite_opens_fetches_its_calls_alone() -> None:
    """It is of this machine, and is pictured when nothing else goes on."""
    page = {"reach__browser": '"http://127.0.0.1:9310/"'}
    assert _parse(reach__device="true", **page).reach.browser == "http://127.0.0.1:9310"
    for more, words in (
        (page, "set device = true"),
        ({**page, "reach__device": "true", "reach__parallel": "2"}, "one at a time"),
        ({"reach__browser": '"https://wallet.test"', "reach__device": "true"}, "set allow_remote = true"),
    ):
        assert words in _problems(wallets.text(**more))[0]


@pytest.mark.parametrize("host", ["wallet_adaptor", "shop_wallet_1", "_a", "wallet.svc.cluster.local.", "a-b.c"])
def test_names_that_networks_give_are_taken(host: str) -> None:
    """Docker Compose puts underscores into the names of services, and a full name may end with a dot."""
    taken = _parse(reach__allow_remote="true", reach__adaptor=f'"http://{host}:9300"')
    assert taken.reach.adaptor == f"http://{host}:9300"


def test_a_public_address_needs_no_leave() -> None:
    """Telling the wallet another address opens nothing that was not open."""
    assert _parse(reach__public_url='"http://host.docker.internal:9400"').reach.public_url is not None


def test_a_code_of_the_greatest_length_is_taken() -> None:
    """512 characters, with the 20 digits counted, are allowed; one more is not."""
    assert _parse(codes__entry=f'"{"e" * 492}{{id}}"').codes.entry.startswith("eee")
    assert "its codes would have 513 characters" in _problems(wallets.text(codes__entry=f'"{"e" * 493}{{id}}"'))[0]


_WITNESS: Final = dict.fromkeys(("complete", "counted", "ordered"), True)


def test_claims_hold_no_keys_addresses_or_customers() -> None:
    """The report gets what the wallet claims, as plain JSON, and nothing else."""
    expected = {
        "wallet": {"name": "W", "version": "1"},
        "features": {"entry_code": True, "order_code": True}
        | dict.fromkeys(("app_link", "at_once", "mpp_server", "fuzz"), False),
        "observes": {
            "user": _WITNESS | {"by": "adaptor"},
            "gateway": _WITNESS | {"by": "suite"},
            "client_sdk": _WITNESS | {"by": "adaptor"},
            "app_link": dict.fromkeys(_WITNESS, False) | {"by": "nobody"},
        },
        "limits": {"edition": "2023-12", "inclusive": True, "year": "calendar"},
        "settlement": {"currency": "MYR", "minor_digits": 2, "quote_price": "0.643"},
        "codes": {"entry": "e{id}", "order": "o{id}", "foreign": "f{id}"},
        "reach": {"parallel": 1, "patience": 10.0, "settle": 0.2, "quiet": 1.0},
        "evidence": {"disclose": []},
    }
    assert expected == json.loads(json.dumps(_parse().claims()))


def test_printing_a_wallet_shows_no_key() -> None:
    """Neither repr nor str of the whole wallet names a key."""
    assert "RSA" not in repr(_parse())
    assert "key=" not in str(_parse()).replace("key_version=", "")


@pytest.mark.parametrize("place", ["keys__client_id", "keys__mpp_public_key", "reach__adaptor", "wallet__name"])
def test_a_private_key_in_the_wrong_place_is_not_shown(place: str) -> None:
    """A key that was pasted where it does not belong is refused without being repeated."""
    found = _problems(wallets.text(**{place: f'"{wallets.PRIVATE}"'}))
    assert len(found) == 1
    assert "found a key (not shown)" in found[0]
    assert wallets.PRIVATE[:20] not in found[0]


@pytest.mark.parametrize("password", ["s3cret", "s3cret/", "s3@cret"])
def test_a_password_in_an_address_is_not_shown(password: str) -> None:
    """An address with a user name and password is refused, and the password is kept back."""
    (found,) = _problems(wallets.text(reach__adaptor=f'"http://me:{password}@localhost:1"'))
    expected = f'[reach] adaptor {wallets.URL}; found "http://...@localhost:1": '
    assert expected == found[: len(expected)]
    assert "cret" not in found


# --- what is said of a wrong file -------------------------------------------------------------------------------


@pytest.mark.parametrize(("place", "value", "problem"), wallets.WRONG)
def test_a_wrong_value_is_named_with_its_key_and_slip(place: str, value: str | None, problem: str) -> None:
    """One wrong value is one problem: section and key, what must stand there, what was found, the likely slip."""
    section, _, key = place.partition("__")
    (found,) = _problems(wallets.text(**{place: value}))
    assert found.startswith(f"[{section}] {key} ")
    assert problem in found


def test_templates_are_told_apart_place_by_place() -> None:
    """Digits before or after the 20 digits can make two templates alike; a letter or another length cannot."""
    pairs = {("1{id}", "{id}1"): True, ("a{id}", "{id}1"): False, ("a{id}", "ab{id}"): False, ("{id}", "{id}1"): False}
    assert pairs == {pair: fields.could_be_equal(*pair) for pair in pairs}


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Problems of all sections, and several of one section, come in one error, each line with the file's name."""
    text = wallets.text(
        reach__parallel="0", reach__listen='"0.0.0.0:1"', codes__order='"x"', customers__second='"1"', limits__year="1"
    )
    with pytest.raises(WalletFileError) as caught:
        wallet.parse(text, Path(), file="conf/wallet.toml")
    expected = ["[reach] listen", "[reach] parallel", "[codes] order", "[customers] second", "[limits] year"]
    assert expected == [problem.where for problem in caught.value.problems]
    assert len(expected) == len(re.findall(r"^conf/wallet\.toml: \[", str(caught.value), re.MULTILINE))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "[wallet] is missing; it must hold name and version"),
        ("", "[keys] is missing; it must hold client_id, mpp_public_key and alipay_plus_private_key"),
        ("reach = 3", "[reach] must be a section, written once; found 3"),
        ("[[reach]]", "[reach] must be a section, written once; found a list"),
        ("[reech]", "[reech] is not a section; did you mean [reach]?"),
        (
            "[zzz]",
            "[zzz] is not a section; sections are [wallet], [reach], [keys], [codes], [customers], [settlement], ",
        ),
        ('adaptor = "x"', "adaptor stands before the first section; it belongs under [reach]"),
        ("zzz = 1", "zzz stands before the first section"),
    ],
)
def test_a_wrong_section_is_named(text: str, problem: str) -> None:
    """Sections that are missing, unknown, or no sections, and keys outside of any, are problems of their own."""
    assert problem in "\n".join(_problems(text))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[wallet\n", "is not TOML: Expected ']' at the end of a table declaration (at line 1, column 8)"),
        ('k = "-----BEGIN PUBLIC KEY-----\n', "; a key in PEM does not fit on one line: give the path of its file"),
        ('k = "C:\\keys"', "; write a backslash in quotes twice"),
        ("[f]\napp_link = True # yes", "at line 2, column 12); app_link must be in lower case, true or false"),
        ("[f]\r\nedition = 2023-12\r\n", "; edition needs quotes around its text"),
        ("[f]\nname = My wallet", "; name needs quotes around its text"),
        ("[f]\nname =\n", "; name has no value"),
        ("[f]\nname = 'a'\nname = 'b'", "; name stands twice in its section"),
        ("k = " + "[" * 10_000, "is nested too deeply"),
        ("k = " + "9" * 5_000, "is not TOML: "),
    ],
)
def test_a_file_that_is_no_toml_is_named(text: str, problem: str) -> None:
    """What TOML's reader stumbles over is passed on with its line, and the likely slip."""
    (found,) = _problems(text)
    assert problem in found


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """No file, a directory, a file too long or in another encoding: each has its own words."""
    contents = {"long.toml": b"#" * 300_000, "latin.toml": b"# \xe9"}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    expected = {
        "none.toml": "there is no such file; `mpp-conformance init` writes one to fill in",
        "long.toml": "is longer than 262144 bytes",
        "latin.toml": "byte 3 is not UTF-8; save the file as UTF-8",
        ".": "is not a file",
    }
    found = {}
    for name in expected:
        with pytest.raises(WalletFileError) as caught:
            wallet.load(tmp_path / name)
        found[name] = str(caught.value.problems[0])
    assert expected == found


def test_a_key_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    """A file that is no text, is too long, or holds something else is named by what is wrong with it."""
    contents = {"der": b"\x30\x82\xff", "long": b"A" * 70_000, "empty": b""}
    found = {}
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
        said = _problems(wallets.text(keys__mpp_public_key=f'"{name}"'), tmp_path)[0]
        found[name] = said.rpartition(f'"{name}": ')[2]
    expected = {
        "der": "byte 2 is not UTF-8; save the file as UTF-8; a key is written as PEM, or as Base64",
        "long": "the file is longer than 65536 bytes",
        "empty": "expected a public key (PEM, or Base64 of X.509 SPKI DER), and this cannot be read as one",
    }
    assert expected == found


_VALUES: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    place=st.sampled_from([f"{name}__{key}" for name, model in SECTIONS.items() for key in model.model_fields]),
    value=_VALUES,
)
def test_any_value_anywhere_is_read_or_refused_in_printable_words(place: str, value: object) -> None:
    """No value of any key escapes as another error, or brings a control character into a message."""
    no_key = {"keys__alipay_plus_private_key": "0"}  # looking a real one through takes long
    problems = _problems(wallets.text(**no_key | {place: wallets.toml(value)}))
    assert [problem for problem in problems if not problem.isprintable()] == []


# --- who observes what ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "point", "expected"),
    [
        ({}, "user", ("adaptor", True, True, True)),
        ({}, "app_link", ("nobody", False, False, False)),
        ({"features__app_link": "true"}, "app_link", ("adaptor", True, True, True)),
        ({"observes__app_link": '"double"'}, "app_link", ("double", True, True, True)),
        ({"observes__user": '"person"'}, "user", ("person", False, False, False)),
        ({"observes__user": '"person"', "observes__complete": '["USER"]'}, "user", ("person", True, False, False)),
        ({"observes__client_sdk": '"nobody"', "observes__ordered": '["CLIENT_SDK"]'}, "client_sdk", ("nobody",)),
        ({"observes__counted": "[]"}, "gateway", ("suite", True, False, True)),
    ],
)
def test_a_report_is_worth_what_its_reporter_and_the_lists_say(
    changes: dict[str, str], point: str, expected: tuple[object, ...]
) -> None:
    """Adaptor and double report everything, once, in order; others what is attested; nobody reports nothing."""
    found = _parse(**changes)
    witness = found.profile.observes.at(point.upper())
    assert expected == (witness.by, witness.complete, witness.counted, witness.ordered)[: len(expected)]
    assert found.profile.app_link is (found.profile.observes.app_link.by != "nobody")


def test_what_nobody_reports_is_not_applicable() -> None:
    """A case that looks at a point which nobody reports says so instead of failing."""
    server = '"http://127.0.0.1:9320"'
    told = {"observes__client_sdk": '"nobody"', "features__at_once": "true", "reach__mpp_server": server}
    claims = Claims.of(_parse(**told).claims())
    rows = list(plan(load(directory("suites")).cases, claims))
    reasons = {row.not_applicable for row in rows if row.case.requirement.id == "OC-16"}
    assert reasons == {"nobody reports CLIENT_SDK"}
    assert any(not row.not_applicable for row in rows)
