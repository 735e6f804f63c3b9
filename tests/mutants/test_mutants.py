"""Every planted defect fits the code of today and names tests that exist; some are tried."""

import ast
from pathlib import Path

import pytest

from tests.mutants.run import CAUGHT, ROOT, Mutant, applies, read_mutants, render_table, try_mutant

MUTANTS = read_mutants()
# Those whose test takes a second or two; all of them: python -m tests.mutants.run
TRIED = (
    "a_number_is_rounded_half_to_even",
    "contracts_without_scope",
    "maintenance_counts_planned_and_missed",
    "the_factor_of_limits_is_2",
)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_patch_fits_the_code_of_today(mutant: Mutant) -> None:
    assert applies(mutant, ROOT, "--check"), "make it again, or a bug has been mended"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_tests_it_names_exist(mutant: Mutant) -> None:
    assert mutant.breaks and mutant.tests
    for test in mutant.tests:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        assert not name or name.partition("[")[0] in functions, test


def test_there_are_forty_and_the_four_that_were_found_alive() -> None:
    assert len(MUTANTS) >= 44


def test_the_table_of_the_docs_is_that_of_the_patches() -> None:
    written = Path(ROOT, "docs", "mutants.md").read_text("utf-8")
    assert written == render_table() + "\n", "python -m tests.mutants.run --table > docs/mutants.md"


@pytest.mark.slow
@pytest.mark.parametrize("name", TRIED)
def test_a_planted_defect_is_noticed(name: str) -> None:
    (mutant,) = read_mutants([name])
    assert try_mutant(mutant) == CAUGHT
