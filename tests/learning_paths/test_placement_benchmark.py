"""The placement benchmark, small and on another graph: figures in range, learners that follow the needs."""

import json
import subprocess
import sys

import pytest

from catalogue.folders import CHECKOUT

EDGES = "edges: [[b, a], [c, b], [d, c], [e, c], [f, a], [g, f]]\n"
FRAMEWORK = """
a: {tracks: [one], needs: []}
b: {tracks: [one], needs: [{needs: a, at: B, for: B, why: {en: x, zh: x}}]}
c: {tracks: [two], needs: [{needs: a, at: I, for: P, why: {en: x, zh: x}}]}
d: {tracks: [two], needs: [{needs: c, at: B, for: I, why: {en: x, zh: x}}]}
"""


@pytest.mark.parametrize(("text", "nodes"), [(EDGES, 28), (FRAMEWORK, 16)])
def test_any_graph_can_be_tried(tmp_path, text, nodes):
    path = tmp_path / "graph.yml"
    path.write_text(text)
    script = str(CHECKOUT / "benchmarks" / "placement.py")
    command = [sys.executable, script, "--json", "--graph", str(path), "--learners", "4"]
    (line,) = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    found = json.loads(line)
    assert (found["nodes"], found["items"], found["learners"]) == (nodes, nodes, 4)
    assert 0 < found["ms_a_question_median"] <= found["ms_a_question_p99"]
    first, last = found["ours_accuracy_after_12_and_28"]
    assert 0.5 < first <= 1
    assert 0.5 < last <= 1
    assert 0 <= found["ours_stopped_share"] <= 1
    assert found["goal_accuracy_after_12_and_28"][1] > 0.5


@pytest.mark.parametrize("more", [["--truth", "other"], ["--truth", "imagined"], ["--oracle", "64"]])
def test_other_learners_and_an_engine_that_imagines_them(tmp_path, more):
    path = tmp_path / "graph.yml"
    path.write_text(EDGES)
    script = str(CHECKOUT / "benchmarks" / "placement.py")
    command = [sys.executable, script, "--json", "--graph", str(path), "--learners", "3", *more]
    found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
    assert found["truth"] == (more[1] if more[0] == "--truth" else "tracks")
    assert 0.5 < found["ours_accuracy_after_12_and_28"][1] <= 1
    assert found["ours_ever_at_95%"] <= found["ours_ever_at_90%"]
