"""The model: is it of these sources, and how it is trained (docs/assistant.md)."""

import asyncio
import hashlib
import os
import signal
from asyncio.subprocess import DEVNULL
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.runtime.errors import StartError, TrainingError
from bot.runtime.processes import complaint, dies_with_parent, open_log
from bot.settings import PROJECT

MODEL_NAME = "qingting"
SOURCES = ("config.yml", "domain.yml", "data", "bot/nlu")
# These lie among the sources and serve the model; it is not made of them.
NO_MODEL_IS_MADE_OF = {"__pycache__", "serve.py", "channel.py", "batch.py", "stock.py", "cost.py", "serving"}
QUIET: Mapping[str, str] = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUNBUFFERED": "1",
}


class Model:
    """The trained model of the project in `root`, with the digest of what it was trained on beside it."""

    def __init__(self, root: Path = PROJECT) -> None:
        self.root = root
        self.path = root / "models" / f"{MODEL_NAME}.tar.gz"
        self._digest = self.path.with_name(f"{MODEL_NAME}.sha256")

    @property
    def stale(self) -> bool:
        """True when there is no model, or its sources have changed since."""
        if not self.path.exists() or not self._digest.exists():
            return True
        return self._digest.read_text().strip() != self.digest()

    def digest(self) -> str:
        """A SHA-256 over names and contents of all sources."""
        total = hashlib.sha256()
        for path in self._sources():
            total.update(f"{path.relative_to(self.root)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
        return total.hexdigest()

    async def train(self, log: Path) -> None:
        """Run `rasa train`; what it says goes to `log`. Raises TrainingError with its complaints.

        The old model is served until the new one is complete.
        """
        digest = self.digest()
        name = f"{MODEL_NAME}-{os.getpid()}"
        command = [rasa_program(self.root, "rasa"), "train", "--fixed-model-name", name, "--out", "models"]
        # Rasa's cache knows nothing of our lexicons; `make test` validates, which takes as long as training.
        command += ["--force", "--skip-validation"]
        with open_log(log) as output:
            start = output.tell()
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.root,
                env={**os.environ, **QUIET},
                start_new_session=True,
                preexec_fn=dies_with_parent(signal.SIGTERM),
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        trained = self.path.with_name(f"{name}.tar.gz")
        if code != 0 or not trained.exists():
            raise TrainingError(f"`rasa train` failed: {complaint(log, start)} (log: {log})")
        trained.replace(self.path)
        self._digest.write_text(digest + "\n")

    def _sources(self) -> Iterator[Path]:
        for name in SOURCES:
            source = self.root / name
            found = sorted(source.rglob("*")) if source.is_dir() else [source]
            yield from (
                path for path in found if path.is_file() and not NO_MODEL_IS_MADE_OF & set(path.parts)
            )


def rasa_program(root: Path, name: str) -> str:
    """A program of Rasa's environment. Raises StartError when it is not installed."""
    path = root / ".venv-rasa" / "bin" / name
    if not path.exists():
        raise StartError(f"Rasa's environment is missing ({path}): run `make sync`.")
    return str(path)
