"""What learners, staff and operators are told when something cannot be done, in English and Chinese."""

from collections.abc import Mapping
from typing import Any

from catalogue.errors import UnknownId, nearest
from learning_paths.sayings import Text

FEW = 12
NONE: Mapping[str, Any] = {}

REFUSALS: dict[str, Text] = {
    # profiles and goals
    "no-goal": {
        "en": "no goal is given; name a role (operator-developer) or competencies at levels (fine-tuning@I)",
        "zh": "没有给出目标；请选择岗位（如 operator-developer）或带级别的能力（如 fine-tuning@I）",
    },
    "unknown-id": {"en": "{unknown}", "zh": "{unknown}"},
    "unknown-background": {"en": "{unknown}; or {none}", "zh": "{unknown}；没有则填 {none}"},
    "no-level": {
        "en": "{level} in {text} is no level; use B (basic), I (intermediate), P (professional) or E",
        "zh": "{text} 中的 {level} 不是级别；请用 B（基础）、I（中级）、P（专业）或 E（专家）",
    },
    "no-profile-object": {
        "en": 'the profile is no JSON object; send {{"role": …, "hours": …}}',
        "zh": '个人信息不是 JSON 对象；请发送 {{"role": …, "hours": …}}',
    },
    "unknown-field": {
        "en": "unknown field {field}; known: {known}",
        "zh": "没有名为 {field} 的字段；可用：{known}",
    },
    "no-names": {
        "en": 'competencies is no list of names; write ["fine-tuning@I"]',
        "zh": '能力必须是名称的列表；请写成 ["fine-tuning@I"]',
    },
    "no-language": {
        "en": "unknown language {language}; use en or zh",
        "zh": "没有名为 {language} 的语言；请用 en 或 zh",
    },
    "no-name": {"en": "{field} is {value}, not a name", "zh": "{field}填的是 {value}，不是名称"},
    "no-number-from": {
        "en": "{field} is {value}; give a number from {least} to {most}",
        "zh": "{field}填的是 {value}；请填写 {least} 到 {most} 之间的数",
    },
    "not-in-migration": {
        "en": "{value} is not part of migration {name}; it has {known}",
        "zh": "转型路径 {name} 中没有 {value}；可选：{known}",
    },
    "no-track": {
        "en": "unknown track {track}; known: {known}",
        "zh": "没有名为 {track} 的路线；可用：{known}",
    },
    "no-profile": {
        "en": "{user} has not said who they are and where they want to go; fill in the form first",
        "zh": "{user} 还没有填写背景和目标；请先填写表单",
    },
    # plans and marks
    "no-unit-in-plan": {
        "en": "the plan has no unit {unit}; ./academy plan and the start page list its units",
        "zh": "计划中没有单元{unit}；计划中的单元见首页或 ./academy plan",
    },
    "no-picture": {
        "en": "cannot write {path}: {why}; choose another --picture",
        "zh": "无法写入 {path}：{why}；请换一个 --picture",
    },
    "unknown-mark-field": {
        "en": "unknown field {field}; known: unit, kind, reason",
        "zh": "没有名为 {field} 的字段；可用：unit、kind、reason",
    },
    "long-reason": {
        "en": "the reason is no text of at most {most} letters; say it shorter",
        "zh": "原因必须是不超过 {most} 个字符的文字；请写得短一些",
    },
    "no-mark": {
        "en": "there is no mark {number} in this plan; reload the page, it lists those that hold",
        "zh": "计划中没有标记 {number}；请刷新页面，查看现有的标记",
    },
    "marked-by-other": {
        "en": "“{unit}” was marked by {by}; ask them to undo it",
        "zh": "“{unit}”是由 {by} 标记的；如需撤销请联系对方",
    },
    "unknown-kind": {"en": "unknown kind {kind}; use {known}", "zh": "没有 {kind} 这种标记；可用：{known}"},
    "unknown-unit": {
        "en": "unknown unit {unit}; give the id of a unit of the plan, such as lab:rag",
        "zh": "没有名为 {unit} 的单元；请给出计划中单元的编号，如 lab:rag",
    },
    "no-test-out": {
        "en": "“{unit}” cannot be tested out: no lab proves what it teaches; possible: {possible}",
        "zh": "“{unit}”不能直接测试：没有实验能证明它讲授的内容；可以：{possible}",
    },
    "no-pin": {
        "en": "“{unit}” is not taught here yet, so it cannot be pinned; possible: {possible}",
        "zh": "“{unit}”在本学院尚未讲授，因此不能固定；可以：{possible}",
    },
    # lessons' checkpoints
    "no-checkpoint": {
        "en": "unknown checkpoint {name} in course {course}; see its checkpoints.yml",
        "zh": "课程{course}中没有检查点 {name}；见其 checkpoints.yml",
    },
    "checkpoint-choice": {"en": "{why}", "zh": "这不是选项之一；请从选项中选择一个"},
    "checkpoint-number": {"en": "{why}", "zh": "这不是可以读取的数；请写成 88.7 或 1e3 这样的形式"},
    "checkpoint-code": {"en": "{why}", "zh": "答案为空或过长；请写一行代码"},
    # hints
    "no-handed-lab": {
        "en": "lab {lab} is not handed out here; open a lab from the plan",
        "zh": "这里没有发放实验 {lab}；请从计划中打开实验",
    },
    "no-task": {
        "en": "lab {lab} has no task {task}; reload the page, it lists the tasks",
        "zh": "实验 {lab} 没有任务 {task}；请刷新页面，查看任务列表",
    },
    "no-hint": {
        "en": "task {task} has no hint {number}; it has {count}",
        "zh": "任务 {task} 没有提示 {number}；共有 {count} 条提示",
    },
    "hint-too-soon": {
        "en": "hint {number} comes too soon; ask for hint {next} first",
        "zh": "还不能看提示 {number}；请先看提示 {next}",
    },
    # the placement test
    "not-open": {
        "en": "question {position} is not open: an answer is final; load the test again",
        "zh": "第 {position} 题已不能作答：答案提交后不可更改；请重新载入测试",
    },
    "no-seconds": {
        "en": "seconds is {seconds}; leave it out, or send 0 to 86400",
        "zh": "seconds 为 {seconds}；请省略，或发送 0 到 86400",
    },
    "no-placement": {
        "en": "{learner} has no open placement test; start one first",
        "zh": "{learner} 没有正在进行的水平测试；请先开始一次",
    },
    "no-option": {
        "en": "{answer} names no option; give a number from 0 to {last}",
        "zh": "{answer} 不是选项编号；请给出 0 到 {last} 之间的数",
    },
    "no-order": {
        "en": "{answer} is no order; give each number from 0 to {last} once, as a list",
        "zh": "{answer} 不是排列；请以列表给出 0 到 {last}，每个数一次",
    },
    "no-number": {
        "en": "{answer} is no number; type it as 1.5, 3/2 or 2e3",
        "zh": "{answer} 不是数；请写成 1.5、3/2 或 2e3 这样的形式",
    },
    "not-this-option": {
        "en": "{text} is no answer here; type 1 to {count}, or ?",
        "zh": "{text} 不是这里的答案；请输入 1 到 {count}，或 ?",
    },
    "not-this-order": {
        "en": "{text} is no answer here; type 1 to {count} once, or ?",
        "zh": "{text} 不是这里的答案；请把 1 到 {count} 各写一次，或输入 ?",
    },
    "apply-alone": {
        "en": "--apply goes with --report: it uses what the report found",
        "zh": "--apply 要与 --report 一起用：它采用报告中得到的数值",
    },
    "no-answers": {
        "en": "cannot read the answers: {why}, {path}; it must be a JSON list",
        "zh": "无法读取答案：{why}，{path}；必须是 JSON 列表",
    },
    "no-answer-list": {
        "en": "{path} holds no list; write one answer after another: [1, null, 12.5]",
        "zh": "{path} 中不是列表；请依次写出答案：[1, null, 12.5]",
    },
    "one-answer": {
        "en": "answer {number} of {path}: {why}; those before it were kept",
        "zh": "{path} 的第 {number} 个答案：{why}；此前的答案已保存",
    },
    # the item bank
    "no-item": {
        "en": "the item bank has no {key} any more; start a new placement",
        "zh": "题库中已没有 {key}；请重新开始一次水平测试",
    },
    "many-cases": {
        "en": "draws gives {count} cases; at most {most}, list fewer values",
        "zh": "draws 有 {count} 种取值组合；最多 {most} 种，请减少取值",
    },
    "no-finite": {
        "en": "answer: {expression} gives {value}; it must be a finite number",
        "zh": "answer：{expression} 得到 {value}；必须是有限的数",
    },
    "no-arithmetic": {
        "en": "{where}: cannot work out {expression} ({why}); arithmetic over {names} with {functions}",
        "zh": "{where}：无法计算 {expression}（{why}）；可用 {names} 与 {functions} 进行运算",
    },
    "no-value": {
        "en": "{where}: {expression} gives {value}; it must give a number or a text",
        "zh": "{where}：{expression} 得到 {value}；结果必须是数或文字",
    },
    "no-such-value": {
        "en": "<<{name}>> is neither drawn nor derived; there are {known}",
        "zh": "<<{name}>> 既没有抽取也没有推导；现有：{known}",
    },
    "bad-format": {
        "en": "<<{name}:{form}>>: {why}, for the value {value}",
        "zh": "<<{name}:{form}>>：{why}，取值为 {value}",
    },
    # tracks and the order of units
    "unknown-in-track": {
        "en": "unknown competency {name}, tracks/{file}; see ./academy catalogue show",
        "zh": "没有名为 {name} 的能力，tracks/{file}；见 ./academy catalogue show",
    },
    "no-track-mapping": {
        "en": "is no YAML mapping: {why}, tracks/{file}; mend the file",
        "zh": "不是 YAML 映射：{why}，tracks/{file}；请修改该文件",
    },
    "bad-track": {
        "en": "{where}: {why}, tracks/{file}; mend the file",
        "zh": "{where}：{why}，tracks/{file}；请修改该文件",
    },
    "circle": {
        "en": "these units wait for each other: {units}; see ./academy catalogue check",
        "zh": "这些单元互为先修：{units}；见 ./academy catalogue check",
    },
    # the store and the gradebook
    "store-closed": {
        "en": "cannot open the store: {why}, {store}; check path and rights",
        "zh": "无法打开数据库：{why}，{store}；请检查路径和权限",
    },
    "store-unread": {
        "en": "cannot read the store: {why}, {store}; check that its database is up",
        "zh": "无法读取数据库：{why}，{store}；请检查它是否在运行",
    },
    "store-unwritten": {
        "en": "cannot write to the store: {why}, {store}; check disk space and rights",
        "zh": "无法写入数据库：{why}，{store}；请检查磁盘空间和权限",
    },
    "store-too-long": {
        "en": "cannot write to the store: {why}, {store}; shorten it",
        "zh": "无法写入数据库：{why}，{store}；请缩短内容",
    },
    "store-newer": {
        "en": "the store is of a newer version ({version}), {store}; update the academy",
        "zh": "数据库的版本较新（{version}），{store}；请更新学院",
    },
    "no-url": {
        "en": "the store's address is no database URL; write it as sqlite:////path/learning.db"
        " or postgresql://user:password@host/database",
        "zh": "数据库地址不是数据库 URL；请写成 sqlite:////path/learning.db"
        " 或 postgresql://user:password@host/database",
    },
    "no-store-folder": {
        "en": "the store's folder is missing, {folder}; make it, or name another --data",
        "zh": "数据库所在的文件夹 {folder} 不存在；请建立它，或换一个 --data",
    },
    "no-store": {
        "en": "there is no store in {data}; start the hub once, or name another --data",
        "zh": "{data} 中没有数据库；请先启动一次学院，或换一个 --data",
    },
    "no-kept-mark": {
        "en": "there is no mark {number}; the plan lists those that hold",
        "zh": "没有标记 {number}；现有的标记见计划",
    },
    "no-kept-model": {
        "en": "there is no model {number}; known: {known}",
        "zh": "没有模型 {number}；现有：{known}",
    },
    "no-kept-placement": {
        "en": "there is no placement {number}; start one first",
        "zh": "没有水平测试 {number}；请先开始一次",
    },
    "placement-ended": {
        "en": "placement {number} is not open; start another one",
        "zh": "水平测试 {number} 已结束；请重新开始一次",
    },
    "no-question": {
        "en": "placement {number} has no question {position}; ask for the next one",
        "zh": "水平测试 {number} 没有第 {position} 题；请取下一题",
    },
    "no-gradebook": {
        "en": "cannot read the gradebook: {why}, {book}; check it: nbgrader db",
        "zh": "无法读取成绩册：{why}，{book}；请用 nbgrader db 检查",
    },
    # files of evidence, and what is kept of a person
    "file-unread": {
        "en": "cannot read {path}: {why}; check name and rights",
        "zh": "无法读取 {path}：{why}；请检查文件名和权限",
    },
    "no-utf-8": {
        "en": "{path} is not UTF-8 at byte {byte}; save it as UTF-8",
        "zh": "{path} 在第 {byte} 字节处不是 UTF-8；请另存为 UTF-8",
    },
    "no-file": {
        "en": "there is no {path}; give a certificate list (.csv), statements (.json) or a folder",
        "zh": "没有 {path}；请给出证书清单（.csv）、语句文件（.json）或文件夹",
    },
    "no-column": {
        "en": "{path} has no column {names}; the first line must be: {form}",
        "zh": "{path} 缺少列 {names}；第一行必须是：{form}",
    },
    "no-csv": {
        "en": "{path}:{line} is no CSV: {why}; the first line must be: {form}",
        "zh": "{path}:{line} 不是 CSV：{why}；第一行必须是：{form}",
    },
    "no-statements": {
        "en": "{path} has no statements; they are read from {suffixes}",
        "zh": "{path} 中没有语句文件；可读取 {suffixes}",
    },
    "out-there": {"en": "{out} is there already; name another --out", "zh": "{out} 已存在；请换一个 --out"},
    "out-unwritten": {
        "en": "cannot write {out}: {why}; name another --out",
        "zh": "无法写入 {out}：{why}；请换一个 --out",
    },
    "nothing-kept": {
        "en": "the store has nothing of {learner}; names are those of ./academy hub --accounts",
        "zh": "数据库中没有 {learner} 的内容；账号名见 ./academy hub --accounts",
    },
    "erase-unsure": {
        "en": "erasing {learner} cannot be undone; add --yes, or look first with --dry-run",
        "zh": "删除 {learner} 后无法恢复；请加上 --yes，或先用 --dry-run 查看",
    },
    # models of mastery
    "no-graded": {
        "en": "there is no graded work in the store; grade labs first: ./academy grade",
        "zh": "数据库中没有已评分的作业；请先评分：./academy grade",
    },
    "other-columns": {
        "en": "a model of other columns: {columns}; run ./academy refit again",
        "zh": "模型的列不同：{columns}；请重新运行 ./academy refit",
    },
    "no-plot": {"en": "--plot: cannot write {path}: {why}", "zh": "--plot：无法写入 {path}：{why}"},
    "no-model": {
        "en": "--activate: there is no model {number}; known: {known}",
        "zh": "--activate：没有模型 {number}；现有：{known}",
    },
}

