"""What docs/curves.md says is so: its plugin reads, its readers are those that there are, its options are known."""

import re
import shlex

from curves.files import READERS, check, write
from epochwise.__main__ import main
from epochwise.curves import readers
from epochwise.curves.readers import COMMON, UNITS
from epochwise.curves.settling import RESTARTS
from epochwise.planning.validation import validate
from epochwise.plugins import registry
from helpers import PLUGINS, ROOT

TEXT = (ROOT / "docs" / "curves.md").read_text(encoding="utf-8")
HEADINGS = re.findall(r"^## .*: `(\w+)`$", TEXT, flags=re.M)
PYTHON = re.search(r"```python\n(.*?)```", TEXT, re.S)[1]
COMMANDS = re.findall(r"```sh\n(.*?)```", TEXT, re.S)


def test_the_plugin_as_written_reads(tmp_path):
    code = [line for line in PYTHON.splitlines() if line.strip()]
    assert len(code) <= 15
    write(tmp_path, PYTHON, "diary_curves.py")
    path = write(tmp_path, '{"day": 0, "mse": 0.5, "mae": 1}\n{"day": 1, "mae": 2}\n', "a.diary")
    found = registry.load_all(tmp_path, "curves")
    history = readers.read(path, readers=found | READERS)
    check(history, epochs=[1, 2], validation_loss=[0.5, None])
    check(readers.read(path, "diary", readers=found, kind="mae"), validation_loss=[1, 2])
    assert history.notes == (
        "mse was taken as the loss",
        "epochs are counted from 0: 0 was read as epoch 1",
    )


def test_the_study_as_written_is_one(tmp_path):
    (text,) = re.findall(r"```yaml\n(.*?)```", TEXT, re.S)
    losses = "epoch,loss,val_loss\n0,2,3\n1,1,2\n"
    for rate in (0.1, 0.01):
        (tmp_path / f"runs/lr={rate}/seed-0").mkdir(parents=True)
        write(tmp_path / f"runs/lr={rate}/seed-0", losses, "metrics.csv")
    write(tmp_path, text, "resnet.yaml")
    found = validate([str(tmp_path / "resnet.yaml")], tmp_path, PLUGINS)
    assert found.problems == []
    assert "2 runs, epochs 1 to 2" in found.fine[0]


def test_every_reader_has_its_section():
    assert sorted(HEADINGS) == sorted(READERS)


def test_every_option_of_all_readers_is_told_with_its_values():
    for option in COMMON:
        assert f"`{option}=" in TEXT
    for word in (*RESTARTS, *UNITS):
        assert word in TEXT
    assert all(f"`restarts={word}`" in TEXT for word in RESTARTS)


def test_the_commands_are_those_that_there_are():
    assert len(COMMANDS) >= len(READERS)
    for text in COMMANDS:
        tool, command, *words = shlex.split(text.replace("\\\n", " "))
        assert tool == "epochwise"
        with main.commands[command].make_context(command, words) as context:
            assert context.params["paths"]
            assert all("=" in option for option in context.params["options"])
