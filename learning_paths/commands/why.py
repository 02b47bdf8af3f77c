"""What ``academy plan --why`` prints: all that is to be said about one unit, and its picture in a file."""

from typing import Any

from rich.console import Console
from rich.markup import escape

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
