"""The checker's side: runs the master's cells, in which the learner's names are stand-ins.

It is a walled process that holds neither gradebook nor other submissions, and that can be ended at any time.
"""

from __future__ import annotations

import builtins
import contextlib
import os
import socket
import sys
import types
from collections.abc import Iterator
from typing import Any

from graders.kit import sides
from sandbox.waiting import Countdown

from . import patches
from .desk import ask
from .files import Folders
from .profile import Profile
from .session import GONE, LearnerGone, Session
from .standins import CannotCross, KindOf
from .wire import Channel


def sit(shell: Any, desk: socket.socket) -> Iterator[None]:
    """Make a process the checker's side, and run the master's cells one after the other."""
    line = Channel(desk)
    about, _ = line.receive()
    session = Session(lambda left_out: ask(line, left_out), frozenset(about["declared"]))
    sides.face(session)
    sys.addaudithook(_no_foreign_pickles)
    names = Names(session, frozenset(about["bound"]))
    names.update(shell.user_ns)
    session.crossing.names = names
    shell.user_module, shell.user_ns = shell.prepare_user_module(user_ns=names)
    sys.modules["__main__"] = shell.user_module
    checker = Checker(session, names, about)
    yield
    session.folders = Folders(about["handed_out"])  # as the first cell filled them
    for step in about["steps"]:
        if step is not None:
            with contextlib.suppress(Exception, sides.OutOfTime):  # of a forged reply too: the check comes
                checker.begin(**step)
        yield
        if step is not None:
            line.send({"check": step["check"], "told": checker.told()})
    with contextlib.suppress(LearnerGone, CannotCross):
        session.run_to(about["upto"])  # the last cells, for whoever reads the notebook


class Names(dict):
    """Names of check cells: the master's own first, then the learner's, each as it is at that moment.

    Parameters
    ----------
    session
        The line to the learner's side.
    bound
        Names that the reference solution binds: of these the learner's stands before a builtin.
    """

    def __init__(self, session: Session, bound: frozenset[str]) -> None:
        super().__init__()
        self._session, self._bound = session, bound
        self.found: dict[str, Any] = {}  # functions and classes, in this check

    def __missing__(self, name: str) -> Any:
        if name == "type":
            return KindOf
        if name.startswith("__") or (hasattr(builtins, name) and name not in self._bound):
            raise KeyError(name)
        if name not in self.found:
            value = self._session.lookup(name)
            if not isinstance(value, sides.Elsewhere):
                if self._session.profile.by_hand is not None and callable(value):
                    raise NameError(f"{name} is a function of a library: write it by hand")
                return value
            self.found[name] = value
        return self.found[name]

    def give_way(self, names: set[str]) -> None:
        """Forget own values of names that the learner's cells bound after a check had used them."""
        for name in names & self._bound:
            if super().__contains__(name):
                super().__delitem__(name)

    def fetch(self, names: list[str]) -> None:
        """Put the learner's functions and classes among the names, for what looks there without asking."""
        for name in names:
            if not super().__contains__(name):
                with contextlib.suppress(KeyError):  # not there yet
                    if isinstance(value := self[name], sides.Elsewhere):
                        super().__setitem__(name, value)

    def forget(self) -> None:
        """Forget the learner's functions and classes: their cells go on, and may give them other meanings."""
        for name, value in self.found.items():
            if super().get(name) is value:
                super().__delitem__(name)
        self.found.clear()

    def __setitem__(self, name: str, value: Any) -> None:
        if self._is_theirs(name):
            self._session.rebind(name, value)
        super().__setitem__(name, value)

    def __delitem__(self, name: str) -> None:
        theirs = self._is_theirs(name)
        if theirs:
            self._session.rebind(name, GONE)
            self.found.pop(name, None)
        if super().__contains__(name) or not theirs:
            super().__delitem__(name)

    def _is_theirs(self, name: str) -> bool:
        """Tell whether a name is a function or class of the learner's: what a check puts there, they call."""
        if name not in self._bound or self._session.channel is None:
            return False
        if name in self.found or name in self._session.rebound:
            return True
        try:
            return isinstance(self._session.lookup(name), sides.Elsewhere)
        except Exception:  # noqa: BLE001 - no such name, or no process: nothing to replace there
            return False

    def get(self, name: str, default: Any = None) -> Any:
        """Return a name's value, the learner's too."""
        if not self._asked_by_check(sys._getframe(1)):
            return super().get(name, default)
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name) or not self._asked_by_check(sys._getframe(1)):
            return super().__contains__(name)
        try:
            self[name]
        except Exception:  # noqa: BLE001 - no learner's process, or no such name: it is not there
            return False
        return True

    def _asked_by_check(self, frame: types.FrameType) -> bool:
        """Tell whether a check asks, or what packs its functions: a library sees the master's names alone."""
        asker = frame.f_globals
        return asker is self or str(asker.get("__name__", "")).startswith("cloudpickle")


class Checker:
    """What is done before and after each check cell."""

    def __init__(self, session: Session, names: Names, about: dict[str, Any]) -> None:
        self.session, self.names, self.about = session, names, about

    def begin(self, check: str, upto: int, seed: str, seconds: float, reads: list[str]) -> None:
        """Let the learner's cells run that stand before a check, and give the check its seed and its time.

        Parameters
        ----------
        check
            Its grade id.
        upto
            How many of the learner's cells stand before it.
        seed
            For ``ACADEMY_SEED``.
        seconds
            That it may take.
        reads
            The learner's names that stand in its text.
        """
        os.environ["ACADEMY_SEED"] = seed
        CannotCross.latest.clear()
        profile = self.about["profiles"].get(check)
        self.session.recording = profile is None
        self.session.profile = Profile.read(profile or {"sharing": check in self.about["share"]})
        self.session.sharing = self.session.profile.sharing
        self.session.following, self.session.changed = check in self.about["follow"], False
        self.session.late = False
        self.session.crossing.shared.forget()
        self.names.forget()
        self.names.give_way(self.session.run_to(upto))
        patches.figures_from(self.session.pyplot)
        self.session.deadline = Countdown(seconds)
        self.names.fetch(reads)

    def told(self) -> dict[str, Any]:
        """Return what became of the check besides its own output."""
        told = {"refused": CannotCross.latest[0] if CannotCross.latest else ""}
        told["changed"] = self.session.changed
        if self.session.recording:
            told["profile"] = self.session.profile.data()
        return told


def _no_foreign_pickles(event: str, args: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and sys._getframe(1).f_code.co_filename != objects_file():
        raise CannotCross(
            f"the check unpickles {args[0]}.{args[1]}: a file of the learner's could run code that way;"
            " let it be read in kit.probe(function, path)"
        )


def objects_file() -> str:
    """Return the file of the module that packs objects for the learner's side."""
    from . import objects

    return objects.__file__
