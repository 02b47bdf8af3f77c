"""What can go wrong at the door of the hub, in words that say the next step."""


class HubError(Exception):
    """Bad input or a machine that cannot run the hub; the message says what, where and the next command."""


class Refused(HubError):
    """The hub understood and declines."""
