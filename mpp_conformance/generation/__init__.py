"""Answers generated from ``openapi/alipay-plus.yaml``: a mirror of it, a generator, and a choice of what comes out.

The generator (Schemathesis) runs in a process of its own: it loads slowly, draws on whatever else is loaded, and leaves
files behind. The same seed gives the same bytes, in any folder and under any hash seed of Python.
"""

from mpp_conformance.generation.mirror import CELLS
from mpp_conformance.generation.process import GenerationError, corpus
from mpp_conformance.generation.selection import DEFAULT_SEED, problems, tier

__all__ = ["CELLS", "DEFAULT_SEED", "GenerationError", "corpus", "problems", "tier"]
