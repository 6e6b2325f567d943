"""Known MPPs: small pure machines, conforming and faulty, that show what the suite can and cannot see.

A faulty one differs from the conforming one in a single place, and names the requirements it breaks. Each is found by
its class variable ``name``; a class without a name of its own is a common ground of others.
Rules of this floor: a specimen never sees the judge (oracle, requirements, verdict), and it is told nothing that an
MPP would not be told.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType, ModuleType
from typing import Final

from mpp_conformance.specimens import (
    adaptor,
    answers,
    call_circumstances,
    call_reading,
    carriage,
    circumstances,
    client,
    closed_orders,
    codes,
    conforming_hand_overs,
    conforming_second_scans,
    conforming_under_load,
    conforming_variants,
    endings,
    error_codes,
    faulty_answers,
    first_payments,
    gateway,
    gateway_variants,
    inquiries,
    malformed_answers,
    money,
    mutes,
    notices,
    other_payments,
    payload,
    places,
    remote,
    repetition,
    results,
    second_scans,
    server,
    sessions,
    several_orders,
    shared_state,
    timeouts,
    unknown_results,
    unprovable,
)
from mpp_conformance.specimens.conforming import ConformingMpp

Specimen = type[ConformingMpp]


def _below(parent: Specimen) -> Iterator[Specimen]:
    for child in parent.__subclasses__():
        if "name" in vars(child):
            yield child
        yield from _below(child)


def _named(modules: Iterable[ModuleType]) -> Iterator[Specimen]:
    names = {module.__name__ for module in modules}
    return (specimen for specimen in _below(ConformingMpp) if specimen.__module__ in names)


def _by_name(specimens: Iterable[Specimen]) -> Mapping[str, Specimen]:
    return MappingProxyType({specimen.name: specimen for specimen in specimens})


CONFORMING: Final = _by_name(
    (
        ConformingMpp,
        *_named([conforming_variants, conforming_hand_overs, conforming_second_scans]),
        *_named([conforming_under_load, gateway_variants]),
    )
)
"""The conforming MPP, and conforming ones that do things otherwise; none of them may fail anything."""
FAULTY: Final = _by_name(
    _named(
        [
            *(codes, server, payload, answers, results, client, endings, sessions, gateway, money, adaptor),
            *(faulty_answers, malformed_answers, notices, inquiries, call_reading, carriage, places, repetition),
            *(first_payments, second_scans, other_payments, error_codes, call_circumstances),
            *(circumstances, several_orders, closed_orders, remote, timeouts, unprovable, mutes, unknown_results),
        ]
    )
)
"""Those with one fault each."""
LOADED: Final = _by_name(_named([shared_state]))
"""Those whose one fault shows only when many use them at once."""
SPECIMENS: Final = MappingProxyType({**CONFORMING, **FAULTY, **LOADED})
"""All of them by name."""
