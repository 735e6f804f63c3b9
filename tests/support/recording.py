"""A recording under way: its folders, and how a text gets into it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from tests.support.masks import masked

ROOT = Path(__file__).parents[2]
SAMPLE = sorted((ROOT / "data" / "sample").glob("*.csv"))
LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Recording:
    """One part of a recording, with the sample company loaded into ``work/sample``."""

    to: Path
    work: Path

    @property
    def sample(self) -> Path:
        return self.work / "sample"

    def fresh(self, name: str) -> Path:
        """A folder that is not there yet; it is called the same in every recording."""
        return self.work / self.to.name / name

    def write(self, name: str, text: str) -> None:
        """Keep a text, without what differs from one recording to the next."""
        path = self.to / name
        path.parent.mkdir(parents=True, exist_ok=True)
        folders = {"work": self.work, "checkout": ROOT}
        path.write_text(masked(text, folders), "utf-8", newline="")

    def write_all(self, name: str, texts: Iterable[str]) -> None:
        self.write(name, "\n".join(texts) + "\n")


def as_text(value: object) -> str:
    """Any value as JSON to be compared line by line."""
    return json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, default=str)


def real_sets() -> Path | None:
    """The folder of real exports beside this checkout, if somebody has put it there."""
    folders = (parent / "shared" / "data" for parent in ROOT.parents)
    return next((folder for folder in folders if folder.is_dir()), None)
