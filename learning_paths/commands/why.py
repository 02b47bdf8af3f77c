"""What ``academy plan --why`` prints: all that is to be said about one unit, and its picture in a file."""

import os
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape

from learning_paths.errors import PlanError

WORDS = {
    "en": {"unlocks": "Afterwards you can start: {titles}."},
    "zh": {"unlocks": "之后可以开始：{titles}。"},
}


def show_why(unit: dict[str, Any], language: str) -> None:
    """Print the reasons of a unit, what follows from leaving it out, and its nearest alternative."""
    console = Console()
    console.print(escape(unit["title"][language]), style="bold")
    said = [reason["text"][language] for reason in unit["reasons"]]
    if unit["unlocks"]:
        titles = ("、" if language == "zh" else ", ").join(one["title"][language] for one in unit["unlocks"])
        said.append(WORDS[language]["unlocks"].format(titles=titles))
    said += [unit["if_skipped"]["text"][language], unit["alternative"]["text"][language]]
    for text in said:
        console.print(f"- {escape(text)}")


def write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises
    ------
    PlanError
        When it cannot be written.
    """
    try:
        handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(draft, 0o644)
            os.replace(draft, path)
        except BaseException:
            os.unlink(draft)
            raise
    except OSError as error:
        raise PlanError(f"cannot write {path}: {error.strerror}; choose another --picture") from error
