"""What there is to fetch, and what was handed in, in the form that nbgrader's lists and Lab's tab expect."""

import os
from typing import Any

from nbgrader.exchange import abc

from .courier import Courier
from .step import ServiceExchange
from .trees import file_digest

Entry = dict[str, Any]


class List(abc.ExchangeList, ServiceExchange):
    """Lists released labs; with ``cached`` one's own submissions, with ``inbound`` what graders collect."""

    def start(self) -> list[Entry]:
        """Ask the service, then list or remove."""
        with self._told():
            return super().start()

    def copy_files(self) -> None:
        """Ask the service."""
        named = self.coursedir.course_id
        self._found: list[Entry] = []
        with Courier() as courier:
            courses = courier.courses() if named in ("", "*") else [named]
        for course in courses:
            with Courier(course=course) as courier:
                self._found += [{**one, "course": course} for one in self._asked(courier)]
        self._found = [one for one in self._found if self.lab in ("", "*", one["lab"])]

    def _asked(self, courier: Courier) -> list[Entry]:
        """Return what there is in one course."""
        if self.inbound and os.environ.get("ACADEMY_ROLE") == "instructor":
            labs = [self.lab] if self.lab not in ("", "*") else _labs(courier)
            return [one for lab in labs for one in courier.ask("GET", f"labs/{lab}/submissions")]
        return courier.ask("GET", "submissions" if self._of_people else "labs")

    @property
    def _of_people(self) -> bool:
        return self.inbound or self.cached

    def list_files(self) -> list[Entry]:
        """Return the list, and log it."""
        listed = self._submitted() if self._of_people else [self._lab_entry(one) for one in self._found]
        self.log.info("Submitted assignments:" if self._of_people else "Released assignments:")
        for entry in listed:
            for one in entry.get("submissions", [entry]):
                self.log.info("%s", _line(one))
        return listed

    def remove_files(self) -> list[Entry]:
        """Take released labs back; what was handed in is never removed."""
        if self._of_people:
            self.fail("what was handed in stays: the academy keeps every submission")
        for one in self._found:
            with Courier(course=one["course"]) as courier:
                courier.ask("DELETE", f"labs/{one['lab']}/release")
        return [{**self._lab_entry(one), "status": "removed"} for one in self._found]

    def _lab_entry(self, one: Entry) -> Entry:
        home = self.home_of(one["course"]) / one["lab"]
        fetched = home.is_dir()
        notebooks = [
            {"notebook_id": name, "path": str(home / f"{name}.ipynb") if fetched else ""}
            for name in one["notebooks"]
        ]
        kept = ("due", "shown", "grace_seconds", "late", "percent_per_day", "attempts", "attempts_used")
        return {
            "course_id": one["course"],
            "assignment_id": one["lab"],
            "status": "fetched" if fetched else "released",
            "path": str(home) if fetched else "",
            "notebooks": notebooks,
            **{key: one[key] for key in kept},
        }

    def _submitted(self) -> list[Entry]:
        """Return one entry for each learner and lab, its submissions in the order in which they came."""
        grouped: dict[tuple[str, str, str], list[Entry]] = {}
        for one in sorted(self._found, key=lambda one: one["sequence"]):
            learner = one.get("learner") or os.environ.get("JUPYTERHUB_USER") or one["sent_by"]
            whose = (one["course"], learner, one["lab"])
            grouped.setdefault(whose, []).append(self._submission(one, learner))
        return [
            {
                "course_id": course,
                "student_id": learner,
                "assignment_id": lab,
                "status": "submitted",
                "submissions": submissions,
            }
            for (course, learner, lab), submissions in sorted(grouped.items())
        ]

    def _submission(self, one: Entry, learner: str) -> Entry:
        folder = self.home_of(one["course"]) / one["lab"] / "feedback" / one["timestamp"]
        given = (one.get("feedback") or {}).get("files", {})
        notebooks = []
        for name in one["notebooks"]:
            page = folder / f"{name}.html"
            here, there = file_digest(page), given.get(page.name, "")
            notebooks.append(
                {
                    "notebook_id": name,
                    "path": "",
                    "has_local_feedback": bool(here),
                    "has_exchange_feedback": bool(there),
                    "local_feedback_path": str(page) if here else None,
                    "feedback_updated": bool(here and there and here != there),
                }
            )
        local = bool(notebooks) and all(one["has_local_feedback"] for one in notebooks)
        kept = ("sequence", "attempt", "team", "late_seconds", "penalty_percent", "timestamp")
        return {
            "course_id": one["course"],
            "student_id": learner,
            "assignment_id": one["lab"],
            "status": "submitted",
            "path": "",
            "notebooks": notebooks,
            "has_local_feedback": local,
            "has_exchange_feedback": bool(notebooks) and all(n["has_exchange_feedback"] for n in notebooks),
            "feedback_updated": any(one["feedback_updated"] for one in notebooks),
            "local_feedback_path": str(folder) if local else None,
            **{key: one[key] for key in kept},
        }


def _labs(courier: Courier) -> list[str]:
    return [one["lab"] for one in courier.ask("GET", "labs")]


def _line(entry: Entry) -> str:
    """Return an entry as nbgrader's commands print it, with what the service knows beside that."""
    if entry["status"] != "submitted":
        words = [entry["course_id"], entry["assignment_id"]]
        if entry["status"] == "fetched":
            words.append("(already downloaded)")
        if entry["due"]:
            words.append(f"due {entry['shown']}")
        if entry["attempts"]:
            words.append(f"{entry['attempts_used']} of {entry['attempts']} attempts used")
        return " ".join(words)
    state = (
        "(feedback already fetched)"
        if entry["has_local_feedback"] and not entry["feedback_updated"]
        else "(feedback ready to be fetched)"
        if entry["has_exchange_feedback"]
        else "(no feedback available)"
    )
    late = f" {entry['late_seconds']} s late" if entry["late_seconds"] else ""
    named = f"{entry['course_id']} {entry['student_id']} {entry['assignment_id']}"
    return f"{named} {entry['timestamp']}{late} {state}"
