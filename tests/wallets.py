"""Texts of ``wallet.toml`` for tests: a small right one, changed in a place, and what is said of wrong values."""

import json
from pathlib import Path
from typing import Any, Final

_VECTORS: Final = json.loads((Path(__file__).parent / "data" / "signature-vectors.json").read_text("utf-8"))
PUBLIC: Final = _VECTORS["keys"]["mpp"]["public_spki_der_base64"]
PRIVATE: Final = _VECTORS["keys"]["aplus"]["private_pkcs8_der_base64"]

_MINIMAL: Final = {
    "wallet": {"name": '"W"', "version": '"1"'},
    "reach": {},
    "keys": {"client_id": '"C"', "mpp_public_key": f'"{PUBLIC}"', "alipay_plus_private_key": f'"{PRIVATE}"'},
    "codes": {"entry": '"e{id}"', "order": '"o{id}"', "foreign": '"f{id}"'},
    "customers": {"funded": '"1"', "second": '"2"', "unfunded": '"3"'},
    "settlement": {},
    "features": {},
    "limits": {},
    "observes": {},
    "evidence": {},
    "report": {},
}


def text(**changes: str | None) -> str:
    """A small right file with ``section__key`` changed to TOML text, or left out (``None``)."""
    sections: dict[str, dict[str, str]] = {name: dict(keys) for name, keys in _MINIMAL.items()}
    for place, value in changes.items():
        section, _, key = place.partition("__")
        if value is None:
            sections[section].pop(key)
        else:
            sections[section][key] = value
    return "\n".join(
        line for name, keys in sections.items() for line in (f"[{name}]", *(f"{k} = {v}" for k, v in keys.items()))
    )


SECONDS: Final = "must be a number of seconds from 0.05 to 60"
URL: Final = "must be the address of the wallet's adaptor (http or https)"
LISTEN: Final = "must be the address and port at which the suite listens"
NUMERIC: Final = "write a numeric address, or localhost, and a port, for instance 127.0.0.1:9400 or [::1]:9400"
FAR: Final = "this is not a loopback address; if you intend that, set allow_remote = true"
NAME: Final = "must be text of 1 to 100 characters"
KEY_FILE: Final = "must be the path of a file with the MPP server's public key, or that key in Base64"
CUSTOMER: Final = "must be a customer id of 1 to 64 characters that no other customer has"
CODE: Final = (
    "must be text that contains {id} exactly once and gives codes of at most 512 characters ({id} becomes 20 digits) "
    "that no other template gives"
)


