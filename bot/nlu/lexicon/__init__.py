"""The lexicons: data files with the words and patterns that components look for, in every script."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def load(name: str) -> dict[str, Any]:
    """The lexicon of that name as it stands in its file."""
    text = (Path(__file__).parent / f"{name}.yml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))
