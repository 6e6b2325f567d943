"""``audit.toml``: whatever is wrong with it is said in its own words."""

import pytest

from mpp_conformance.scenarios.observation import LOG, NOBODY, Witness
from mpp_conformance.trials.audit.mapping import AuditFileError, parse

READ = '[[read]]\nfiles = ["log"]\nsql = "SELECT 1"\n'
KINDS = '[kinds]\nscan = "Scan"\n'


def test_what_is_not_logged_is_reported_by_nobody() -> None:
    """A point is worth what is attested of it, and without a message of it nothing."""
    observes = parse(f'{READ}{KINDS}[attested]\ncomplete = ["USER", "GATEWAY"]').observes
    assert observes.user == Witness(by=LOG, complete=True, counted=False, ordered=False)
    assert observes.gateway == Witness.of(NOBODY)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (KINDS, "[read] is missing; it must be one [[read]] or more"),
        (f'{READ}[kinds]\na = "Scam"', "[kinds] a must be the name of a message; found 'Scam': there are "),
        (f'{READ}{KINDS}[attested]\ncomplete = ["SDK"]', '[attested] complete must be a list of "USER", "GATEWAY"'),
        (f"{READ}{KINDS}[attested]\nsettle = -1.0", "[attested] settle must be a number of seconds from 0"),
        (f'[[read]]\nsql = "SELECT 1"\n{KINDS}', "[read] files is missing; it must be a list of one file, or pattern"),
        (f"{READ}{KINDS}[attest]\nsettle = 1.0", "[attest] is not known"),
        ("read", "is not TOML"),
    ],
)
def test_a_slip_is_named(text: str, problem: str) -> None:
    """Section, key, what must stand there, and what does."""
    with pytest.raises(AuditFileError) as found:
        parse(text)
    assert problem in str(found.value)
