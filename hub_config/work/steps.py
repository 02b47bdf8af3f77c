"""nbgrader's exchange through the academy service: what its buttons and commands do where `plug` names this.

Who somebody is, is told by the server's token; nbgrader's own ideas of names and times decide nothing.
"""

import json
import secrets
from pathlib import Path
from typing import Any

from nbgrader.exchange import abc

from catalogue.writing import write_whole
from graders.errors import CourseError
from graders.lock import PATIENCE, alone

from .courier import Courier, CourierError
from .listing import List
from .step import ServiceExchange
from .trees import Tree, file_digest

__all__ = [
    "Collect",
    "FetchAssignment",
    "FetchFeedback",
    "List",
    "ReleaseAssignment",
    "ReleaseFeedback",
    "Submit",
]

RECEIPTS = "receipts"


class FetchAssignment(ServiceExchange, abc.ExchangeFetchAssignment):
    """Brings a released lab home."""

    def copy_files(self) -> None:
        """Fetch it whole; with ``replace_missing_files`` only what is not there."""
        home = self.home_of_lab
        if home.is_dir() and not self.replace_missing_files:
            self.fail(f"You already have a copy of the assignment in this directory: {self.lab}")
        at = f"labs/{self.lab}/release"
        with self.courier() as courier:
            try:
                tree = courier.files(at)
            except CourierError as error:
                if error.status == 404:  # nbgrader's own words, by which others know it
                    self.fail(f"Assignment not found: {error}")
                raise
            if home.is_dir():
                for file in tree.files:
                    if not (home / file.path).exists():
                        self.log.warning("Replacing missing file '%s'", file.path)
                        courier.fetch_file(at, file, home / file.path)
            else:
                courier.fetch_folder(at, tree.files, home, {})
        self.log.info("Fetched as: %s %s", self.course, self.lab)


class Submit(ServiceExchange, abc.ExchangeSubmit):
    """Hands a lab in."""

    def copy_files(self) -> None:
        """Send it; the receipt goes into the folder `RECEIPTS`."""
        home = self.home_of_lab
        self.coursedir.assignment_id = home.name
        if not home.is_dir():
            self.fail(f"Assignment not found at: {home}")
        files = self._files(home)
        with self.courier() as courier:
            self._compare(courier.files(f"labs/{self.lab}/release"), {shown for _, shown in files})
            body = {"key": secrets.token_hex(16)}
            told = courier.hand_in("POST", f"labs/{self.lab}/submissions", files, body)
        self.timestamp, self.attempt, self.number = (
            told[key] for key in ("timestamp", "attempt", "sequence")
        )
        receipt = self.home_of(self.course) / RECEIPTS / f"{self.lab}-{told['sequence']}.json"
        try:
            receipt.parent.mkdir(exist_ok=True)
            write_whole(receipt, json.dumps(told["receipt"], ensure_ascii=False, indent=1) + "\n")
            self.receipt = receipt
        except OSError as error:  # it was handed in all the same, and the service keeps the receipt too
            self.log.warning("the receipt could not be written, %s: %s", receipt, error.strerror)
        self.log.info("Submitted as: %s %s %s", self.course, self.lab, self.timestamp)
        self.log.info("%s · %s", told["words"], told["words_zh"])

    def _compare(self, released: Tree, sent: set[str]) -> None:
        """Tell notebooks that are missing or were added; with ``strict`` a missing one ends it."""
        wanted = {file.path for file in released.files if file.path.endswith(".ipynb")}
        missing = sorted(wanted - sent)
        extra = sorted({path for path in sent if path.endswith(".ipynb")} - wanted)
        if missing and self.strict:
            self.fail(f"Assignment {self.lab} not submitted. Missing notebooks: {', '.join(missing)}")
        if missing or extra:
            self.log.warning(
                "Possible missing notebooks and/or extra notebooks submitted for assignment %s: missing %s,"
                " extra %s",
                self.lab,
                ", ".join(missing) or "none",
                ", ".join(extra) or "none",
            )


class FetchFeedback(ServiceExchange, abc.ExchangeFetchFeedback):
    """Brings released feedback home, beside the lab."""

    def copy_files(self) -> None:
        """Fetch what is new on each submission."""
        asked = f"?lab={self.lab}" if self.lab not in ("", "*") else ""
        with self.courier() as courier:
            found = courier.ask("GET", f"submissions{asked}")
            failed: list[str] = []
            for one in (one for one in found if one["feedback"]):
                with self._one(f"feedback on {one['lab']} of {one['timestamp']}", failed):
                    self._fetch(courier, one)
            if not any(one["feedback"] for one in found):
                self.log.warning("Could not find feedback for '%s/%s'", self.course, self.lab or "*")
        if failed:
            self.fail(f"not fetched: {', '.join(failed)}; see above, then fetch it again")

    def _fetch(self, courier: Courier, one: dict[str, Any]) -> None:
        at = f"submissions/{one['sequence']}/feedback"
        folder = self.home_of(self.course) / one["lab"] / "feedback" / one["timestamp"]
        for file in courier.files(at).files:
            if file_digest(folder / file.path) != file.sha256:
                courier.fetch_file(at, file, folder / file.path)
                self.log.info("Fetched feedback: %s", folder / file.path)


