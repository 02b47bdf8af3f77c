# What is awaited is of the learner's making: it is its own result, never ends, or comes back as something else.
# %% grade_id="later"
class Always(int):
    def __eq__(self, other):
        return True

    def __await__(self):
        yield
        return self

    __hash__ = int.__hash__


class Endless:
    def __await__(self):
        while True:
            yield


turns = iter([Always, Endless, lambda: asyncio.sleep(10**6), lambda: asyncio.get_event_loop().create_future()] * 9)


def later(values):
    return next(turns)()
