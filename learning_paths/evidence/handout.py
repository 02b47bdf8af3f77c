"""Everything of one person in one file, and everything of one person gone."""

import glob
import html
import json
import os
import shlex
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any

import sqlalchemy as sa

from catalogue.folders import gradebook_url
from learning_paths.curriculum import Ground
from learning_paths.errors import EvidenceError
from learning_paths.evidence.sayings import say
from learning_paths.evidence.trace import trace
from learning_paths.sayings import Text
from learning_paths.store import Store

COURSE = "academy"
"""nbgrader's name of the one course."""
TABLES = {
    "profiles": ("What you said about yourself, every version", "你填写的个人信息（全部版本）"),
    "evidence": (
        "Graded work, statements, certificates, placement",
        "已评分的作业、学习记录、证书与水平测试",
    ),
    "traces": ("What each of these changed in what is believed of you", "每条记录如何改变对你的评估"),
    "predictions": ("Answers to checkpoints in lessons", "课程中检查点的回答"),
    "placements": ("Placement tests", "水平测试"),
    "answers": ("Answers in placement tests", "水平测试的回答"),
    "hints": ("Hints to tasks of labs that you asked for", "你查看过的实验任务提示"),
    "plans": ("Plans as they were shown to you", "曾向你展示的学习计划"),
    "audit": (
        "What you did here that is kept for audit, and who looked at or changed your marks when",
        "为审计保留的你的操作，以及他人何时查看或修改你的成绩",
    ),
    "usage": ("How long your servers ran and were in use, a day a row", "你的服务器每日运行与使用的时长"),
    "marks": ("What you or an instructor pinned, skipped or tested out of", "你或教师置顶、跳过或免修的单元"),
}
PAGE = Path(__file__).with_name("handout.html")


def export(
    store: Store,
    ground: Ground,
    learner: str,
    out: Path,
    now: datetime,
    audit: Sequence[Mapping[str, Any]] = (),
    usage: Sequence[Mapping[str, Any]] = (),
) -> dict[str, int]:
    """Write all that is kept of a person as JSON files and a page, into a zip for the owner only.

    Parameters
    ----------
    store, ground, learner, out, now
        Of whom, to where, and the present moment.
    audit
        The person's rows of the audit trail.
    usage
        How much the person's servers ran, a day a row.

    Returns
    -------
    dict
        Rows by file.

    Raises
    ------
    EvidenceError
        When nothing is kept of the person, or the file is there already or cannot be written.
    """
    found = must_be_known(store, learner, audit)
    found["traces"] = trace(store, ground, learner, now)
    found |= {"audit": list(audit), "usage": list(usage)}
    files = {f"{name}.json": json.dumps(found[name], ensure_ascii=False, indent=1) for name in TABLES}
    files["index.html"] = _page(learner, found, now)
    draft = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        if out.exists():
            raise EvidenceError("out-there", out=out)
        with os.fdopen(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as pack:
                for name, text in files.items():
                    pack.writestr(name, text)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(draft, out)
    except OSError as error:
        raise EvidenceError("out-unwritten", out=out, why=error.strerror) from error
    finally:
        draft.unlink(missing_ok=True)
    return {f"{name}.json": len(found[name]) for name in TABLES}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A place with data of a person that the store's erasing does not reach."""

    what: str
    path: str
    there: bool
    command: str


def elsewhere(data: Path, learner: str) -> list[Elsewhere]:
    """Return where else a person's data lie in a data folder, each with the command that removes it."""
    course, accounts = data / "course", data / "accounts.sqlite"
    inbound = data / "exchange" / COURSE / "inbound"
    name = shlex.quote(learner)
    nbgrader = shlex.quote(str(Path(sys.executable).with_name("nbgrader")))
    # settings of nbgrader lie in the folder, which staff write in: root does not run them
    there = shlex.join([sys.executable, "-m", "graders.staff", str(data)])
    student = f"{there} {nbgrader} db student remove {name} --force"
    literal = learner.replace("'", "''")
    delete = shlex.join(["sqlite3", str(accounts), f"DELETE FROM accounts WHERE name = '{literal}'"])
    book = sa.make_url(gradebook_url(course))
    file = Path(book.database or "") if book.get_backend_name() == "sqlite" else None
    place = str(file) if file else book.render_as_string(hide_password=True)
    found = [Elsewhere("grades", place, file is None or file.exists(), student)]
    if Path(learner).name == learner:  # what is no file's name has no folder
        folders = {
            "submissions": course / "submitted" / learner,
            "graded submissions": course / "autograded" / learner,
            "feedback": course / "feedback" / learner,
            "home folder": data / "homes" / learner,
            "desk": data / "desks" / learner,
        }
        for what, folder in folders.items():
            command = shlex.join(["rm", "-r", str(folder)])
            found.append(Elsewhere(what, str(folder), folder.exists(), command))
        handed_in = inbound.is_dir() and any(inbound.glob(f"{glob.escape(learner)}+*"))
        command = f"rm -r {shlex.quote(str(inbound))}/{name}+*"
        found.append(Elsewhere("handed in", str(inbound), handed_in, command))
    platforms = data / "lti.sqlite"
    rows = (f"DELETE FROM {table} WHERE account = '{literal}'" for table in ("members", "returns"))
    command = shlex.join(["sqlite3", str(platforms), "; ".join(rows)])
    found.append(Elsewhere("courses at learning platforms", str(platforms), platforms.exists(), command))
    found.append(Elsewhere("account", str(accounts), accounts.exists(), delete))
    return found


def must_be_known(
    store: Store, learner: str, audit: Sequence[Mapping[str, Any]] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Return everything that the store has of a person.

    Parameters
    ----------
    store, learner
        Of whom.
    audit
        The person's rows of the audit trail: who has any is known.

    Raises
    ------
    EvidenceError
        When that is nothing.
    """
    found = store.everything(learner)
    if not any(found.values()) and not audit:
        raise EvidenceError("nothing-kept", learner=repr(learner))
    return found


def _page(learner: str, found: Mapping[str, Sequence[Mapping[str, Any]]], now: datetime) -> str:
    tables = "".join(
        f'<tr><td>{name}.json</td><td>{len(found[name])}</td><td>{en} <span lang="zh">{zh}</span></td></tr>\n'
        for name, (en, zh) in TABLES.items()
    )
    evidence = "".join(
        f"<tr><td>{row['tried_at'][:16]}</td><td>{_both(row['origin'])}</td>"
        f"<td>{row['score']:g} / {row['points']:g}</td><td>{_changed(row)}</td></tr>\n"
        for row in found["traces"]
    )
    return Template(PAGE.read_text(encoding="utf-8")).substitute(
        name=html.escape(learner), now=f"{now:%Y-%m-%d %H:%M} UTC", tables=tables, evidence=evidence
    )


def _changed(row: Mapping[str, Any]) -> str:
    told = [
        f"{one['competency']}@{one['level']} {one['before']:.1%} → {one['after']:.1%}"
        for one in row["changed"]
    ]
    return html.escape("; ".join(told)) or _both(say(row["state"]))


def _both(text: Text) -> str:
    return f'{html.escape(text["en"])} <span lang="zh">{html.escape(text["zh"])}</span>'
