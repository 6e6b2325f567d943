"""Contracts (Pact): read, held against ``openapi/``, and verified against the provider they are about.

Rules of this floor: a pact file is hostile until :mod:`mpp_conformance.pacts.document` has read it, and what is
replayed is written anew from what was read. Pact compares; whether that proved anything is said here. An interaction
that cannot be replayed, or that passed for a reason other than its own, is inconclusive and never a pass.
"""
