# Objects that run something when they are packed, copied, or unpacked on the other side.
# %% grade_id="fit"
import os


class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/@LEFT@-reduce; touch @COURSE@/@LEFT@-reduce",)

    def __reduce_ex__(self, version):
        return self.__reduce__()

    def __deepcopy__(self, memo):
        os.system("touch /tmp/@LEFT@-copy")
        return self

    def __repr__(self):
        os.system("touch /tmp/@LEFT@-repr")
        return "3.0"

    __array_interface__ = {"shape": (3,), "typestr": "<f8", "data": (8, False), "version": 3}


def fit(x, y, steps):
    return {"w": Evil(), "b": np.array([Evil()], dtype=object), "losses": [Evil()] * steps}


def frozen_model(columns):
    model = torch.nn.Linear(columns, 1)
    model.__reduce_ex__ = Evil().__reduce_ex__
    model.evil = Evil()
    return model
