"""Each hostile and each broken submission, graded the public way: its fair score, and nothing else happens.

Today's engine fails some; ``fails`` in ``expected.yml`` says which and why (expected to fail; one that passes
after all is shown as XPASS, and its line has to go).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.graders.attacks.judging import ATTACKS, grading, judge
from tests.graders.attacks.loading import LABS, Attack
from tests.rota import todays

# families whose attacks go for the wall: files, network, processes, signals, memory, /proc
AT_THE_WALL = ("ends-", "exfil-", "files-", "leave-", "steal-", "wire-", "core-planted-files")
AT_THE_WALL += ("core-forked-reply", "patched-memory", "sides-child-takes-over", "sides-synced-links")
WALL_ATTACKS = [attack for attack in ATTACKS if attack.name.startswith(AT_THE_WALL)]
GROUNDS = ("namespaces-by-user", "landlock-by-user", "landlock-by-root")  # besides the best that there is


def _marked(attacks: Sequence[Attack]) -> list[Any]:
    return [
        pytest.param(
            attack,
            id=attack.id,
            marks=[pytest.mark.xfail(reason=attack.fails, strict=False)] if attack.fails else [],
        )
        for attack in attacks
    ]


@pytest.mark.slow
@pytest.mark.parametrize("attack", _marked(todays(ATTACKS, 24)))
def test_a_submission_gets_what_is_fair_and_leaves_nothing(
    attack: Attack, data: Path, ready: Callable[[str], None], ears: Any
) -> None:
    ready(attack.lab)
    faults = judge(attack, data, ears, grading(data))
    assert not faults, "\n".join(faults)


@pytest.mark.slow
@pytest.mark.parametrize("ground", GROUNDS, indirect=True)
@pytest.mark.parametrize("attack", _marked(todays(WALL_ATTACKS, 48)))
def test_every_wall_that_grades_holds_against_what_goes_for_walls(
    ground: Any, attack: Attack, ears: Any
) -> None:
    ground.ready(attack.lab)
    faults = judge(attack, ground.data, ears, ground.graded)
    assert not faults, "\n".join(faults)


def test_there_are_enough_of_them() -> None:
    hostile = [a for a in ATTACKS if a.kind == "hostile"]
    assert len(hostile) >= 60
    assert len([a for a in ATTACKS if a.kind == "broken"]) >= 20
    assert {a.lab for a in hostile} == set(LABS)
