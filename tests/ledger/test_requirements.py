"""Requirements and the ledger: what is kept, what is refused, and which rows decide."""

from dataclasses import replace

import pytest

from mpp_conformance.judging.trace import Trace
from mpp_conformance.ledger import requirements
from mpp_conformance.ledger.requirements import (
    ALIPAY_PLUS,
    DERIVED,
    DOCUMENTED,
    MPP_CLIENT,
    MUST,
    SHOULD,
    SILENT,
    STATED,
    Case,
    Ledger,
    Requirement,
    ScenarioSource,
    as_row,
    case,
    collect_into,
    excluded,
    requirement,
)
from mpp_conformance.ledger.source import ENTRY_CODE
from mpp_conformance.protocol import limits
from mpp_conformance.scenarios.answers import Corpus, FromCorpus, packaged_corpus
from mpp_conformance.scenarios.scenario import ENTRY, ORDER, Payment, Scenario, one

_EDITION, _READING = limits.EDITIONS[limits.DEFAULT_EDITION], limits.Reading()
_ORDER, _ENTRY = one("order", Payment(code=ORDER)), one("entry", Payment(code=ENTRY))


def _stated(
    name: str = "EC-25", text: str = "Something is done.", level: str = MUST, basis: str = STATED
) -> Requirement:
    return requirement(name, level, basis, actor=MPP_CLIENT, clauses=[ENTRY_CODE.steps(24, 26)], text=text)


def _made(tested: Requirement, scenarios: ScenarioSource, name: str = "test_it", *needs: str) -> Case:
    def judge(trace: Trace) -> None:
        """Something is seen."""

    judge.__name__ = name
    marked = case(tested, scenarios, needs=needs)(judge)
    made: Case = marked.conformance_case  # type: ignore[attr-defined]  # set by the decorator
    return made


@pytest.mark.parametrize(
    ("level", "basis", "decides"),
    [
        (MUST, STATED, True),
        (MUST, DOCUMENTED, True),
        (MUST, DERIVED, False),
        (MUST, SILENT, False),
        (SHOULD, STATED, False),
        (SHOULD, DERIVED, False),
    ],
)
def test_only_an_official_must_decides(*, level: str, basis: str, decides: bool) -> None:
    """Advice, and what we infer, can fail nobody."""
    assert decides == _stated(level=level, basis=basis).decides


def test_what_is_stated_while_collecting_is_kept_in_order() -> None:
    """Rows and cases go into the ledger of the context they were stated in."""
    with collect_into(Ledger()) as ledger:
        late, early = _stated("B-2"), _stated("A-1")
        aside = excluded("C-3", actor=ALIPAY_PLUS, clauses=[], text="It happens elsewhere.", reason="elsewhere")
        made = _made(late, [_ORDER])

    assert [late, early, aside] == list(ledger.requirements.values())
    assert ([made], []) == (ledger.cases_of(late), ledger.cases_of(early))


def test_what_no_case_tests_is_a_stated_duty_with_a_reason() -> None:
    """A sentence that is left out keeps its place, its actor and its words, and says why nothing tests it."""
    clauses = (ENTRY_CODE.steps(23),)
    tested = requirement("EC-1", SHOULD, DERIVED, actor=MPP_CLIENT, clauses=iter(clauses), text="It is done.")
    aside = excluded("C-3", actor=ALIPAY_PLUS, clauses=iter(clauses), text="It happens.", reason="elsewhere")

    assert tested == Requirement(
        id="EC-1", level=SHOULD, basis=DERIVED, actor=MPP_CLIENT, clauses=clauses, text="It is done.", excluded=""
    )
    assert aside == Requirement(
        id="C-3", level=MUST, basis=STATED, actor=ALIPAY_PLUS, clauses=clauses, text="It happens.", excluded="elsewhere"
    )


def test_the_words_of_the_ledger_are_those_of_every_report() -> None:
    """Levels, bases and actors are written in reports as they are here."""
    names = ["MUST", "SHOULD", "STATED", "DOCUMENTED", "DERIVED", "SILENT"]
    actors = ["MPP_SERVER", "MPP_CLIENT", "MPP", "ALIPAY_PLUS", "CLIENT_SDK", "MERCHANT", "CONSUMER", "DOCUMENT"]

    words = [vars(requirements)[name] for name in names]
    assert words == ["MUST", "SHOULD", "stated", "documented", "derived", "silent"]
    assert [vars(requirements)[name] for name in actors] == [
        "MPP server",
        "MPP client",
        "MPP",
        "Alipay+",
        "Alipay+ client SDK",
        "merchant/ACQP",
        "consumer",
        "the document itself",
    ]


def test_nothing_is_kept_outside_of_a_context() -> None:
    """A test runner that imports a suite once more adds nothing to a ledger that is closed, nor to another one."""
    with collect_into(Ledger()) as outer:
        with collect_into(Ledger()) as inner:
            _made(_stated("A-1"), [_ORDER])
        _stated("B-2")
    _made(_stated("C-3"), [_ORDER])

    assert (list(inner.requirements), list(outer.requirements)) == (["A-1"], ["B-2"])
    assert (len(inner.cases), len(outer.cases)) == (1, 0)


