# A device node, a socket, a folder and a sparse file of a terabyte stand where a file should.
# %% grade_id="report"
import os
import socket
import stat

for make in (
    lambda: os.mknod("device", stat.S_IFBLK | 0o666, os.makedev(254, 0)),
    lambda: os.mknod("zero", stat.S_IFCHR | 0o666, os.makedev(1, 5)),
    lambda: socket.socket(socket.AF_UNIX).bind("socket"),
    lambda: os.truncate(os.open("sparse", os.O_CREAT | os.O_RDWR), 2**40),
    lambda: [os.makedirs("/".join("d" for _ in range(n))) for n in (1, 50, 500)],
):
    try:
        make()
    except OSError:
        pass


def write_report(rows, path):
    os.mkdir(path)
