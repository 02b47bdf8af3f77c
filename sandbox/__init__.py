"""Walls around processes, and a warm process that runs notebook cells behind them."""

from sandbox.capable import Capabilities, capabilities, command, enter
from sandbox.errors import FrameError, SandboxError, WallError, WallUnavailable, WarmError
from sandbox.wall import Bind, Limits, Wall

__all__ = [
    "Bind",
    "Capabilities",
    "FrameError",
    "Limits",
    "SandboxError",
    "Wall",
    "WallError",
    "WallUnavailable",
    "WarmError",
    "capabilities",
    "command",
    "enter",
]
