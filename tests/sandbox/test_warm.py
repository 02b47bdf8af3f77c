"""Cells run in a fork of a warm process, behind a wall, and end where they must."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from sandbox import Bind, Limits, Wall, WallError, WallUnavailable, WarmError, WarmServer, command

LIMITS = Limits(memory_mib=250, processes=30, file_mib=20, open_files=256)


@pytest.fixture(scope="module")
def walled() -> Iterator[WarmServer]:
    wall = Wall(uid=20051, user="ada", limits=LIMITS)
    with WarmServer(("numpy",), wall, workers=2) as server:
        try:
            server.run(["1"])
        except WallUnavailable as error:
            pytest.skip(str(error))
        yield server


@pytest.fixture(scope="module")
def bare() -> Iterator[WarmServer]:
    with WarmServer(("numpy",), tracebacks="minimal") as server:
        yield server


def shown(server: WarmServer, *cells: str, **options) -> list[str]:
    """Run cells and return the text of what the last one showed."""
    results = server.run(cells, **options)
    outputs = results[-1].outputs
    return [o.get("text") or o.get("evalue") or o["data"]["text/plain"] for o in outputs]


def error_of(results) -> tuple[str, str]:
    (error,) = (o for o in results[-1].outputs if o["output_type"] == "error")
    return error["ename"], error["evalue"]


def test_state_lasts_through_a_run_and_no_longer(walled):
    assert shown(walled, "x = 20", "x + 1") == ["21"]
    assert error_of(walled.run(["x"]))[0] == "NameError"


def test_the_wall_is_around_the_cells(walled):
    code = "import os; (os.getpid(), os.environ['USER'], os.getcwd(), os.path.exists('/root/.ssh'))"
    assert shown(walled, code) == ["(2, 'ada', '/home/learner', False)"]
    assert "Read-only file system" in error_of(walled.run(["open('/usr/x', 'w')"]))[1]
    assert error_of(walled.run(["import socket; socket.create_connection(('127.0.0.1', 8000), 2)"]))[0] == (
        "ConnectionRefusedError"
    )


START = "import subprocess, sys; subprocess.run([sys.executable, '-c', ''], check=True)"
MAKE = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)"
LOADING = {
    "an extension module": ("import _testbuffer", "ImportError"),
    "a library": ("import ctypes; ctypes.CDLL('libresolv.so.2')", "OSError"),
    "a program": (START, "PermissionError"),
    "code made on the way": (MAKE, "PermissionError"),
}


@pytest.fixture(scope="module")
def closed() -> Iterator[WarmServer]:
    wall = Wall(uid=20051, user="ada", limits=LIMITS, loads_code=False)
    with WarmServer(("numpy", "ctypes", "mmap", "subprocess"), wall) as server:
        try:
            server.run(["1"])
        except WallUnavailable as error:
            pytest.skip(str(error))
        yield server


@pytest.mark.parametrize("what", LOADING)
def test_behind_a_wall_that_loads_no_code_there_is_what_was_there_before(closed, walled, what):
    code, error = LOADING[what]
    assert error_of(closed.run([code]))[0] == error
    assert closed.run(["import numpy as np; np.linalg.inv(np.eye(3)) @ np.random.default_rng(0).random(3)"])[
        0
    ].ok
    assert walled.run([code])[0].ok


def test_a_program_needs_to_load_code():
    with pytest.raises(WallError, match="loads no code"):
        command(Wall(loads_code=False), ["/bin/true"])


TRY_TO_LEAVE = """
import os, pathlib
found = []
for place in ('/tmp', '/dev/shm', '/home/learner', '/', '/etc', '/dev', '/srv/lab', '/proc/1/cwd'):
    there = os.path.exists(place + '/left')
    try:
        pathlib.Path(place, 'left').write_text('x')
        found.append((there, 'written'))
    except OSError as error:
        found.append((there, error.strerror))
