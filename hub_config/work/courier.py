"""The way from a person's server to the academy service: files there in parts, back whole or not at all."""

import asyncio
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import requests

from catalogue.folders import COURSE_ID

from .errors import WorkError
from .trees import ASKED_AT_ONCE, MOST_OF_STAFF, PART_BYTES, File, Tree, of_file, opened, read

# In a server's event loop everybody waits with the step: some seconds. Elsewhere nobody need be told of a
# minute in which the service or its database is away.
TRIES_IN_LOOP, TRIES = 4, 8
WAIT_SECONDS = 0.5  # before the second try, twice as long each time
PATIENCE = (5.0, 60.0)  # seconds to connect, and between two pieces of an answer


class CourierError(Exception):
    """The service declined or cannot be reached; the message is for the person.

    Parameters
    ----------
    said
        What was said.
    status
        The HTTP status; 0 where no answer came.
    """

    def __init__(self, said: str, status: int = 0, detail: Mapping[str, Any] | None = None) -> None:
        super().__init__(said)
        self.status, self.detail = status, dict(detail or {})


class Courier:
    """Carries files between a person's server and the academy service, under the server's own token.

    Parameters
    ----------
    url
        Of the service; by default ``ACADEMY_URL``.
    token
        Of the hub; by default ``JUPYTERHUB_API_TOKEN``.
    course
        Whose exchange.
    """

    def __init__(self, url: str | None = None, token: str | None = None, course: str = COURSE_ID) -> None:
        self._url = (url or os.environ.get("ACADEMY_URL", "")).rstrip("/")
        self._above = "work/" if course == COURSE_ID else f"courses/{course}/work/"
        self._token = token or os.environ.get("JUPYTERHUB_API_TOKEN", "")
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy of the outside world has no business on loopback

    def __enter__(self) -> "Courier":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def courses(self) -> list[str]:
        """Return the ids of the courses that the person takes part in, the academy's own first."""
        found = self._answer("GET", "courses/mine", above="").json()
        return [COURSE_ID, *(one["id"] for one in found)]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the service and return its answer.

        Raises
        ------
        CourierError
            When it declines, or does not answer within some tries.
        """
        answer = self._answer(method, path, json=body)
        try:
            return answer.json()
        except ValueError as error:
            raise CourierError("the academy service answered what is no JSON; tell your academy") from error

    def send(self, files: Iterable[tuple[Path, str]]) -> Tree:
        """Send those parts of files that the service lacks.

        Parameters
        ----------
        files
            Each with the path by which it is called there.

        Returns
        -------
        Tree
            To be submitted, once all of it has arrived.

        Raises
        ------
        CourierError
            When the service declines or goes away; what it has stays there for the next try.
        BadWork
            When a file cannot be read.
        """
        where = {shown: path for path, shown in files}
        tree = Tree(tuple(of_file(where[shown], shown) for shown in sorted(where)))
        wanted = sorted(tree.parts)
        for start in range(0, len(wanted), ASKED_AT_ONCE):
            asked = {"parts": wanted[start : start + ASKED_AT_ONCE]}
            lacking = set(self.ask("POST", "parts/missing", asked)["missing"])
            for file in tree.files:
                if lacking & set(file.parts):
                    self._send_parts(where[file.path], file, lacking)
        return tree

    def _send_parts(self, path: Path, file: File, lacking: set[str]) -> None:
        with opened(path) as source:
            for part in file.parts:
                piece = source.read(PART_BYTES)
                if part not in lacking:
                    continue
                if hashlib.sha256(piece).hexdigest() != part:
                    raise CourierError(f"{file.path} changed while it was sent; save it and submit again")
                self._answer("PUT", f"parts/{part}", data=piece)
                lacking.discard(part)

    def hand_in(self, method: str, path: str, files: list[tuple[Path, str]], body: Mapping[str, Any]) -> Any:
        """Send files and then say what they are; return the service's answer.

        Raises
        ------
        CourierError, BadWork
            See `send`.
        """
        for left in reversed(range(2)):
            tree = self.send(files)
            try:
                return self.ask(method, path, {**body, "files": tree.data()})
            except CourierError as error:
                # a part was forgotten between the two: a day had passed
                if not left or "missing" not in error.detail:
                    raise
        raise AssertionError("the last try returns or raises")

    def files(self, path: str) -> Tree:
        """Return the files that there are at a place of the service.

        Raises
        ------
        CourierError
            When it has none, or a file that would lie outside of the folder.
        """
        try:
            return read(self.ask("GET", path), MOST_OF_STAFF)
        except WorkError as error:
            raise CourierError(f"the academy service sent what cannot be taken: {error}") from error

    def fetch_file(self, parts: str, file: File, target: Path) -> None:
        """Fetch one file, whole or not at all.

        Parameters
        ----------
        parts
            The service's path above the file's parts.
        file, target
            Which, and where to; the folder is made.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{secrets.token_hex(8)}.part")
        whole = hashlib.sha256()
        try:
            with draft.open("xb") as out:
                for part in file.parts:
                    piece = self._answer("GET", f"{parts}/{part}").content
                    whole.update(piece)
                    out.write(piece)
            if whole.hexdigest() != file.sha256:
                raise CourierError(f"{file.path} arrived otherwise than it was sent; try again")
            os.replace(draft, target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise

    def fetch_folder(self, parts: str, tree: Iterable[File], target: Path, more: Mapping[str, str]) -> None:
        """Fetch a folder that takes the place of one that may be there, whole or not at all.

        Parameters
        ----------
        parts
            The service's path above the files' parts.
        tree, target
            Which files, and where to.
        more
            Texts that are written beside them, by name.
        """
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}.part")
        try:
            draft.mkdir()
            for file in tree:
                self.fetch_file(parts, file, draft / file.path)
            for name, text in more.items():
                (draft / name).write_text(text)
            replace_folder(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def _answer(self, method: str, path: str, above: str | None = None, **given: Any) -> requests.Response:
        if not self._url or not self._token:
            raise CourierError("this server belongs to no academy; start it from the hub: ./academy hub")
        wait = WAIT_SECONDS
        for left in reversed(range(_tries())):
            try:
                answer = self._session.request(
                    method,
                    f"{self._url}/api/{self._above if above is None else above}{path}",
                    headers={"Authorization": f"token {self._token}"},
                    timeout=PATIENCE,
                    allow_redirects=False,
                    **given,
                )
            except requests.RequestException as error:
                kind = type(error).__name__
                failed = CourierError(
                    f"the academy service does not answer ({kind}); your work is safe in your folder, and"
                    " what was sent is kept. Try again in a minute",
                    detail={
                        "error_zh": f"学院服务没有响应（{kind}）；你的作业仍安全地保存在文件夹中，"
                        "已发送的部分会保留。请一分钟后重试"
                    },
                )
            else:
                if answer.status_code == 200:
                    return answer
                failed = _declined(answer)
                if answer.status_code not in (502, 503, 504):
                    raise failed
            if left:
                time.sleep(wait)
                wait *= 2
        raise failed


def _tries() -> int:
    try:
        asyncio.get_running_loop()
    except RuntimeError:  # a command, or a thread of its own
        return TRIES
    return TRIES_IN_LOOP


def _declined(answer: requests.Response) -> CourierError:
    try:
        told = answer.json()
        return CourierError(told.pop("error"), answer.status_code, told)
    except (ValueError, KeyError, AttributeError):
        said = f"the academy service answered {answer.status_code} {answer.reason}; tell your academy"
        return CourierError(said, answer.status_code)


def replace_folder(draft: Path, target: Path) -> None:
    """Put a folder in the place of another at once, as far as file systems can."""
    aside = target.with_name(f".{target.name}.{secrets.token_hex(8)}.old")
    there = target.exists()
    if there:
        os.rename(target, aside)
    try:
        os.rename(draft, target)
    except BaseException:
        if there:
            os.rename(aside, target)
        raise
    shutil.rmtree(aside, ignore_errors=True)
