"""The widget of a checkpoint, in a module of its own: ipywidgets is loaded only where it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets as widgets

from catalogue.notebooks.checkpoints import AnswerError

from .checkpoints import WORDS, Prediction, commit, kept, rich, said

if TYPE_CHECKING:
    from catalogue.notebooks.checkpoints import Sealed

WIDE = widgets.Layout(width="auto", max_width="46em")


class Question(widgets.VBox):
    """A prompt, a way to answer, a button, and a status line that screen readers announce."""

    def __init__(self, name: str, sealed: Sealed, language: str) -> None:
        self._name, self._sealed, self._language, self._words = name, sealed, language, WORDS[language]
        self._prompt = sealed.prompt.get(language) or sealed.prompt["en"]
        self.answer = self._field()
        self.button = widgets.Button(description=self._words["commit"], tooltip=self._words["commit"])
        self.button.on_click(lambda _: self._commit())
        self.status = widgets.HTMLMath(layout=WIDE)
        super().__init__(
            [widgets.HTMLMath(rich(self._prompt), layout=WIDE), self.answer, self.button, self.status]
        )
        if (before := kept(name)) is not None:
            self._say(f"{self._words['predicted']}: {before.label}")

    def _field(self) -> widgets.DOMWidget:
        style = {"description_width": "initial"}
        if self._sealed.kind == "choice":
            options = [
                (text.get(self._language) or text["en"], key) for key, text in self._sealed.choices.items()
            ]
            return widgets.RadioButtons(
                options=options, value=None, description=self._words["answer"], style=style, layout=WIDE
            )
        unit = f" ({self._sealed.unit})" if self._sealed.unit else ""
        field = widgets.Text(description=self._words["answer"] + unit, style=style, layout=WIDE)
        field.continuous_update = False  # Enter commits, as the button does
        field.observe(lambda _: self._commit(), "value")
        return field

    def _commit(self) -> None:
        if not self.answer.value:
            self._say(self._words["choose"])
            return
        try:
            prediction, alone = commit(self._name, self._sealed, self.answer.value)
        except AnswerError as error:
            self._say(str(error))
            return
        self._judged(prediction, alone)

    def _judged(self, prediction: Prediction, alone: bool) -> None:
        lines = [said(prediction, self._words)] + ([self._words["offline"]] if alone else [])
        self._say(" ".join(lines))

    def _say(self, text: str) -> None:
        self.status.value = f'<div role="status" aria-live="polite">{rich(text)}</div>'

    def _text(self) -> str:
        lines = [self._prompt]
        for key, text in self._sealed.choices.items():
            lines.append(f"  {key}) {text.get(self._language) or text['en']}")
        return "\n".join(lines)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Give the question itself as text where widgets are not shown."""
        bundle = super()._repr_mimebundle_(**kwargs)
        bundle["text/plain"] = self._text()
        return bundle