processes = sorted(name for name in os.listdir('/proc') if name.isdecimal())
print((found, processes, open('/srv/lab/table.csv').read()), end='')
"""


def test_a_root_that_is_used_again_starts_empty_where_it_can_be_written(tmp_path):
    handed_out = tmp_path / "table.csv"
    handed_out.write_text("old")
    wall = Wall(uid=20051, user="ada", binds=(Bind(handed_out, Path("/srv/lab/table.csv")),))
    read_only = [(False, "Read-only file system")] * 4
    wanted = [(False, "written")] * 3 + read_only + [(False, "Permission denied")]
    with WarmServer((), wall) as server:
        try:
            told = [shown(server, TRY_TO_LEAVE) for _ in range(4)]
        except WallUnavailable as error:
            pytest.skip(str(error))
        assert told == [[repr((wanted, ["1", "2"], "old"))]] * 4
        new = tmp_path / "new.csv"
        new.write_text("new")
        new.replace(handed_out)
        assert shown(server, TRY_TO_LEAVE) == [repr((wanted, ["1", "2"], "new"))]


def test_a_wall_may_show_a_thousand_files(tmp_path):
    binds = []
    for number in range(1000):
        file = tmp_path / f"measurements-of-machine-number-{number:04}.csv"
        file.touch()
        binds.append(Bind(file, Path("/srv/lab", file.name)))
    with WarmServer((), Wall(uid=20051, binds=tuple(binds))) as server:
        try:
            assert shown(server, "import os; len(os.listdir('/srv/lab'))") == ["1000"]
        except WallUnavailable as error:
            pytest.skip(str(error))


def test_the_callers_environment_stays_outside(walled, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "x")
    with WarmServer(()) as server:
        assert shown(server, "import os; 'SECRET_OF_THE_CALLER' in os.environ") == ["False"]
    assert shown(walled, "import os; os.environ['GIVEN']", env={"GIVEN": "yes"}) == ["'yes'"]


def test_a_wall_of_ones_own_for_one_run(walled, tmp_path):
    assert shown(walled, "import os; os.environ['USER']", wall=Wall(uid=20052, user="bob")) == ["'bob'"]


def test_the_folder_of_a_run(bare, tmp_path):
    (tmp_path / "beside.py").write_text("VALUE = 3")
    assert shown(bare, "import beside; beside.VALUE", cwd=tmp_path) == ["3"]
    with pytest.raises(WallError, match="/no/such/folder"):
        bare.run(["1"], cwd=Path("/no/such/folder"))


def test_an_error_stops_the_run_unless_told_otherwise(bare):
    cells = ["1 / 0", "'after'"]
    assert [r.ok for r in bare.run(cells)] == [False]
    assert [r.ok for r in bare.run(cells, stop_on_error=False)] == [False, True]


def test_minimal_tracebacks_show_the_lines_that_led_to_the_error(bare):
    (error,) = bare.run(["def f(x):\n    return 1 / x\nf(0)"])[0].outputs
    assert error["ename"] == "ZeroDivisionError"
    assert error["traceback"] == [
        "line 3: f(0)",
        "line 2 of f: return 1 / x",
        "ZeroDivisionError: division by zero",
    ]


def test_results_come_as_they_are_ready(bare):
    seen = []
    bare.run(["import time", "time.sleep(0.5)"], on_cell=lambda i, r: seen.append((i, time.monotonic())))
    assert [i for i, _ in seen] == [0, 1]
    assert seen[1][1] - seen[0][1] > 0.4


def test_random_numbers_differ_from_run_to_run(bare):
    code = "import random, numpy; (random.random(), numpy.random.rand())"
    assert shown(bare, code) != shown(bare, code)


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time; time.sleep(60)",
        "import asyncio; await asyncio.sleep(60)",
        "try:\n    while True: pass\nexcept Exception:\n    pass",
    ],
)
def test_a_cell_that_takes_too_long_is_stopped(walled, code):
    results = walled.run(["print('before')\n" + code, "1"], timeout=0.5)
    assert len(results) == 1
    assert results[0].outputs[0]["text"] == "before\n"
    assert error_of(results) == ("CellTimeout", "the cell ran longer than 0.5 s and was stopped")
    assert "sandbox" not in "".join(results[0].outputs[-1]["traceback"])


def test_after_a_timeout_the_next_cell_can_run(walled):
    results = walled.run(["while True: pass", "'alive'"], timeout=0.5, stop_on_error=False)
    assert [r.ok for r in results] == [False, True]


def test_a_cell_that_does_not_let_itself_be_stopped_is_killed(walled):
    code = "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    results = walled.run([code, "1"], timeout=0.3)
    assert error_of(results)[0] == "CellTimeout"
    assert "was killed" in error_of(results)[1]


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import os; os.abort()", "SIGABRT"),
    ],
)
def test_a_crash_is_named_and_ends_only_its_run(walled, code, reason):
    results = walled.run(["1", code, "2"])
    assert [r.ok for r in results] == [True, False]
    assert error_of(results)[0] == "DeadKernelError"
    assert reason in error_of(results)[1]
    assert shown(walled, "'fine'") == ["'fine'"]


def test_exit_ends_the_run_after_its_cell(bare):
    results = bare.run(["print(1)\nexit()", "2"])
    assert [r.ok for r in results] == [True, False]
    assert "exit()" in error_of(results)[1]
    assert [r.ok for r in bare.run(["exit()"])] == [True]


def test_sys_exit_is_an_error_of_its_cell(bare):
    assert error_of(bare.run(["import sys; sys.exit(2)"])) == ("SystemExit", "2")


def test_an_allocation_beyond_the_limit_fails_in_the_cell(walled):
    assert error_of(walled.run(["bytearray(400 << 20)"]))[0] == "MemoryError"


def test_memory_of_all_processes_together_is_limited(walled):
    code = (
        "import os, time\n"
        "for _ in range(4):\n"
        "    if os.fork() == 0: kept = bytearray(120 << 20); time.sleep(30)\n"
        "time.sleep(30)"
    )
    name, text = error_of(walled.run([code]))
    assert name == "MemoryLimitExceeded"
    assert "250 MiB" in text


def test_a_fork_bomb_hits_its_limit(walled):
    results = walled.run(["import os\nwhile True: os.fork()"], timeout=5)
    assert error_of(results)[0] in ("BlockingIOError", "CellTimeout")
    assert shown(walled, "'fine'") == ["'fine'"]


def test_files_and_open_files_are_limited(walled):
    assert error_of(walled.run(["open('/tmp/x', 'wb').truncate(30 << 20)"]))[0] == "OSError"
    assert error_of(walled.run(["import os\nkept = [os.dup(0) for _ in range(300)]"]))[0] == "OSError"


def test_what_programs_write_is_shown_in_its_place(bare):
    code = (
        "import os, subprocess, sys\nprint('one'); os.system('echo two'); print('three')\n"
        "subprocess.run(['sh', '-c', 'echo four; echo err >&2']); os.write(1, b'five');"
    )
    results = bare.run([code, "print('six')"])
    text = {o["name"]: o["text"] for o in results[0].outputs}
    assert text == {"stdout": "one\ntwo\nthree\nfour\nfive", "stderr": "err\n"}
    assert results[1].outputs[0]["text"] == "six\n"


def test_a_flood_of_output_is_cut(walled):
    results = walled.run(["for _ in range(20000): print('x' * 1000)", "'after'"])
    assert len(results[0].outputs[0]["text"]) < 5 << 20
    assert "output cut here" in results[0].outputs[0]["text"]
    assert results[1].ok


def test_a_flood_past_python_is_cut_too(walled):
    results = walled.run(["import os\nfor _ in range(3000): os.write(1, b'y' * 5000)", "'after'"])
    assert len(results[0].outputs[0]["text"]) < 5 << 20
    assert results[1].ok


def test_pictures_without_end_are_cut(bare):
    code = "for _ in range(50): display({'text/plain': '', 'text/html': 'z' * 1000000}, raw=True)"
    results = bare.run([code])
    assert results[0].outputs[-1]["name"] == "stderr"
    assert len(results[0].outputs) < 40


FORGE = """
import os, socket, struct
for number in map(int, os.listdir('/proc/self/fd')):
    try:
        channel = socket.socket(fileno=os.dup(number))
    except OSError:
        continue
    {sent}
    channel.close()
