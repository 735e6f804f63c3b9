"""Plants a known defect in a copy of the project and runs the tests that are to notice it.

python -m tests.mutants.run [NAME]...     every patch of this folder, or those named
python -m tests.mutants.run --table       docs/mutants.md, from the heads of the patches
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
COPIED = ("kam_core", "pages", "tests", "data/sample", "docs", "examples")
BREAKS, CAUGHT_BY = "breaks: ", "caught by: "
CAUGHT, NOT_CAUGHT, NOT_APPLIED = "caught", "NOT CAUGHT", "DOES NOT APPLY"
TESTS_FAILED = 1
TABLE_HEAD = """# Mutants

Each row is a defect that a person might make, kept as a patch in `tests/mutants`, and the test
meant to notice it: whether it does is what a run says. Written from the heads of the patches
(`python -m tests.mutants.run --table > docs/mutants.md`); how to run
them is in [operations](operations.md#trying-to-break-it).

| mutant | what it breaks | test that catches it |
|---|---|---|"""


@dataclass(frozen=True)
class Mutant:
    """A patch with what it breaks and the tests that are to fail under it."""

    path: Path
    breaks: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.stem


def read_mutants(names: Sequence[str] = ()) -> list[Mutant]:
    """The mutants of these names, by default all; the lines above a patch say the rest."""
    paths = [FOLDER / f"{name}.diff" for name in names] or sorted(FOLDER.glob("*.diff"))
    return [_read_mutant(path) for path in paths]


def _read_mutant(path: Path) -> Mutant:
    breaks, *tests = path.read_text("utf-8").partition("\n--- ")[0].splitlines()
    named = tuple(line.removeprefix(CAUGHT_BY) for line in tests)
    return Mutant(path, breaks.removeprefix(BREAKS), named)


def applies(mutant: Mutant, tree: Path, *options: str) -> bool:
    """Apply a patch to a tree; with the option ``--check`` only say whether it would."""
    call = ["git", "apply", *options, str(mutant.path)]
    return subprocess.run(call, cwd=tree, capture_output=True).returncode == 0


def try_mutant(mutant: Mutant) -> str:
    """What became of a mutant in a copy of the project."""
    with tempfile.TemporaryDirectory(prefix="keystone-mutant-") as folder:
        tree = Path(folder, "keystone")
        tree.mkdir()
        for name in COPIED:
            shutil.copytree(ROOT / name, tree / name)
        for path in (*ROOT.glob("*.py"), *ROOT.glob("*.toml"), *ROOT.glob("*.md")):
            shutil.copy(path, tree)
        if not applies(mutant, tree):
            return NOT_APPLIED
        pytest = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
        run = subprocess.run([*pytest, *mutant.tests], cwd=tree, capture_output=True)
        return CAUGHT if run.returncode == TESTS_FAILED else NOT_CAUGHT


def render_table() -> str:
    rows = [
        f"| [{m.name}](../tests/mutants/{m.path.name}) | {m.breaks} | "
        f"{'<br>'.join(f'`{test}`' for test in m.tests)} |"
        for m in read_mutants()
    ]
    return "\n".join([TABLE_HEAD, *rows])


def main(names: Sequence[str]) -> int:
    """Exit code 1 where a mutant lives."""
    if "--table" in names:
        print(render_table())
        return 0
    bad = 0
    mutants = read_mutants(names)
    for mutant in mutants:
        outcome = try_mutant(mutant)
        bad += outcome != CAUGHT
        print(f"{outcome}: {mutant.name}", flush=True)
    print(f"{bad} bad of {len(mutants)}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
