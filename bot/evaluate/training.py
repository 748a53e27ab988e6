"""Models beside the project's own, trained by Rasa for a comparison."""

import os
import subprocess
from pathlib import Path

from bot.runtime.errors import TrainingError
from bot.runtime.training import QUIET, rasa_program
from bot.settings import PROJECT


def train(model: Path, *arguments: str) -> Path:
    """Run `rasa train` with these arguments and keep what comes out as `model` (a `.tar.gz`).

    Raises TrainingError with the end of what Rasa said.
    """
    name = model.name.removesuffix(".tar.gz")
    command = [rasa_program(PROJECT, "rasa"), "train", *arguments]
    command += ["--fixed-model-name", name, "--out", str(model.parent)]
    done = subprocess.run(  # noqa: S603
        command, cwd=PROJECT, env={**os.environ, **QUIET}, capture_output=True, text=True
    )
    if done.returncode:
        raise TrainingError(f"`rasa train` failed: {done.stderr[-2000:]}")
    return model
