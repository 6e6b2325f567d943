"""Mutants of one module: the changes that mutmut makes, each as a whole text.

Its own runner would leave out what matters most here: it mutates plain functions alone, and only once everything is
imported, so no figure of a table, no property, no cached function and nothing that works while a module is imported.
What notices them is in ``mutant_trials.py``.
"""

from pathlib import Path

import libcst
from libcst.matchers import Assign, Call, Name, matches
from libcst.metadata import MetadataWrapper
from mutant_trials import Mutant
from mutmut.mutation.file_mutation import MutationVisitor, deep_replace
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

TYPE_VARIABLE = Assign(value=Call(func=Name("TypeVar")))


def mutants(path: Path) -> list[Mutant]:
    """The mutants of a module's file, each once, in the file's order."""
    source = path.read_text("utf-8")
    wrapper = MetadataWrapper(libcst.parse_module(source))
    visitor = _Everywhere(mutation_operators, IgnoredCode(set(), set(), set()))  # no comment saves a line from it
    module = wrapper.visit(visitor)
    found = {deep_replace(module, made.original_node, made.mutated_node).code: None for made in visitor.mutations}
    return [Mutant.of(source, text) for text in found if text != source]


class _Everywhere(MutationVisitor):
    """Goes into decorated functions as well: nothing is copied here that a decorator could not bear twice.

    Type variables are left alone like all other annotations.
    """

    def _skip_node_and_children(self, node: libcst.CSTNode) -> bool:
        if isinstance(node, libcst.FunctionDef):
            return False
        return matches(node, TYPE_VARIABLE) or super()._skip_node_and_children(node)
