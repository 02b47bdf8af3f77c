"""Labs come and go through nbgrader's exchange: fetch, submit, feedback, by nbgrader's own classes."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from learning_paths.ui.errors import UIError

KNOWN = ("due", "attempts", "attempts_used")  # of a lab, where the exchange knows it
LAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


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
        notebook = self._notebook(lab)
        new = not (self.home / notebook).is_file()
        if new:
            config = self._config(lab)
            config.ExchangeFetchAssignment.replace_missing_files = (self.home / lab).is_dir()
            self._start("FetchAssignment", config, f"lab {lab!r} cannot be fetched")
        if not (self.home / notebook).is_file():
            raise UIError(
                f"lab {lab!r} came without {notebook}; tell your instructor to release it again", 502
            )
        return {"path": notebook, "new": new}

    def submit(self, lab: str) -> dict[str, Any]:
        """Hand a lab in as it is saved.

        Returns
        -------
        dict
            ``submitted_at``, nbgrader's timestamp.

        Raises
        ------
        UIError
            When there is nothing to hand in (404), the notebook is broken or too large, or nbgrader refuses.
        """
        notebook = self._notebook(lab)
        config = self._config(lab)
        self._check(self.home / notebook, notebook, int(config.CourseDirectory.get("max_file_size", 100_000)))
        started = self._start("Submit", config, f"lab {lab!r} cannot be submitted")
        return {"submitted_at": started.timestamp}

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
        self._notebook(lab)
        self._start("FetchFeedback", self._config(lab), f"feedback on lab {lab!r} cannot be fetched")
        newest = self._newest_feedback(lab)
        if newest is None:
            raise UIError(
                f"there is no feedback on lab {lab!r} yet; your instructor releases it after grading", 404
            )
        return {"path": newest}

    def status(self) -> dict[str, dict[str, Any]]:
        """Return what is known of each lab that is released, at home or handed in.

        Returns
        -------
        dict
            By lab: ``released``, ``path`` (None while it is not at home), ``submitted`` (timestamps, oldest
            first), ``feedback``: none, ready (can be fetched), fetched; ``feedback_path``. Where the exchange
            knows of a deadline or of a bound, ``due`` (ISO 8601), ``attempts`` and ``attempts_used``; else
            None.
        """
        config = self._config("")
        labs: dict[str, dict[str, Any]] = {}
        for entry in self._start("List", config, "labs cannot be listed").listed:
            found = labs.setdefault(entry["assignment_id"], self._nothing())
            found.update({"released": True, **{key: entry.get(key) for key in KNOWN}})
        config.ExchangeList.cached = True
        for entry in self._start("List", config, "submissions cannot be listed").listed:
            found = labs.setdefault(entry["assignment_id"], self._nothing())
            found["submitted"] = [one["timestamp"] for one in entry["submissions"]]
            last = entry["submissions"][-1]
            if last["has_local_feedback"] and not last["feedback_updated"]:
                found["feedback"] = "fetched"
            elif any(one["has_exchange_feedback"] for one in entry["submissions"]):
                found["feedback"] = "ready"
        for lab, found in labs.items():
            notebook = f"{lab}/{lab}.ipynb"
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
            **dict.fromkeys(KNOWN),
        }

    def _notebook(self, lab: str) -> str:
        if LAB.fullmatch(lab) is None:
            raise UIError(f"{lab!r} is no lab; open one from the plan")
        return f"{lab}/{lab}.ipynb"

    def _newest_feedback(self, lab: str) -> str | None:
        found = sorted((self.home / lab / "feedback").glob("*/*.html"))
        return str(found[-1].relative_to(self.home)) if found else None

    @staticmethod
    def _check(path: Path, shown: str, most_kilobytes: int) -> None:
        """Refuse what could not be graded, while its author can still mend it."""
        if not path.is_file():
            raise UIError(f"there is no {shown}; open the lab from the plan first", 404)
        size = path.stat().st_size
        if size > 1000 * most_kilobytes:
            raise UIError(
                f"{shown} has {size / 1e6:.0f} MB, more than the {most_kilobytes / 1000:.0f} MB allowed; "
                "clear large outputs (Edit, Clear Outputs of All Cells), save and submit again"
            )
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (ValueError, KeyError, TypeError):
            cells = None
        if not isinstance(cells, list) or not cells:
            raise UIError(
                f"{shown} is not a whole notebook; rename it, open the lab from the plan again and redo it"
            )

    def _config(self, lab: str) -> Any:
        from nbgrader.apps import NbGrader

        app = NbGrader()
        app.load_config_file()
        config = app.config
        config.CourseDirectory.assignment_id = lab
        config.Exchange.assignment_dir = str(self.home)
        return config

    @staticmethod
    def _start(step: str, config: Any, failed: str) -> Any:
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


@contextmanager
def _told(failed: str) -> Iterator[None]:
    """Turn what nbgrader raises into a sentence for the learner."""
    from nbgrader.exchange import ExchangeError

    try:
        yield
    except ExchangeError as error:
        if str(error).startswith("Assignment not found"):
            raise UIError(f"{failed}: it is not released; ask your instructor for it", 404) from error
        raise UIError(f"{failed}: {error}; tell your instructor", 502) from error
    except OSError as error:
        raise UIError(f"{failed}: {error.strerror}; free some space or tell your instructor", 507) from error
    except RuntimeError as error:  # nbgrader's own word for a folder that is too large
        raise UIError(f"{failed}: {error}; remove large files from the lab's folder", 413) from error
