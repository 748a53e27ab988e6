"""When the model must be trained again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.runtime.errors import StartError, TrainingError
from bot.runtime.training import Model

SOURCES = ("config.yml", "domain.yml", "data/nlu/greet.yml", "bot/nlu/intent.py")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose `rasa train` writes the model it was asked for."""
    for name in SOURCES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("as it was\n")
    give_rasa(tmp_path, 'mkdir -p models && echo model > "models/$3.tar.gz"')
    return tmp_path


def give_rasa(project: Path, script: str) -> None:
    program = project / ".venv-rasa" / "bin" / "rasa"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


async def train(project: Path) -> Model:
    model = Model(project)
    await model.train(project / "train.log")
    return model


def change(name: str) -> Callable[[Path], object]:
    return lambda project: (project / name).write_text("changed\n")


def test_no_model_is_a_stale_model(project: Path) -> None:
    assert Model(project).stale


async def test_a_model_is_fresh_after_training(project: Path) -> None:
    assert not (await train(project)).stale


@pytest.mark.parametrize(
    "event",
    [
        *(change(name) for name in SOURCES),
        change("data/nlu/new_topic.yml"),
        lambda project: (project / "data/nlu/greet.yml").unlink(),
        lambda project: (project / "data/nlu/greet.yml").rename(project / "data/nlu/hello.yml"),
        lambda project: (project / "models/qingting.tar.gz").unlink(),
        lambda project: (project / "models/qingting.sha256").unlink(),
    ],
)
async def test_any_change_of_a_source_makes_it_stale(project: Path, event: Callable[[Path], object]) -> None:
    model = await train(project)
    event(project)
    assert model.stale


async def test_what_is_no_source_does_not(project: Path) -> None:
    model = await train(project)
    (project / "README.md").write_text("changed\n")
    (project / "bot/nlu/channel.py").write_text("changed\n")
    (project / "bot/nlu/__pycache__").mkdir()
    (project / "bot/nlu/__pycache__/intent.pyc").write_bytes(b"0")
    assert not model.stale


async def test_a_failed_training_keeps_the_old_model_and_says_why_in_one_line(project: Path) -> None:
    await train(project)
    change("config.yml")(project)
    give_rasa(
        project, "echo 'Something went before'\necho 'InvalidConfigException: no such component'\nexit 1"
    )
    with pytest.raises(TrainingError) as caught:
        await train(project)
    assert str(caught.value).startswith(
        "`rasa train` failed: InvalidConfigException: no such component (log: "
    )
    assert (project / "models/qingting.tar.gz").read_text() == "model\n"
    assert Model(project).stale


async def test_a_missing_environment_is_one_line(project: Path) -> None:
    (project / ".venv-rasa/bin/rasa").unlink()
    with pytest.raises(StartError, match=r"^Rasa's environment is missing .*: run `make sync`"):
        await train(project)
