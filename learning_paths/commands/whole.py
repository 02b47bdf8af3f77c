"""What ``academy plan`` says of a whole plan: practice at work, the proven bound, what marks leave out."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape

WORDS = {
    "en": {
        "practice": "Learning at work is {practice:.0%} practice, {coaching:.0%} from others, {lessons:.0%} "
        "lessons: with these lessons go about {work:.0f} hours of practice at work and {others:.0f} with "
        "colleagues; the labs are {labs:.0f} hours of practice here.",
        "least": "No plan reaches this in fewer hours (proven).",
        "gap": "Any plan takes at least {hours:.1f} hours (proven); this one may be {gap:.1f} above that.",
        "unlearned": "Left out by your marks, so it stays unlearned in part or in whole: {names}.",
    },
    "zh": {
        "practice": "在岗学习中实践占 {practice:.0%}，向他人学习占 {coaching:.0%}，课程占 {lessons:.0%}："
        "与这些课程相配的是约 {work:.0f} 小时的工作实践和 {others:.0f} 小时的同事指导；"
        "实验另含 {labs:.0f} 小时的练习。",
        "least": "没有更短的计划能达到该目标（已证明）。",
        "gap": "任何计划都至少需要 {hours:.1f} 学时（已证明）；本计划最多多出 {gap:.1f} 学时。",
        "unlearned": "因你的标记而略去，因此部分或全部未学：{names}。",
    },
}
COMMA = {"en": ", ", "zh": "、"}


def show_whole(made: Mapping[str, Any], language: str, console: Console) -> None:
    """Print it.

    Parameters
    ----------
    made
        A plan as :func:`learning_paths.plan.make` returns it.
    language
        ``en`` or ``zh``.
    console
        Where to print.
    """
    words, comma = WORDS[language], COMMA[language]
    practice, bound = made["practice"], made["bound"]
    console.print(
        words["practice"].format(
            practice=practice["shares"]["project_practice"],
            coaching=practice["shares"]["coaching"],
            lessons=practice["shares"]["digital_learning"],
            work=practice["work_hours"],
            others=practice["coaching_hours"],
            labs=practice["labs_hours"],
        )
    )
    gap = bound["gap_hours"]
    console.print(words["gap" if gap else "least"].format(hours=bound["hours"], gap=gap))
    if made["uncovered"]:
        console.print(escape(words["unlearned"].format(names=comma.join(made["uncovered"]))))
