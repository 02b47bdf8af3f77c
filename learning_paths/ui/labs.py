"""Labs come and go through nbgrader's exchange: fetch, submit, feedback, by nbgrader's own classes."""

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from catalogue.folders import COURSE_ID
from learning_paths.ui.errors import UIError

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
LAB = re.compile(rf"(?:{_SLUG}/)?{_SLUG}")
"""A lab of the academy's own course, or of another (``COURSE/LAB``); its folder in the home, too."""

TERMS = ("due", "grace_seconds", "late", "attempts", "attempts_used")
"""What an exchange may know of deadline and attempts."""


class LabDesk:
    """Fetches and hands in labs for the one learner whose server this is.

    Calls block and must not run side by side: use one thread for them.

    Parameters
    ----------
    home
        The learner's folder; a lab lies in a folder of its name in it.
    """

    def __init__(self, home: Path):
        self.home = home

    def fetch(self, lab: str) -> dict[str, Any]:
        """Bring a released lab home, unless it is there; files that are missing are brought again.

        Returns
        -------
        dict
            ``path`` of the notebook relative to the home, and ``new``.

        Raises
        ------
        UIError
            When the lab has not been released (404) or the exchange cannot be used (502).
        """
        notebook = notebook_of(lab)
        new = not (self.home / notebook).is_file()
        if new:
            config = self._config(lab)
            config.ExchangeFetchAssignment.replace_missing_files = (self.home / lab).is_dir()
            self._start(
                "FetchAssignment", config, Failed(f"lab {lab!r} cannot be fetched", f"无法获取实验 {lab!r}")
            )
        if not (self.home / notebook).is_file():
            raise UIError(
                f"lab {lab!r} came without {notebook}; tell your instructor to release it again",
                502,
                zh=f"实验 {lab!r} 缺少 {notebook}；请通知教师重新发布",
            )
        return {"path": notebook, "new": new}

    def submit(self, lab: str) -> dict[str, Any]:
        """Hand a lab in as it is saved.

        Returns
        -------
        dict
            ``submitted_at``, nbgrader's timestamp; where the exchange gives receipts, ``attempt``, ``number``
            and ``receipt``, the receipt's path relative to the home; else None.

        Raises
        ------
        UIError
            When there is nothing to hand in (404), the notebook is broken or too large, or nbgrader refuses.
        """
        notebook = notebook_of(lab)
        config = self._config(lab)
        self._check(self.home / notebook, notebook, int(config.CourseDirectory.get("max_file_size", 100_000)))
        failed = Failed(f"lab {lab!r} cannot be submitted", f"无法提交实验 {lab!r}")
        started = self._start("Submit", config, failed)
        receipt = getattr(started, "receipt", None)
        return {
            "submitted_at": started.timestamp,
            "attempt": getattr(started, "attempt", None),
            "number": getattr(started, "number", None),
            "receipt": str(receipt.relative_to(self.home)) if receipt else None,
        }

    def feedback(self, lab: str) -> dict[str, Any]:
        """Bring the newest feedback home.

        Returns
        -------
        dict
            ``path`` of the HTML file relative to the home.

        Raises
        ------
        UIError
            When there is none yet (404) or the exchange cannot be used (502).
        """
        notebook_of(lab)
        failed = Failed(f"feedback on lab {lab!r} cannot be fetched", f"无法获取实验 {lab!r} 的反馈")
        self._start("FetchFeedback", self._config(lab), failed)
        newest = self._newest_feedback(lab)
        if newest is None:
            raise UIError(
                f"there is no feedback on lab {lab!r} yet; your instructor releases it after grading",
                404,
                zh=f"实验 {lab!r} 还没有反馈；教师评分后会发布",
            )
        return {"path": newest}

    def status(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each lab that is released, at home or handed in.

        Returns
        -------
        dict
            By lab: ``released``, ``path`` (None while it is not at home), ``submitted`` (timestamps, oldest
            first), ``feedback``: none, ready (can be fetched), fetched; ``feedback_path``. Where the exchange
            knows of a deadline or of a bound, ``due`` (ISO 8601), ``grace_seconds``, ``late`` (what becomes
            of late work: none, refuse, percent), ``attempts`` and ``attempts_used``; else None.
        """
        config = self._config("")
        labs: dict[str, dict[str, Any]] = {}
        for entry in self._start("List", config, Failed("labs cannot be listed", "无法列出实验")).listed:
            known = {key: entry.get(key) for key in TERMS}
            labs.setdefault(_called(entry), self._nothing()).update(known, released=True)
        config.ExchangeList.cached = True
        failed = Failed("submissions cannot be listed", "无法列出提交记录")
        for entry in self._start("List", config, failed).listed:
            found = labs.setdefault(_called(entry), self._nothing())
            found["submitted"] = [one["timestamp"] for one in entry["submissions"]]
            last = entry["submissions"][-1]
            if last["has_local_feedback"] and not last["feedback_updated"]:
                found["feedback"] = "fetched"
            elif any(one["has_exchange_feedback"] for one in entry["submissions"]):
                found["feedback"] = "ready"
        for lab, found in labs.items():
            notebook = notebook_of(lab)
            found["path"] = notebook if (self.home / notebook).is_file() else None
            found["feedback_path"] = self._newest_feedback(lab)
        return labs

    @staticmethod
    def _nothing() -> dict[str, Any]:
        return {
            "released": False,
            "path": None,
            "submitted": [],
            "feedback": "none",
            "feedback_path": None,
            **dict.fromkeys(TERMS),
        }

    def _newest_feedback(self, lab: str) -> str | None:
        found = sorted((self.home / lab / "feedback").glob("*/*.html"))
        return str(found[-1].relative_to(self.home)) if found else None

    @staticmethod
    def _check(path: Path, shown: str, most_kilobytes: int) -> None:
        """Refuse what could not be graded, while its author can still mend it."""
        if not path.is_file():
            raise UIError(
                f"there is no {shown}; open the lab from the plan first",
                404,
                zh=f"找不到 {shown}；请先从计划中打开该实验",
            )
        size = path.stat().st_size
        if size > 1000 * most_kilobytes:
            raise UIError(
                f"{shown} has {size / 1e6:.0f} MB, more than the {most_kilobytes / 1000:.0f} MB allowed; "
                "clear large outputs (Edit, Clear Outputs of All Cells), save and submit again",
                zh=f"{shown} 有 {size / 1e6:.0f} MB，超过允许的 {most_kilobytes / 1000:.0f} MB；"
                "请清除较大的输出（编辑 → 清除所有单元格的输出），保存后重新提交",
            )
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError):
            cells = None
        if not isinstance(cells, list) or not cells:
            raise UIError(
                f"{shown} is not a whole notebook; rename it, open the lab from the plan again and redo it",
                zh=f"{shown} 不是完整的笔记本；请将它改名，从计划中重新打开实验再做一遍",
            )

    def _config(self, lab: str) -> Any:
        from nbgrader.apps import NbGrader

        app = NbGrader()
        app.load_config_file()
        config = app.config
        course, _, name = lab.rpartition("/")
        if lab:
            config.CourseDirectory.course_id = course or _own()
        config.CourseDirectory.assignment_id = name
        config.Exchange.assignment_dir = str(self.home)
        return config

    @staticmethod
    def _start(step: str, config: Any, failed: "Failed") -> Any:
        """Run one step of nbgrader's exchange and return it; for List its answer is in ``listed``."""
        from nbgrader.auth import Authenticator
        from nbgrader.coursedir import CourseDirectory
        from nbgrader.exchange import ExchangeFactory

        with _told(failed):
            exchange = getattr(ExchangeFactory(config=config), step)(
                coursedir=CourseDirectory(config=config),
                authenticator=Authenticator(config=config),
                config=config,
            )
            exchange.listed = exchange.start()
        return exchange


def notebook_of(lab: str) -> str:
    """Return the path of a lab's notebook in the home; raise `UIError` when that is no lab's name."""
    if LAB.fullmatch(lab) is None:
        raise UIError(f"{lab!r} is no lab; open one from the plan", zh=f"{lab!r} 不是实验；请从计划中打开")
    return f"{lab}/{lab.rpartition('/')[2]}.ipynb"


def _own() -> str:
    """Return the course whose labs lie in the home itself."""
    return os.environ.get("ACADEMY_COURSE_ID", COURSE_ID)


def in_office() -> bool:
    """Tell whether this server is the office of a course beside the academy's own, for who teaches there."""
    return _own() != COURSE_ID


def _called(entry: Mapping[str, Any]) -> str:
    """Return what a lab that nbgrader lists is called here."""
    course, lab = entry.get("course_id", ""), entry["assignment_id"]
    return lab if course in ("", "*", _own()) else f"{course}/{lab}"


class Failed(NamedTuple):
    """What could not be done, in both languages."""

    en: str
    zh: str

    def error(self, because: str, because_zh: str, status: int) -> UIError:
        """Return the error with its reason."""
        return UIError(f"{self.en}: {because}", status, zh=f"{self.zh}：{because_zh}")


@contextmanager
def _told(failed: Failed) -> Iterator[None]:
    """Turn what nbgrader raises into a sentence for the learner."""
    from nbgrader.exchange import ExchangeError

    try:
        yield
    except ExchangeError as error:
        if chinese := getattr(error, "zh", ""):  # the exchange itself says why, and what to do
            raise failed.error(str(error), chinese, error.status) from error
        if str(error).startswith("Assignment not found"):
            raise failed.error(
                "it is not released; ask your instructor for it", "尚未发布；请联系教师", 404
            ) from error
        raise failed.error(f"{error}; tell your instructor", f"{error}；请通知教师", 502) from error
    except OSError as error:
        raise failed.error(
            f"{error.strerror}; free some space or tell your instructor",
            f"{error.strerror}；请腾出空间或通知教师",
            507,
        ) from error
    except RuntimeError as error:  # nbgrader's own word for a folder that is too large
        raise failed.error(
            f"{error}; remove large files from the lab's folder", f"{error}；请从实验文件夹中移除大文件", 413
        ) from error