FIELDS: dict[str, Text] = {
    "role": {"en": "role", "zh": "岗位"},
    "degree": {"en": "degree", "zh": "学历专业"},
    "job": {"en": "job", "zh": "目前的工作"},
    "years": {"en": "years", "zh": "工作年限"},
    "hours": {"en": "hours", "zh": "每周学时"},
    "weeks": {"en": "weeks", "zh": "可用周数"},
}
MARKS: dict[str, Text] = {
    "pin": {"en": "pin", "zh": "固定"},
    "skip": {"en": "skip", "zh": "跳过"},
    "test-out": {"en": "test-out", "zh": "直接测试"},
}
_KINDS = {
    "role": "岗位",
    "degree": "学历专业",
    "job": "工作",
    "competency": "能力",
    "migration": "转型路径",
}


def unknown(error: UnknownId, among: Mapping[str, Any] = NONE) -> Text:
    """Return what the catalogue says of an id that it does not have.

    Parameters
    ----------
    among
        What there is of that kind, where it has titles: learners know things by them.
    """
    called = {text: name for name, one in among.items() for text in (one.title.en, one.title.zh)}
    near = nearest(error.value, error.known, names=called) or (error.known if len(error.known) <= FEW else ())
    if near:
        told = (f"{among[name].title.zh}（{name}）" if name in among else name for name in near)
        mend = f"可选：{'、'.join(told)}"
    else:
        mend = f"共有 {len(error.known)} 个，见 ./academy catalogue show"
    return {"en": str(error), "zh": f"没有名为 {error.value!r} 的{_KINDS[error.kind]}；{mend}"}


def in_turn(names: Any, texts: Mapping[str, Any] | None = None) -> Text:
    """Return names one after the other, as both languages join them.

    Parameters
    ----------
    texts
        What each is called in both languages; left out, as it is.
    """
    told = [(texts or {}).get(name) or {"en": str(name), "zh": str(name)} for name in names]
    return {"en": ", ".join(one["en"] for one in told), "zh": "、".join(one["zh"] for one in told)}
