# Classes of errors with a metaclass that claims, errors that raise when they are shown, and errors in `__del__`.
# %% grade_id="age"
class Claims(type):
    __instancecheck__ = __subclasscheck__ = lambda self, other: True
    __eq__ = lambda self, other: True
    __hash__ = lambda self: 0
    __mro__ = property(lambda self: (ValueError, Exception))


class Odd(Exception, metaclass=Claims):
    __class__ = property(lambda self: ValueError)

    def __str__(self):
        raise RuntimeError("no text")

    __repr__ = __str__
    __traceback__ = property(lambda self: 1 / 0)


class Falls:
    def __del__(self):
        raise ValueError


def age(text):
    if text == "41":
        return 41
    Falls()
    raise Odd
# %% grade_id="tally"
def tally(words):
    raise ExceptionGroup("g", [Odd(), ValueError()])
# %% grade_id="clamp"
def clamp(value, low, high):
    error = ValueError()
    error.__cause__ = error.__context__ = error
    raise error
