"""Several writers at a time on both databases, in threads and in processes: nothing is lost or kept twice."""

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from learning_paths.store import Evidence, Store

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ROW = Evidence("ada", "nbgrader", "lab/task/1", "lab", "task", 3.0, 5.0, NOW, 0.0, {})
WRITERS, ROUNDS = 4, 8


def write(url: str, name: str) -> list[int]:
    """Do a bit of everything as one of several writers; return the ids of the plans that were kept."""
    store = Store(url)
    kept = []
    for number in range(ROUNDS):
        store.save_profile("ada", {"hours": f"{name}{number}"}, NOW)
        store.add_prediction("ada", "course", "point", f"{name}{number}", True, NOW)
        own = replace(ROW, key=f"{name}{number}")
        same = replace(ROW, key="same", detail={"by": f"{name}{number}"})
        assert store.add_evidence([own, same, replace(ROW, learner="bob")], NOW) >= 1
        kept.append(store.add_plan("ada", 1, number, {"by": name}, NOW).id)
        test = store.start_placement("ada", number, NOW)
        question = {"item": "python/loops", "item_version": "a", "variant": 1, "competency": "python"}
        store.ask(test.id, number, **question, level="B", now=NOW)
        store.answer(test.id, number, name, True, NOW)
        store.add_mark("ada", f"lab:{number}", "skip", name, name, NOW)
        store.add_mark("ada", "lab:contested", ("pin", "skip")[number % 2], name, name, NOW)
        store.add_hint("ada", "lab", "task", number // 4 + 1, NOW)
        store.add_model("mastery", {"by": name}, {}, NOW)
    store.close()
    return kept


def in_threads(url: str) -> list[int]:
    with ThreadPoolExecutor(WRITERS) as pool:
        return [plan for plans in pool.map(lambda name: write(url, name), "abcd") for plan in plans]


def in_processes(url: str) -> list[int]:
    # two of them, with two names each: a process costs a second of imports
    with ProcessPoolExecutor(WRITERS // 2, multiprocessing.get_context("spawn")) as pool:
        return [plan for plans in pool.map(write, [url] * WRITERS, "abcd") for plan in plans]


@pytest.mark.parametrize("run", [in_threads, in_processes])
def test_writers_lose_nothing(run: Callable[[str], list[int]], store_url: str) -> None:
    plans = run(store_url)
    store = Store(store_url)
    everything = {f"{name}{number}" for name in "abcd" for number in range(ROUNDS)}

    assert len(set(plans)) == WRITERS * ROUNDS
    assert store.profile("ada").version == WRITERS * ROUNDS
    assert store.hints("ada") == {"lab": {"task": ROUNDS // 4}}
    predictions = store.predictions("ada")
    assert [one.number for one in predictions] == list(range(1, WRITERS * ROUNDS + 1))
    assert {one.answer for one in predictions} == everything

    history = store.evidence("ada", history=True)
    assert {row.key for row in history} == everything | {"same"}
    same = [row for row in history if row.key == "same"]
    assert [row.revision for row in same] == list(range(1, WRITERS * ROUNDS + 1))
    assert {row.detail["by"] for row in same} == everything
    assert [row.revision for row in store.evidence("bob", history=True)] == [1]

    assert [one.number for one in store.placements("ada")] == [1]
    assert [one.position for one in store.answers()] == list(range(ROUNDS))
    assert all(one.answer in "abcd" for one in store.answers())
    contested = [mark for mark in store.marks("ada", history=True) if mark.unit == "lab:contested"]
    # each took the place of one of the other kind, and only the last one holds
    assert all(one.kind != other.kind for one, other in pairwise(contested))
    assert [mark.undone_at is None for mark in contested] == [False] * (len(contested) - 1) + [True]
    assert len(store.marks("ada")) == ROUNDS + 1
    assert len(store.models("mastery")) == WRITERS * ROUNDS
    assert sum(one.active for one in store.models("mastery")) == 1
    store.close()
