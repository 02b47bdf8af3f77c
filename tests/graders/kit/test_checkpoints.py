"""Predictions: judged by the seal or by the service, kept once, shown again; quiet without a front end."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from catalogue.notebooks.checkpoints import judge_entry, seal
from graders import kit

CHOICE = {
    "lesson": "01-x",
    "kind": "choice",
    "prompt": {"en": "Which `exp` overflows?", "zh": "哪个 `exp` 溢出?"},
    "choices": {"a": {"en": "exp(10)", "zh": "exp(10)"}, "b": {"en": "exp(1000)", "zh": "exp(1000)"}},
    "answer": "b",
    "explanations": {
        "a": {"en": "22026 is small", "zh": "22026 很小"},
        "b": {"en": "beyond 1.8e308", "zh": "超过 1.8e308"},
    },
}
NUMBER = {
    "lesson": "01-x",
    "kind": "number",
    "prompt": {"en": "Largest x?", "zh": "最大的 x?"},
    "answer": {"value": 88.7, "tolerance": 0.5, "unit": "nats"},
    "right": {"en": "ln of the largest float", "zh": "最大浮点数的对数"},
    "explanations": [{"when": "> 700", "en": "that is float64", "zh": "那是 float64"}],
    "otherwise": {"en": "take the logarithm", "zh": "取对数"},
}


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a course's folder without a service, with a data folder of its own."""
    course = tmp_path / "numerics"
    course.mkdir()
    monkeypatch.chdir(course)
    monkeypatch.setenv("ACADEMY_DATA", str(tmp_path / "data"))
    for name in ("ACADEMY_URL", "JUPYTERHUB_API_TOKEN", "ACADEMY_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "data"


def status(question: object) -> str:
    return question.status.value


def test_a_choice_is_judged_kept_and_recalled(alone: Path) -> None:
    question = kit.checkpoint("overflow", seal(CHOICE))
    assert "No prediction" in repr(kit.recall("overflow"))
    question.button.click()
    assert "Choose an answer" in status(question)
    question.answer.value = "a"
    question.button.click()
    assert "Not so. 22026 is small" in status(question)
    assert 'role="status" aria-live="polite"' in status(question)
    question.answer.value = "b"
    question.button.click()
    assert "Right. beyond 1.8e308" in status(question)
    # what is recalled is the first prediction, not the corrected one
    assert repr(kit.recall("overflow")) == "You predicted: exp(10)\nNot so. 22026 is small"
    kept = json.loads((alone / "predictions.json").read_text())
    assert kept["numerics"]["overflow"]["answer"] == "a"
    assert "You predicted: exp(10)" in status(kit.checkpoint("overflow", seal(CHOICE)))


def test_a_number_is_committed_by_enter_and_explained() -> None:
    question = kit.checkpoint("largest", seal(NUMBER))
    assert "nats" in question.answer.description
    question.answer.value = "seven"
    assert "is not a number" in status(question)
    question.answer.value = "709"
    assert "Not so. that is float64" in status(question)
    question.answer.value = "88.5"
    assert "Right." in status(question)


def test_without_a_front_end_the_question_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = kit.checkpoint("overflow", seal(CHOICE))._repr_mimebundle_()
    assert bundle["text/plain"] == "Which `exp` overflows?\n  a) exp(10)\n  b) exp(1000)"
    assert "application/vnd.jupyter.widget-view+json" in bundle
    monkeypatch.setenv("ACADEMY_LANGUAGE", "zh")
    assert "溢出" in kit.checkpoint("overflow", seal(CHOICE))._repr_mimebundle_()["text/plain"]


def test_text_from_answers_is_shown_as_text() -> None:
    question = kit.checkpoint("largest", seal(NUMBER))
    question.answer.value = "<script>alert(1)</script>"
    assert "<script>" not in status(question)


def test_before_it_is_built_the_course_file_is_read(alone: Path) -> None:
    with pytest.raises(FileNotFoundError, match="notebooks build"):
        kit.checkpoint("overflow")
    Path("checkpoints.yml").write_text(json.dumps({"overflow": CHOICE}), encoding="utf-8")
    assert kit.checkpoint("overflow").answer.options[0][1] == "a"
    with pytest.raises(KeyError, match="overflow"):
        kit.checkpoint("overfull")


class Service(BaseHTTPRequestHandler):
    kept: ClassVar[dict[str, dict]] = {}

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        verdict = judge_entry(CHOICE, body["answer"])
        found = {"answer": body["answer"], "correct": verdict.correct, "explanation": verdict.explanation}
        self.answer(200, self.kept.setdefault(self.path, found))

    def do_GET(self) -> None:
        found = self.kept.get(self.path)
        self.answer(200 if found else 404, found or {"error": "no prediction"})

    def answer(self, code: int, content: dict) -> None:
        code = code if self.headers["Authorization"] == "token secret" else 403
        self.send_response(code)
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Service]]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("ACADEMY_URL", f"http://127.0.0.1:{server.server_port}/services/academy/")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    Service.kept = {}
    yield Service
    server.shutdown()
    server.server_close()


def test_the_service_judges_and_keeps(service: type[Service], alone: Path) -> None:
    question = kit.checkpoint("overflow", seal(CHOICE))
    question.answer.value = "b"
    question.button.click()
    assert "Right. beyond 1.8e308" in status(question)
    assert "did not answer" not in status(question)
    assert list(service.kept) == ["/services/academy/api/checkpoints/numerics/overflow"]
    assert not alone.exists()
    assert repr(kit.recall("overflow")).startswith("You predicted: exp(1000)")


def test_a_silent_service_costs_nothing_but_a_line(
    service: type[Service], alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "wrong")
    question = kit.checkpoint("overflow", seal(CHOICE))
    question.answer.value = "a"
    question.button.click()
    assert "Not so. 22026 is small The academy did not answer" in status(question)
    assert (alone / "predictions.json").exists()
    assert repr(kit.recall("overflow")).startswith("You predicted: exp(10)")