def test_one_id_is_one_requirement() -> None:
    """Stating the same row again is no fault; stating another one under its id is."""
    with collect_into(Ledger()) as ledger:
        first, again = _stated("A-1"), _stated("A-1")
        with pytest.raises(ValueError, match="two requirements bear the id A-1"):
            _stated("A-1", text="Something else is done.")

    assert first is again
    assert [first] == list(ledger.requirements.values())


def test_a_second_case_of_the_same_name_is_refused() -> None:
    """It would take the place of the first in its file, which then never runs."""
    with collect_into(Ledger()):
        tested = _stated()
        _made(tested, [_ORDER])
        _made(tested, [_ORDER], "test_another")
        with pytest.raises(ValueError, match="two cases of test_requirements bear the name test_it"):
            _made(tested, [_ENTRY])


def test_a_case_knows_its_purpose_and_its_place() -> None:
    """Its docstring is the test purpose; its file and name say which case it is."""
    made = _made(_stated(), [_ORDER], "test_it", "app_link")

    assert (
        made.purpose,
        made.module,
        made.name,
        made.needs,
    ) == ("Something is seen.", "test_requirements", "test_it", ("app_link",))
    assert made.judge.conformance_case is made  # type: ignore[attr-defined]  # set by the decorator


def test_a_case_is_the_same_whoever_imported_it() -> None:
    """The judge and the scenarios of a file that is imported twice are other objects; the case is an equal one."""
    tested = _stated()
    made, again = (_made(tested, iter([_ORDER])) for _ in range(2))

    assert made.judge is not again.judge
    assert made == replace(again, sources=((_ENTRY,),))
    assert Case(requirement=tested, purpose="", module="", name="", judge=made.judge, sources=()).needs == ()


@pytest.mark.parametrize("docstring", [None, "", "  \n "])
def test_a_case_without_a_purpose_is_refused(docstring: str | None) -> None:
    """A case that does not say what it tests is not taken."""

    def test_it(trace: Trace) -> None:
        raise AssertionError(trace)

    test_it.__doc__ = docstring
    with pytest.raises(ValueError, match="test_it needs a docstring"):
        case(_stated(), [_ORDER])(test_it)


def test_the_scenarios_of_a_case_can_be_asked_for_again() -> None:
    """A generator that is used up gives the same conversations the second time."""
    made = _made(_stated(), (scenario for scenario in (_ORDER, _ENTRY)))

    assert [made.scenarios(_EDITION, _READING) for _ in range(2)] == [(_ORDER, _ENTRY)] * 2


def test_scenarios_can_be_chosen_from_the_generated_answers() -> None:
    """What chooses is given those that the package has."""

    class Seeded(FromCorpus):
        def scenarios(self, corpus: Corpus) -> list[Scenario]:
            return [one(f"{corpus.seed} {len(corpus.legal)}", Payment(code=ORDER))]

    made = _made(_stated(), Seeded())
    corpus = packaged_corpus()
    assert [scenario.label for scenario in made.scenarios(_EDITION, _READING)] == [f"{corpus.seed} {len(corpus.legal)}"]


def test_scenarios_can_depend_on_the_edition() -> None:
    """What builds scenarios is given the edition and the reading that the wallet chose."""
    reading = limits.Reading(inclusive=False)
    made = _made(_stated(), lambda edition, chosen: [one(f"{edition.name} {chosen.inclusive}", Payment(code=ORDER))])

    labels = [scenario.label for scenario in made.scenarios(limits.EDITIONS["2024-03"], reading)]

    assert labels == ["2024-03 False"]


@pytest.mark.parametrize("scenarios", [[], [_ORDER, one("order", Payment(code=ENTRY))]], ids=["none", "same label"])
def test_a_case_needs_conversations_that_can_be_told_apart(scenarios: ScenarioSource) -> None:
    """A case without conversations would be green for any wallet, and one with two of a name loses one."""
    with pytest.raises(ValueError, match="test_it needs scenarios, each with a label of its own"):
        _made(_stated(), scenarios).scenarios(_EDITION, _READING)


def test_a_row_is_printed_with_its_clauses_and_cases() -> None:
    """The list shows where a row stands in the document, and either its cases or why it has none."""
    tested = _stated()
    aside = excluded("C-3", actor=ALIPAY_PLUS, clauses=[ENTRY_CODE.steps(23)], text="It happens.", reason="elsewhere")

    printed, left_out = as_row(tested, [_made(tested, [_ORDER])]), as_row(aside, [])

    assert printed == {
        "id": "EC-25",
        "level": "MUST",
        "basis": "stated",
        "actor": "MPP client",
        "clauses": ["Workflow, Entry code, steps 24-26"],
        "text": "Something is done.",
        "excluded": None,
        "cases": ["test_it"],
    }
    assert (
        left_out["clauses"],
        left_out["cases"],
        left_out["excluded"],
    ) == (["Workflow, Entry code, step 23"], [], "elsewhere")
