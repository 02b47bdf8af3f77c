"""The words about evidence, in English and Chinese: where it comes from, and why something is none."""

from typing import Any

from learning_paths import sayings
from learning_paths.sayings import Text

SAYINGS = {
    "verb": {
        "en": "the verb {verb} says nothing about mastery; known: {known}",
        "zh": "动词 {verb} 与掌握程度无关；可用：{known}",
    },
    "nobody": {
        "en": "names nobody; actor.account.name must be the hub's name of a learner",
        "zh": "没有指明是谁；actor.account.name 必须是学员的账号名",
    },
    "no-uuid": {"en": "its id is no UUID", "zh": "id 不是 UUID"},
    "withdrawn": {"en": "statement {key} was withdrawn", "zh": "语句 {key} 已被撤回"},
    "no-entry": {
        "en": "no entry of the mapping has the object {activity}; add it to evidence-mapping.yml",
        "zh": "映射中没有对象 {activity}；请把它加入 evidence-mapping.yml",
    },
    "no-score": {
        "en": "{verb} without result.score.scaled from -1 to 1 says nothing, got {scaled}",
        "zh": "{verb} 必须带有 -1 到 1 之间的 result.score.scaled，否则无法使用，得到 {scaled}",
    },
    "no-time": {
        "en": "its timestamp {time} is missing, no ISO 8601 time or in the future",
        "zh": "时间戳 {time} 缺失、不是 ISO 8601 时间，或在将来",
    },
    "no-json": {
        "en": "is no statement: {why}; write one a line, or one JSON list",
        "zh": "不是 xAPI 语句：{why}；请每行写一条，或写成一个 JSON 列表",
    },
    "no-object": {
        "en": "is no statement: a statement must be a JSON object",
        "zh": "不是 xAPI 语句：语句必须是 JSON 对象",
    },
    "no-learner": {
        "en": "{learner} is no learner's name; write the hub's name",
        "zh": "{learner} 不是学员名；请写账号名",
    },
    "near-certificate": {
        "en": "unknown certificate {name}; the nearest: {near}",
        "zh": "未知证书 {name}；最接近的：{near}",
    },
    "no-certificate": {
        "en": "unknown certificate {name}; there are {count}, ./academy catalogue show lists directions and "
        "roles, evidence-mapping.yml has more",
        "zh": "未知证书 {name}；已知 {count} 种，方向和岗位见 ./academy catalogue show，"
        "其余见 evidence-mapping.yml",
    },
    "no-date": {
        "en": "{date} is no date; write it as 2026-11-28",
        "zh": "{date} 不是日期；请写成 2026-11-28 的形式",
    },
    "no-expiry": {
        "en": "expires: {date} is no date; write it as 2026-11-28",
        "zh": "expires：{date} 不是日期；请写成 2026-11-28 的形式",
    },
    "future": {
        "en": "the date {date} lies in the future; today is {today}",
        "zh": "日期 {date} 在将来；今天是 {today}",
    },
    "expires-before": {
        "en": "it expires on {expires}, before its date {date}; check the two",
        "zh": "失效日期 {expires} 早于取得日期 {date}；请核对",
    },
    "from-gradebook": {
        "en": "gradebook, {lab}, submission of {time}, grades {cells}",
        "zh": "成绩册，{lab}，{time} 提交，得分 {cells}",
    },
    "from-placement": {
        "en": "placement {number}, question {position}, item {item}",
        "zh": "第 {number} 次水平测试，第 {position} 题，题目 {item}",
    },
    "from-statement": {
        "en": "{where}, statement {statement}, {verb} {activity}",
        "zh": "{where}，语句 {statement}，{verb} {activity}",
    },
    "from-certificate": {"en": "{where}, certificate {name}", "zh": "{where}，证书 {name}"},
    "from-certificate-until": {
        "en": "{where}, certificate {name}, until {expires}",
        "zh": "{where}，证书 {name}，有效期至 {expires}",
    },
    "counts": {"en": "counts", "zh": "计入"},
    "revised": {"en": "revised", "zh": "已被修订"},
    "repeated": {"en": "repeated", "zh": "已有更新的一次"},
    "silent": {"en": "silent", "zh": "不说明任何能力"},
}


def say(kind: str, **words: Any) -> Text:
    """Return a saying in both languages, with its words filled in."""
    return sayings.say(kind, words, SAYINGS)
