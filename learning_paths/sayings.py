"""The words of explanations, in English and Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any

Text = dict[str, str]

SAYINGS = {
    "goal": {
        "en": "“{skill}” is part of your goal: {goal}.",
        "zh": "“{skill}”是你目标“{goal}”的一部分。",
    },
    "pinned": {
        "en": "“{unit}” is pinned into this plan; it is about “{skill}”.",
        "zh": "“{unit}”被固定在计划中，内容是“{skill}”。",
    },
    "pinned-too": {
        "en": "It is pinned into this plan as well: it comes as early as its needs allow.",
        "zh": "它还被固定在计划中：在先修允许的范围内尽早安排。",
    },
    "need": {
        "en": "“{asker}” needs “{skill}”: {why}.",
        "zh": "学“{asker}”之前要会“{skill}”：{why}。",
    },
    "uses": {
        "en": "“{unit}” takes “{skill}” as known.",
        "zh": "“{unit}”默认你已经会“{skill}”。",
    },
    "failed": {
        "en": "“{asker}” counts as mastered and rests on “{skill}”; asked about that itself, you lacked it.",
        "zh": "“{asker}”视为已掌握，它以“{skill}”为基础；而直接考查“{skill}”时你没有答对。",
    },
    "leads": {"en": "It leads on to “{end}”, which your goal asks for.", "zh": "它通向目标所要求的“{end}”。"},
    "not-taught": {
        "en": "This academy does not teach “{skill}” yet.",
        "zh": "本学院尚未讲授“{skill}”。",
    },
    "planned": {
        "en": "It is planned for {courses}; the hours are its share of the {units} still to come there, "
        "without practice at work.",
        "zh": "规划由{courses}讲授；学时按其中尚待开设的{units}分摊估算，不含工作中的实践。",
    },
    "unplanned": {
        "en": "No course is planned for it; the hours are what a level takes here on average.",
        "zh": "目前没有规划讲授它的课程；学时取本学院一个级别的平均值。",
    },
    "meanwhile": {
        "en": "Learn it elsewhere for now, from a colleague or a textbook, and look for: {contents}.",
        "zh": "目前请先在别处学习（请教同事或阅读教材），要点：{contents}。",
    },
    "not-proved": {
        "en": "No graded lab proves “{skill}” yet, so the plan cannot tell afterwards whether you have it.",
        "zh": "目前还没有实验能证明“{skill}”，因此学完后计划无法确认你是否掌握。",
    },
    "unknown": {
        "en": "Nothing that you told us says that you know it already ({percent} %, between "
        "{low} and {high}).",
        "zh": "从你填写的背景看，还没有迹象表明你已经掌握它（{percent} %，{low}～{high} %）。",
    },
    "guess": {
        "en": "From what we know of you the chance that you know it is {percent} % (between {low} and "
        "{high}): too little to leave it out.",
        "zh": "根据对你的了解，估计你已掌握它的可能性约为 {percent} %（{low}～{high} %），还不足以跳过。",
    },
    "evidence": {
        "en": "Your {work} reached {score} of {points} points: we put it at {percent} % now (between {low} "
        "and {high}).",
        "zh": "你的{work}得了 {score} / {points} 分，目前估计掌握程度为 {percent} %（{low}～{high} %）。",
    },
    "answered": {
        "en": "You answered a placement question about it rightly: we put it at {percent} % (between {low} "
        "and {high}), which is not enough yet.",
        "zh": "你答对了一道相关的水平测试题，目前估计掌握程度为 {percent} %（{low}～{high} %），还不够。",
    },
    "not-answered": {
        "en": "You did not have the answer to a placement question about it: we put it at {percent} % now "
        "(between {low} and {high}).",
        "zh": "你没有答出一道相关的水平测试题，目前估计掌握程度为 {percent} %（{low}～{high} %）。",
    },
    "faded": {
        "en": "You showed it on {date} with your {work}; such knowledge fades and now stands at {percent} "
        "% (between {low} and {high}): a refresher.",
        "zh": "{date}，你的{work}证明过它；这类知识会随时间淡忘，现估计为 {percent} %（{low}～{high} %），"
        "建议复习。",
    },
    "way-title": {"en": "The way over {title}", "zh": "经过“{title}”的路径"},
    "way-known": {"en": "you have it: {percent} %", "zh": "已掌握：{percent} %"},
    "way-missing": {
        "en": "missing: {percent} % (between {low} and {high})",
        "zh": "欠缺：{percent} %（{low}～{high} %）",
    },
    "way-unit": {
        "en": "this unit, {hours} h. {skill}: {standing}",
        "zh": "本单元，{hours} 学时。{skill}：{standing}",
    },
    "way-gap": {
        "en": "not taught here yet, about {hours} h; {standing}",
        "zh": "本学院尚未讲授，约 {hours} 学时；{standing}",
    },
    "way-pinned": {"en": "pinned into this plan", "zh": "已固定在计划中"},
    "way-goal": {"en": "your goal", "zh": "你的目标"},
    "way-uses": {"en": "“{unit}” takes it as known", "zh": "“{unit}”默认你已经会"},
    "skip-open": {
        "en": "If you leave it out, “{skill}” stays open.",
        "zh": "如果跳过，“{skill}”将一直欠缺。",
    },
    "skip-units": {
        "en": "Later units that take it as known: {count} ({hours} hours), first {titles}.",
        "zh": "后面有 {count} 个单元（{hours} 学时）默认你已会，最先是{titles}。",
    },
    "skip-goals": {
        "en": "Of your goal these stay out of reach: {goals}.",
        "zh": "目标中以下能力将无法达到：{goals}。",
    },
    "alternative-unit": {
        "en": "{title} ({hours} hours) teaches or proves the same.",
        "zh": "{title}（{hours} 学时）讲授或证明同样的内容。",
    },
    "alternative-test-out": {
        "en": "If you know it already, do the lab {title} right away: passing it takes this lesson out.",
        "zh": "如果你已经会，可直接做实验{title}：通过后本课即可移出计划。",
    },
    "alternative-proof": {
        "en": "Nothing else here proves the same. Questions of the placement test or a certificate count as "
        "evidence too.",
        "zh": "这里没有其他单元能证明同样的内容；水平测试的题目或证书也可作为依据。",
    },
    "alternative-elsewhere": {
        "en": "Learned at work or elsewhere it can be shown by questions of the placement test or by "
        "a certificate.",
        "zh": "如在工作中或别处学会，可通过水平测试的题目或证书来证明。",
    },
    "marked-pin": {
        "en": "Pinned by {by} on {date}: it comes as early as its needs allow.",
        "zh": "{by} 于 {date} 固定：在先修允许的范围内尽早安排。",
    },
    "marked-skip": {
        "en": "Left out by {by} on {date}.",
        "zh": "{by} 于 {date} 跳过。",
    },
    "marked-test-out": {
        "en": "Tested out by {by} on {date}: the lab stays, its lessons go.",
        "zh": "{by} 于 {date} 选择直接测试：保留实验，免去课程。",
    },
    "changed-mark": {"en": "“{title}”:", "zh": "“{title}”："},
    "changed-unmarked": {"en": "No longer marked: {titles}.", "zh": "已撤销标记：{titles}。"},
    "changed-graded": {
        "en": "Your lab “{lab}” is graded: {tasks} points.",
        "zh": "你的实验“{lab}”已评分：{tasks}。",
    },
    "changed-regraded": {
        "en": "Your lab “{lab}” was graded again: {tasks} points.",
        "zh": "你的实验“{lab}”已重新评分：{tasks}。",
    },
    "changed-task": {"en": "{title} {score} of {points}", "zh": "{title} {score} / {points} 分"},
    "changed-placed": {
        "en": "Your placement test: {right} of {count} answers right.",
        "zh": "你的水平测试：{count} 题中答对 {right} 题。",
    },
    "changed-shown": {"en": "Taken up: your {work} counts.", "zh": "已计入：你的{work}。"},
    "changed-mastered": {
        "en": "“{skill}” went from {before} % to {after} %, which counts as mastered.",
        "zh": "“{skill}”从 {before} % 变为 {after} %，视为已掌握。",
    },
    "changed-not-yet": {
        "en": "“{skill}” went from {before} % to {after} %, which is not enough yet.",
        "zh": "“{skill}”从 {before} % 变为 {after} %，尚未达到要求。",
    },
    "changed-left": {"en": "Out of the plan: {titles}.", "zh": "已从计划中移出：{titles}。"},
    "changed-came": {"en": "New in the plan: {titles}.", "zh": "计划中新增：{titles}。"},
    "changed-profile": {"en": "You changed what you told us about yourself.", "zh": "你修改了个人信息。"},
}


def say(kind: str, words: Mapping[str, Any], among: Mapping[str, Text] = SAYINGS) -> Text:
    """Return a saying in both languages, with its words filled in; a word may be a text in both languages."""
    english, chinese = dict(words), dict(words)
    for name, value in words.items():
        if not isinstance(value, (str, int)):
            english[name], chinese[name] = value["en"], value["zh"]
    saying = among[kind]
    return {"en": saying["en"].format_map(english), "zh": saying["zh"].format_map(chinese)}


def joined(sentences: Sequence[Mapping[str, str]]) -> Text:
    """Return sentences one after the other; Chinese has no space between them."""
    return {
        language: space.join(sentence[language] for sentence in sentences)
        for language, space in (("en", " "), ("zh", ""))
    }


def listed(titles: Sequence[Mapping[str, str]], most: int = 3, count: int | None = None) -> Text:
    """Return titles in quotation marks, the first few by name and the rest by number.

    Parameters
    ----------
    titles
        All of them, or at least the first few.
    most
        How many are named.
    count
        How many there are, where not all are given.
    """
    found = {}
    rest = (len(titles) if count is None else count) - most
    for language, comma, more in (("en", ", ", " and {} more"), ("zh", "、", "等另外 {} 项")):
        text = comma.join(f"“{title[language]}”" for title in titles[:most])
        found[language] = text + (more.format(rest) if rest > 0 else "")
    return found


def counted(lessons: int, labs: int) -> Text:
    """Return numbers of lessons and labs in words."""
    kinds = ((lessons, "lesson", "节课"), (labs, "lab", "个实验"))
    there = [(number, one, zh) for number, one, zh in kinds if number]
    return {
        "en": " and ".join(f"{number} {one}{'s' * (number > 1)}" for number, one, _ in there),
        "zh": "和".join(f" {number} {zh}" for number, _, zh in there),
    }
