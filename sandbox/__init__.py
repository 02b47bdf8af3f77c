"""Walls around processes, and a warm process that runs notebook cells behind them."""

from sandbox.capable import Capabilities, capabilities, command, enter, is_secret, kind_for
from sandbox.errors import FrameError, SandboxError, WallError, WallUnavailable, WarmError
from sandbox.probe import Hole, probe
from sandbox.wall import Bind, Limits, Wall
from sandbox.warm.client import WarmServer
from sandbox.warm.supervise import CellResult, Stop

__all__ = [
    "Bind",
    "Capabilities",
    "CellResult",
    "FrameError",
    "Hole",
    "Limits",
    "SandboxError",
    "Stop",
    "Wall",
    "WallError",
    "WallUnavailable",
    "WarmError",
    "WarmServer",
    "capabilities",
    "command",
    "enter",
    "is_secret",
    "kind_for",
    "probe",
]