class ReleaseAssignment(ServiceExchange, abc.ExchangeReleaseAssignment):
    """Hands a lab out."""

    def copy_files(self) -> None:
        """Send the learner's version that was generated."""
        folder = Path(self.coursedir.format_path(self.coursedir.release_directory, ".", self.lab))
        if not folder.is_dir():
            self.fail(f"Assignment not found at: {folder}; run `nbgrader generate_assignment` first")
        with self.courier() as courier:
            body = {"force": self.force}
            courier.hand_in("PUT", f"labs/{self.lab}/release", self._files(folder), body)
        self.log.info("Released as: %s %s", self.course, self.lab)


class ReleaseFeedback(ServiceExchange, abc.ExchangeReleaseFeedback):
    """Gives feedback back, each learner's to that learner."""

    def copy_files(self) -> None:
        """Send the pages that were generated; one that cannot be sent stops no other."""
        excluded = set(filter(None, self.coursedir.student_id_exclude.split(",")))
        pattern = self.coursedir.format_path(
            self.coursedir.feedback_directory, self.coursedir.student_id or "*", self.lab
        )
        failed: list[str] = []
        with self.courier() as courier:
            for folder in sorted(Path("/").glob(pattern.lstrip("/"))):
                learner = folder.parent.name
                pages = [(page, page.name) for page in sorted(folder.glob("*.html"))]
                if learner in excluded or not pages:
                    continue
                with self._one(f"feedback for {learner}", failed):
                    body = {
                        "lab": self.lab,
                        "learner": learner,
                        "timestamp": (folder / "timestamp.txt").read_text(errors="replace").strip(),
                    }
                    courier.hand_in("POST", "feedback", pages, body)
                    self.log.info("Feedback released to: %s, %s/%s", learner, self.course, self.lab)
        if failed:
            self.fail(f"not released: {', '.join(failed)}; see above, then release it again")


class Collect(ServiceExchange, abc.ExchangeCollect):
    """Brings each learner's last submission into the course folder, as nbgrader's graders expect it."""

    def start(self) -> None:
        """Collect, not beside a grader."""
        try:
            with self._told(), alone(Path(self.coursedir.root), "nbgrader collect", patience=PATIENCE):
                super().start()
        except CourseError as error:
            self.fail(str(error))

    def copy_files(self) -> None:
        """Fetch each submission whole; one that cannot be fetched stops no other."""
        in_time = "?in_time=1" if self.before_duedate else ""
        wanted = self.coursedir.student_id if self.coursedir.student_id else "*"
        with self.courier() as courier:
            found = courier.ask("GET", f"labs/{self.lab}/submissions{in_time}")
            found = [one for one in found if wanted in ("*", one["learner"])]
            if not found:
                self.log.warning("No submissions of '%s' for course '%s' to collect", self.lab, self.course)
            failed: list[str] = []
            for one in found:
                with self._one(f"the submission of {one['learner']}", failed):
                    self._collect(courier, one)
        if failed:
            self.fail(f"not collected: {', '.join(failed)}; see above, then collect again")

    def _collect(self, courier: Courier, one: dict[str, Any]) -> None:
        learner = one["learner"]
        target = Path(self.coursedir.format_path(self.coursedir.submitted_directory, learner, self.lab))
        if target.is_dir():
            stamp = target / "timestamp.txt"
            there = stamp.read_text(errors="replace").strip() if stamp.is_file() else ""
            if there == one["timestamp"]:
                self.log.info("No newer submission to collect: %s %s", learner, self.lab)
                return
            if not (self.update or self.before_duedate):
                self.log.info("Submission already exists, use --update to update: %s %s", learner, self.lab)
                return
        at = f"submissions/{one['sequence']}"
        more = {"timestamp.txt": one["timestamp"], "submission_secret.txt": one["secret"]}
        courier.fetch_folder(f"{at}/parts", courier.files(at).files, target, more)
        for path in (target, *target.rglob("*")):
            path.chmod(0o2775 if path.is_dir() else 0o664)
        self.log.info("Collecting submission: %s %s", learner, self.lab)
