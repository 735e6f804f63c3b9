"""Settings of an installation's own, as a folder that KAM_SETTINGS names."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Overlay = Callable[[str, str], Path]


def add_overlay(patch: pytest.MonkeyPatch, parent: Path, file: str, text: str) -> Path:
    """Write a file into a new folder of settings, which goes over those named so far."""
    named = [part for part in os.environ.get("KAM_SETTINGS", "").split(os.pathsep) if part]
    folder = parent / f"settings-{len(named)}"
    (folder / file).parent.mkdir(parents=True)
    (folder / file).write_text(text, "utf-8")
    patch.setenv("KAM_SETTINGS", os.pathsep.join([*named, str(folder)]))
    return folder
