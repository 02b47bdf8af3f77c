"""Predictions in lessons: commit to an answer, learn why, and see it again when the result is there.

Where the academy's service is reachable (``ACADEMY_URL``) it judges and keeps the prediction; elsewhere the
notebook's own seal judges, and a small file in the data folder keeps it.
"""

from __future__ import annotations

import html
import json
import os
import re
import tempfile
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ipywidgets import VBox

    from catalogue.notebooks.checkpoints import Sealed

SECONDS = 5  # patience with the service before the notebook judges for itself
WORDS = {
    "en": {
        "answer": "Your answer",
        "commit": "Commit",
        "right": "Right.",
        "wrong": "Not so.",
        "predicted": "You predicted",
        "none": "No prediction was made for this question. Go back, commit to one, and run this cell again.",
        "offline": "The academy did not answer; judged in this notebook.",
        "choose": "Choose an answer first.",
    },
    "zh": {
        "answer": "你的答案",
        "commit": "提交",
        "right": "正确。",
        "wrong": "不对。",
        "predicted": "你的预测",
        "none": "这个问题还没有预测。请回到上面提交一个预测，再运行本单元格。",
        "offline": "学院服务没有回应；已在本笔记本中判定。",
        "choose": "请先选择一个答案。",
    },
}
_opened: dict[str, Sealed] = {}


@dataclass(frozen=True)
class Prediction:
    """What a learner committed to first, and what it was worth."""

    answer: str
    label: str
    correct: bool
    explanation: dict[str, str]


def checkpoint(name: str, sealed: str = "") -> VBox:
    """Show a question and keep the learner's prediction.

    Parameters
    ----------
    name
        Id in the course's ``checkpoints.yml``. The course is the folder that the notebook lies in.
    sealed
        Question and sealed answers, put here when the notebook is built. Without it the course's
        ``checkpoints.yml`` beside the notebook is read.

    Returns
    -------
    ipywidgets.VBox
        Works with keyboard and screen reader; waits for nobody when no one answers.

    Examples
    --------
    The whole cell of a lesson::

        kit.checkpoint("softmax-overflow")
    """
    from .questions import Question

    question = _sealed(name, sealed)
    _opened[name] = question
    return Question(name, question, language())


def recall(name: str) -> Recalled:
    """Show what the learner predicted, now that the result is there.

    Examples
    --------
    The whole cell of a lesson::

        kit.recall("softmax-overflow")
    """
    return Recalled(kept(name), WORDS[language()])


class Recalled:
    """A prediction shown again, as text and as HTML."""

    def __init__(self, prediction: Prediction | None, words: dict[str, str]) -> None:
        self.prediction, self.words = prediction, words

    def _lines(self) -> list[str]:
        if self.prediction is None:
            return [self.words["none"]]
        return [f"{self.words['predicted']}: {self.prediction.label}", said(self.prediction, self.words)]

    def __repr__(self) -> str:
        return "\n".join(self._lines())

    def _repr_html_(self) -> str:
        return "".join(f"<p>{rich(line)}</p>" for line in self._lines())


def language() -> str:
    """Return ``en`` or ``zh``, from ``ACADEMY_LANGUAGE``."""
    chosen = os.environ.get("ACADEMY_LANGUAGE", "en")[:2]
    return chosen if chosen in WORDS else "en"


def said(prediction: Prediction, words: dict[str, str]) -> str:
    """Return the verdict with its explanation."""
    explanation = prediction.explanation.get(language()) or prediction.explanation.get("en", "")
    return f"{words['right'] if prediction.correct else words['wrong']} {explanation}".strip()


def rich(text: str) -> str:
    """Return safe HTML for a line of plain text with `code` in backticks."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text, quote=False))


def commit(name: str, question: Sealed, answer: str) -> tuple[Prediction, bool]:
    """Judge an answer and keep it when it is the first; tell whether the service failed to answer.

    Raises
    ------
    catalogue.notebooks.checkpoints.AnswerError
        When the answer cannot be judged, with words for the learner.
    """
    from catalogue.notebooks.checkpoints import judge

    label = question.choices[answer].get(language(), answer) if answer in question.choices else answer
    url = _service(name)
    if url:
        try:
            found = _asked(url, json.dumps({"answer": answer}).encode())
            return Prediction(answer, label, bool(found["correct"]), dict(found["explanation"])), False
        except (OSError, ValueError, KeyError, TypeError):
            pass  # the learner is told below; the seal judges as well
    verdict = judge(question, answer)
    prediction = Prediction(answer, label, verdict.correct, verdict.explanation)
    _keep(name, prediction)
    return prediction, bool(url)


def kept(name: str) -> Prediction | None:
    """Return the learner's first prediction, from the service or from this machine."""
    if url := _service(name):
        try:
            found = _asked(url)
            question = _opened.get(name)
            choices = question.choices if question else {}
            label = choices.get(str(found["answer"]), {}).get(language(), str(found["answer"]))
            return Prediction(str(found["answer"]), label, bool(found["correct"]), dict(found["explanation"]))
        except (OSError, ValueError, KeyError, TypeError):
            pass  # not asked yet, or no service: what was kept here counts
    found = _read().get(Path.cwd().name, {}).get(name)
    return Prediction(**found) if found else None


def _sealed(name: str, sealed: str) -> Sealed:
    from catalogue.notebooks.checkpoints import seal, unseal

    if sealed:
        return unseal(sealed)
    beside = Path.cwd() / "checkpoints.yml"
    if not beside.is_file():
        raise FileNotFoundError(
            f"checkpoint {name!r} carries no seal and {beside} is missing; run ./academy notebooks build"
        )
    from ruamel.yaml import YAML

    entries = YAML(typ="safe").load(beside.read_text(encoding="utf-8"))
    if name not in entries:
        raise KeyError(f"no checkpoint {name!r} in {beside}; there are: {', '.join(entries)}")
    return unseal(seal(entries[name]))


def _service(name: str) -> str:
    base, token = os.environ.get("ACADEMY_URL"), os.environ.get("JUPYTERHUB_API_TOKEN")
    return f"{base.rstrip('/')}/api/checkpoints/{Path.cwd().name}/{name}" if base and token else ""


def _asked(url: str, body: bytes | None = None) -> dict[str, Any]:
    headers = {
        "Authorization": f"token {os.environ['JUPYTERHUB_API_TOKEN']}",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(url, data=body, headers=headers)
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=SECONDS) as answer:
        return json.load(answer)


def _file() -> Path:
    from catalogue.folders import data_folder

    return data_folder() / "predictions.json"


def _read() -> dict[str, dict[str, Any]]:
    try:
        return json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _keep(name: str, prediction: Prediction) -> None:
    """Keep the first prediction; a folder that cannot be written costs the memory, not the lesson."""
    everything = _read()
    course = everything.setdefault(Path.cwd().name, {})
    if name in course:
        return
    course[name] = asdict(prediction)
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=_file().parent, prefix=".predictions-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(everything, file, ensure_ascii=False)
        os.replace(temporary, _file())
    except OSError:
        return
