# Arrays whose header names a shape that is not there, archives that unpack to gigabytes, members with odd names.
# %% grade_id="keep"
import io
import zipfile

COUNT = []


def header(shape, descr="<f8"):
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape!r}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def keep(path, arrays):
    COUNT.append(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        if len(COUNT) == 1:
            file.writestr("a.npy", header((10**11,)))
        elif len(COUNT) == 2:
            for name in arrays:
                file.writestr(f"{name}.npy", header((2**28,)) + bytes(2**28))
        else:
            file.writestr("../../../tmp/@LEFT@.npy", header((2,)) + bytes(16))
            file.writestr("a.npy", header((2,), "|O") + bytes(16))
    with open(path + ".pt", "wb") as file:
        file.write(b"PK\x03\x04" + bytes(100))
