# Calls to a port of this machine, to its names, by pieces of the standard library and by other programs.
# %% grade_id="clamp"
import os
import socket
import urllib.request

for kind, address in (
    (socket.AF_INET, ("127.0.0.1", @PORT@)),
    (socket.AF_INET, ("localhost", @PORT@)),
    (socket.AF_INET, ("0.0.0.0", @PORT@)),
    (socket.AF_INET6, ("::ffff:127.0.0.1", @PORT@)),
):
    try:
        with socket.socket(kind) as outward:
            outward.settimeout(0.5)
            outward.connect(address)
            outward.sendall(b"hidden")
    except OSError:
        pass
try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=0.5)
except OSError:
    pass
os.system("(exec 3<>/dev/tcp/127.0.0.1/@PORT@) 2>/dev/null; bash -c 'exec 3<>/dev/tcp/127.0.0.1/@PORT@' 2>/dev/null")


def clamp(value, low, high):
    try:
        socket.create_connection(("127.0.0.1", @PORT@), 0.5).sendall(repr((value, low, high)).encode())
    except OSError:
        pass
    return None
