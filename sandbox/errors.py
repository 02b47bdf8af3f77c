"""What can go wrong, by what the caller can do about it."""


class SandboxError(Exception):
    """Base of every error of this package; its text says what, where and what to do next."""


class WallError(SandboxError):
    """The wall cannot be built as it was asked for: mend the `Wall` or the files that it names."""


class WallUnavailable(WallError):
    """This host allows no wall of the kind asked for: mend the host, or go on without one."""


class WarmError(SandboxError):
    """The warm process did not start, or it is gone: start a new `WarmServer`."""


class FrameError(SandboxError):
    """A message that breaks the format: it came from inside a wall and is not believed."""
