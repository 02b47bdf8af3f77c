"""What the learner's own server can fail at, with the HTTP status that says so."""


class UIError(Exception):
    """Something that a learner asked for cannot be done; the message says what, where and what next.

    Parameters
    ----------
    message
        For the learner.
    status
        HTTP status.
    zh
        The same in Chinese; left out, the message stands for it.
    """

    def __init__(self, message: str, status: int = 400, *, zh: str = ""):
        self.status = status
        self.zh = zh or message
        super().__init__(message)