"""


@pytest.mark.parametrize(
    "sent",
    [
        "channel.sendall(struct.pack('!I', 1 << 31))",
        "channel.sendall(struct.pack('!I', 9) + b'not json!')",
        "m = b'{\"cell\": 7}'; channel.sendall(struct.pack('!I', len(m)) + m)",
        "m = b'{\"refused\": \"x\"}'; channel.sendall(struct.pack('!I', len(m)) + m)",
        "m = b'{\"cell\": 0, \"outputs\": 3}'; channel.sendall(struct.pack('!I', len(m)) + m)",
    ],
)
def test_forged_messages_are_not_believed(walled, sent):
    results = walled.run([FORGE.format(sent=sent), "1"])
    assert error_of(results)[0] == "DeadKernelError"
    assert shown(walled, "'fine'") == ["'fine'"]


def test_a_caller_that_goes_away_ends_the_run(bare, tmp_path):
    class Enough(Exception):
        pass

    def leave(index, result):
        raise Enough

    mark = tmp_path / "still-here"
    code = f"import time, pathlib\nwhile True:\n    pathlib.Path({str(mark)!r}).touch(); time.sleep(0.05)"
    with pytest.raises(Enough):
        bare.run(["1", code], on_cell=leave)
    time.sleep(1.0)
    mark.unlink(missing_ok=True)
    time.sleep(0.3)
    assert not mark.exists()


def test_nothing_stays_behind_after_a_run(bare, tmp_path):
    mark = tmp_path / "still-here"
    later = f"['sh', '-c', 'sleep 1; touch {mark}']"
    bare.run([f"import subprocess; subprocess.Popen({later}, start_new_session=True);"])
    time.sleep(1.3)
    assert not mark.exists()


def test_runs_at_the_same_time(walled):
    results: dict[int, list[str]] = {}

    def run(number: int) -> None:
        results[number] = shown(walled, f"import time; time.sleep(0.2); {number}")

    threads = [threading.Thread(target=run, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {n: [str(n)] for n in range(6)}


def test_two_workers_overlap_and_one_does_not(walled, bare):
    def seconds(server: WarmServer) -> float:
        threads = [
            threading.Thread(target=server.run, args=(["import time; time.sleep(0.6)"],)) for _ in range(2)
        ]
        started = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - started

    assert seconds(bare) > 1.2
    assert seconds(walled) < seconds(bare)


def test_input_says_that_nobody_is_there(bare):
    name, text = error_of(bare.run(["input('name? ')"]))
    assert name == "StdinNotImplementedError"
    assert "give the value in the cell" in text


def test_inside_no_process_can_read_the_keepers_memory(walled):
    for name in ("mem", "environ"):
        assert error_of(walled.run([f"open('/proc/1/{name}', 'rb').read()"]))[0] == "PermissionError"


def test_an_import_that_fails_is_told():
    with WarmServer(("no_such_module",)) as server, pytest.raises(WarmError, match="no_such_module"):
        server.run(["1"])


def test_a_closed_server_says_so():
    server = WarmServer(())
    with server:
        server.run(["1"])
        os.kill(server._process.pid, 9)
        server._process.wait()
        with pytest.raises(WarmError, match="start a new one"):
            server.run(["1"])


def test_who_closes_a_server_ends_its_runs_for_good(tmp_path):
    mark, server = tmp_path / "running", WarmServer(())
    closer = threading.Thread(target=lambda: (wait_for(mark), server.close()))
    closer.start()
    with pytest.raises(WarmError, match="start a new one"):
        server.run([f"import pathlib, time\npathlib.Path({str(mark)!r}).touch()\ntime.sleep(60)"])
    closer.join()
    with pytest.raises(WarmError, match="closed"):
        server.run(["1"])
    assert server._process is None


def wait_for(path):
    while not path.exists():
        time.sleep(0.02)


def test_a_warm_process_that_ends_takes_its_runs_along_and_is_blamed(tmp_path):
    mark = tmp_path / "still-here"
    code = f"import time, pathlib\nwhile True:\n    pathlib.Path({str(mark)!r}).touch(); time.sleep(0.05)"
    with WarmServer(()) as server:
        server.ready()

        def end() -> None:
            wait_for(mark)
            os.kill(server._process.pid, 9)

        killer = threading.Thread(target=end)
        killer.start()
        with pytest.raises(WarmError, match="start a new one"):
            server.run([code])
        killer.join()
    mark.unlink()
    time.sleep(0.3)
    assert not mark.exists()


def test_a_wall_that_cannot_be_built_is_told(walled):
    with pytest.raises(WallError, match="/no/home"):
        walled.run(["1"], wall=Wall(uid=20051, home=Path("/no/home")))


def test_training_with_torch_behind_a_wall():
    draw = "import torch; torch.rand(3).tolist()"
    train = (
        "model = torch.nn.Linear(3, 1); optimiser = torch.optim.Adam(model.parameters())\n"
        "model(torch.ones(1, 3)).sum().backward(); optimiser.step()\n"
        "[batch.tolist() for batch in torch.utils.data.DataLoader(range(4), batch_size=2, num_workers=1)]"
    )
    wall = Wall(uid=20051, limits=Limits(memory_mib=1500, processes=64))
    with WarmServer(("torch",), wall) as server:
        try:
            first, trained = server.run([draw, train])
        except WallUnavailable as error:
            pytest.skip(str(error))
        assert trained.outputs[-1]["data"]["text/plain"] == "[[0, 1], [2, 3]]"
        assert first.outputs != server.run([draw])[0].outputs


BUILDING = """
import os, time
from sandbox import Wall, root, syscalls
syscalls.unshare = lambda flags: None
root._build = lambda *_, **__: (print(os.getpid(), flush=True), time.sleep(60))
root.template(Wall(), 65533, 65533)
"""


def test_who_builds_a_root_ends_with_who_asked_for_it():
    with subprocess.Popen([sys.executable, "-c", BUILDING], stdout=subprocess.PIPE, text=True) as asking:
        builder = psutil.Process(int(asking.stdout.readline()))
        asking.kill()
    builder.wait(10)