WRONG: Final[list[tuple[str, str | None, str]]] = [
    ("wallet__name", None, f"[wallet] name is missing; it {NAME}"),
    ("wallet__name", '""', f'{NAME}; found ""'),
    ("wallet__name", '"W\\u007f"', f'{NAME}; found "W\\u007f": it holds a character that cannot be printed'),
    ("wallet__name", '" W"', f'{NAME}; found " W": it begins or ends with a blank'),
    ("wallet__version", "1.0", f"{NAME}; found 1.0: write it in quotes"),
    ("wallet__version", "2026-01-01", f"{NAME}; found a date or time"),
    ("reach__allow_remote", '"yes"', 'must be true or false; found "yes": write it without quotes'),
    (
        "reach__adaptor",
        '"localhost:9300"',
        f'{URL}; found "localhost:9300": it must begin with http:// or https://',
    ),
    ("reach__adaptor", '"http://10.0.0.1:9300"', f'{URL}; found "http://10.0.0.1:9300": {FAR}'),
    ("reach__adaptor", '"http://localhost.evil:1"', f'{URL}; found "http://localhost.evil:1": {FAR}'),
    ("reach__adaptor", '"http://"', f'{URL}; found "http://": it names no host'),
    ("reach__adaptor", '"http://a$b:1"', "its host contains '$', which no host name may contain"),
    ("reach__adaptor", '"http://-a:1"', "it names no host"),
    ("reach__adaptor", '"http://[::1"', "its host cannot be read, or its port is not a number from 0 to 65535"),
    ("reach__adaptor", '"http://localhost:99999"', "or its port is not a number from 0 to 65535"),
    ("reach__adaptor", '"http://localhost/?a"', "it must end with its path, without ? and #"),
    ("reach__adaptor", '"http://local\\nhost/"', "it holds a blank or a character outside ASCII"),
    ("reach__listen", "9400", f"{LISTEN}; found 9400: write it in quotes"),
    ("reach__listen", '":9400"', f'{LISTEN}; found ":9400": {NUMERIC}'),
    ("reach__listen", '"::1:9400"', f'{LISTEN}; found "::1:9400": {NUMERIC}'),
    ("reach__listen", '"[127.0.0.1]:1"', f'{LISTEN}; found "[127.0.0.1]:1": {NUMERIC}'),
    ("reach__listen", '"127.0.0.1:\u0661"', f'{LISTEN}; found "127.0.0.1:\\u0661": {NUMERIC}'),
    ("reach__listen", '"127.0.0.1:70000"', "a port is a number from 0 to 65535"),
    ("reach__listen", '"0.0.0.0:9400"', f'{LISTEN}; found "0.0.0.0:9400": {FAR}'),
    ("reach__parallel", "0", "must be a whole number from 1 to 1024; found 0"),
    ("reach__parallel", "1025", "must be a whole number from 1 to 1024; found 1025"),
    ("reach__parallel", "2.5", "must be a whole number from 1 to 1024; found 2.5"),
    ("reach__parallel", "true", "must be a whole number from 1 to 1024; found true"),
    ("reach__parallel", '"4"', 'must be a whole number from 1 to 1024; found "4": write it without quotes'),
    ("reach__parallel", "0x" + "f" * 6_000, "must be a whole number from 1 to 1024; found a very large number"),
    ("reach__patience", "inf", "must be a number of seconds from 0.1 to 600; found inf"),
    ("reach__settle", "nan", f"{SECONDS}; found nan"),
    ("reach__quiet", "0", f"{SECONDS}; found 0"),
    ("reach__quiet", "[1]", f"{SECONDS}; found a list"),
    ("reach__quiet", "{a=1}", f"{SECONDS}; found a section"),
    ("reach__paralel", "4", "[reach] paralel is not known; did you mean parallel?"),
    ("reach__client_id", "4", "[reach] client_id is not known; it belongs under [keys]"),
    (
        "features__speed",
        "true",
        "is not known; the keys of this section are entry_code, order_code, app_link and at_once",
    ),
    ("features__fuzz", "true", "is not known; it belongs under [reach]"),
    ("reach__fuzz", '"yes"', 'must be true or false; found "yes": write it without quotes'),
    ('features__"a\\nb"', "1", '[features] "a\\nb" is not known'),
    ("keys__client_id", '"a b"', "it contains a blank or a character outside ASCII, which an HTTP header cannot carry"),
    ("keys__key_version", "-1", "must be a whole number from 0 to 9999; found -1"),
    ("keys__key_version", "10000", "must be a whole number from 0 to 9999; found 10000"),
    ("keys__mpp_public_key", "1", f"{KEY_FILE}; found 1"),
    ("keys__mpp_public_key", '"no.pem"', f'{KEY_FILE}; found "no.pem": there is no such file; paths are relative to'),
    ("keys__mpp_public_key", '"a\\u0000b"', "it holds a character that cannot be printed"),
    ("keys__mpp_public_key", f'"{"a" * 5_000}"', "the file cannot be read (File name too long)"),
    ("keys__mpp_public_key", '"."', "there is no such file"),
    ("codes__entry", '"e"', f'{CODE}; found "e": it does not contain {{id}}'),
    ("codes__entry", '"{id}{id}"', f'{CODE}; found "{{id}}{{id}}": it contains {{id}} more than once'),
    ("codes__entry", '"e{ID}"', "it does not contain {id}; write {id} in lower case"),
    ("codes__order", '"e{id}"', f'{CODE}; found "e{{id}}": a code of entry could look the same'),
    ("codes__foreign", '"o{id}"', f'{CODE}; found "o{{id}}": a code of order could look the same'),
    ("evidence__disclose", '"customers"', '[] for none; found "customers": write it in brackets'),
    ("customers__second", '"1"', f'{CUSTOMER}; found "1": funded has the same id'),
    ("customers__unfunded", '"2"', f'{CUSTOMER}; found "2": second has the same id'),
    ("customers__funded", f'"{"1" * 65}"', f'{CUSTOMER}; found "{"1" * 60}..."'),
    ("limits__edition", '"2024"', 'must be one of 2023-12, 2024-03, in quotes; found "2024": no such edition is'),
    ("limits__edition", "2024-03-01", "must be one of 2023-12, 2024-03, in quotes; found a date or time"),
    ("limits__year", '"calender"', 'must be "calendar" or "rolling"; found "calender"'),
]
"""Place, TOML text (``None``: left out), and a part of what is said of it."""


def toml(value: Any) -> str:  # noqa: ANN401  # any value at all
    """A value as TOML has it; a date for none."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(inner) for inner in value) + "]"
    if isinstance(value, str):
        return json.dumps(value)
    return {None: "1979-05-27", True: "true", False: "false"}.get(value, str(value))
