"""What can go wrong at the door of the hub, in words that say the next step."""

import sys
from collections.abc import Callable

from learning_paths.errors import StoreError

FINE, BAD_INPUT, REFUSED, INTERRUPTED = 0, 2, 3, 130


class HubError(Exception):
    """Bad input or a machine that cannot run the hub; the message says what, where and the next command."""


class Refused(HubError):
    """The hub understood and declines."""


def exit_code(act: Callable[[], int]) -> int:
    """Run a verb, tell what stands in its way, and return the exit code.

    Returns
    -------
    int
        The verb's own, else 2 for bad input, 3 when it is refused, 130 when Ctrl-C stopped it.
    """
    try:
        return act()
    except Refused as error:
        print(f"academy: {error}", file=sys.stderr)
        return REFUSED
    except (HubError, StoreError) as error:
        print(f"academy: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED
