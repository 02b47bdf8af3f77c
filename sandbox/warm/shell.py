"""The IPython shell in which cells run: a kernel's, without a kernel's sockets."""

import asyncio
import builtins
import getpass
import linecache
import os
import re
import subprocess
import sys
import tempfile
import zlib
from typing import Any, NoReturn

import comm
import ipykernel.zmqshell
from comm.base_comm import BaseComm
from ipykernel.compiler import XCachingCompiler, get_tmp_directory
from IPython.core import page
from IPython.core.autocall import ExitAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from IPython.utils.process import system
from traitlets import Any as AnyTrait
from traitlets import Dict, Instance, Type, default
from traitlets.config import Config

from sandbox.warm.outputs import Recorder, Sink, Stream

MOST_LINES = 20  # of a short traceback
# where IPython changes something: an escape that begins a line or follows "=", a help mark that ends one
_MAGIC = re.compile(r"^\s*[%!?,;/]|=[\s\\]*[%!]|\?\s*$", re.MULTILINE)
_TOKENS = TransformerManager().token_transformers
_HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep


class Hook(DisplayHook):
    """Shows the value of a cell's last expression."""

    def start_displayhook(self) -> None:
        """Begin an output."""
        self.shell.showing = True
        self._output: dict[str, Any] | None = None

    def write_output_prompt(self) -> None:
        """Write no prompt."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Keep the value's representations."""
        self._output = {"data": format_dict, "metadata": md_dict}

    def finish_displayhook(self) -> None:
        """Show them."""
        self.shell.showing = False
        if self._output and self._output["data"]:
            self.shell.recorder.show("execute_result", **self._output, execution_count=self.prompt_count)


class Publisher(DisplayPublisher):
    """Shows what `display` is given."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **kwargs: Any,
    ) -> None:
        """Show representations of an object, or put them in the place of earlier ones."""
        display_id = (transient or {}).get("display_id")
        if not update:
            self.shell.recorder.show("display_data", data, metadata, display_id=display_id)
        elif display_id:
            self.shell.recorder.update(display_id, data, metadata)

    def clear_output(self, wait: bool = False) -> None:
        """Forget what the cell showed."""
        self.shell.recorder.clear(wait=wait)


class Exit(ExitAutocall):
    """``exit`` and ``quit``: the cell ends as it would, and no later one runs."""

    def __call__(self) -> None:
        """Take note."""
        self._ip.ask_exit()


class Cells:
    """What libraries look for in ``get_ipython().kernel``: the cell that runs."""

    def __init__(self) -> None:
        self.message = ""

    def get_parent(self, channel: str | None = None) -> dict[str, Any]:
        """Return the request that the running cell came with."""
        return {"header": {"msg_id": self.message}}


class Compiler(XCachingCompiler):
    """Names cells as a kernel does, by a hash that is not worked out in Python."""

    def get_code_name(self, raw_code: str, code: str, number: int) -> str:
        """Return the name of a cell's file."""
        return os.path.join(get_tmp_directory(), f"{zlib.crc32(raw_code.encode())}.py")


class Transformer(TransformerManager):
    """Looks for magics by tokens only in cells that can have some."""

    def do_token_transforms(self, lines: list[str]) -> list[str]:
        """Return the lines with magics as calls."""
        needless = self.token_transformers == _TOKENS and not _MAGIC.search("".join(lines))
        return lines if needless else super().do_token_transforms(lines)


class CellShell(InteractiveShell):
    """An IPython shell whose outputs go to a `Recorder`."""

    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)
    compiler_class = Type(Compiler)
    input_transformer_manager = Instance(Transformer, ())
    exiter = Instance(ExitAutocall)
    kernel = AnyTrait()
    recorder = Instance(Recorder)
    collected = Dict()
    timed_out: str | None = None
    over = showing = failed_to_show = False

    @default("exiter")
    def _exiter(self) -> ExitAutocall:
        return Exit(self)

    @default("kernel")
    def _kernel(self) -> Cells:
        return Cells()

    @default("recorder")
    def _recorder(self) -> Recorder:
        return Recorder()

    def should_run_async(self, raw_cell: str, **how: Any) -> bool:
        """Tell whether a cell awaits something; whether it may is looked at first, without compiling it."""
        return ("await" in raw_cell or "async" in raw_cell) and super().should_run_async(raw_cell, **how)

    def enable_gui(self, gui: str | None = None) -> None:
        """Do nothing: nobody looks at a window here."""

    def init_hooks(self) -> None:
        """Show nothing in a pager: a kernel hands it to the front end, beside the notebook."""
        super().init_hooks()
        self.set_hook(
            "show_in_pager", page.as_hook(lambda text, start=0, screen_lines=0, pager_cmd=None: None), 99
        )

    def init_virtualenv(self) -> None:
        """Do nothing: the environment is the one that this process runs from."""

    def ask_exit(self) -> None:
        """Run no further cell."""
        self.over = True

    def system_piped(self, cmd: str) -> None:
        """Run a shell command, its output shown as it comes."""
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        command = self.var_expand(cmd, depth=1)
        self.user_ns["_exit_code"] = system(command) if _has_terminals() else _run_plainly(command)

    system = system_piped

    def _get_exc_info(self, exc_tuple: Any = None) -> Any:
        """Return the error without this package's own frames at its end, which say nothing to a learner."""
        etype, value, traceback = super()._get_exc_info(exc_tuple)
        step, last = traceback, None
        while step is not None:
            if not step.tb_frame.f_code.co_filename.startswith(_HERE):
                last = step
            step = step.tb_next
        if last is not None:
            last.tb_next = None
        return etype, value, traceback

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        self.failed_to_show |= self.showing
        if self.timed_out:
            self.recorder.error("CellTimeout", self.timed_out, stb)
        else:
            self.recorder.error(etype.__name__, str(evalue), stb)

    async def run(self, code: str) -> bool:
        """Run one cell as a kernel does, inside a running event loop, and say whether it passed."""
        self.recorder.begin()
        self.showing = self.failed_to_show = False
        self.kernel.message = f"cell-{len(self.recorder.cells)}"
        transformed, problem = code, None
        try:
            transformed = self.transform_cell(code)
        except Exception:  # noqa: BLE001 - whatever a transformer raises is shown as the cell's error
            problem = sys.exc_info()
        if self.should_run_async(code, transformed_cell=transformed, preprocessing_exc_tuple=problem):
            result = None
            try:
                result = await self.run_cell_async(
                    code, store_history=True, transformed_cell=transformed, preprocessing_exc_tuple=problem
                )
            finally:
                self.events.trigger("post_execute")
                self.events.trigger("post_run_cell", result)
        else:
            result = self.run_cell(code, store_history=True)
        await asyncio.sleep(0)
        self.recorder.collect()
        while self.collected:
            self.collected.popitem()[1].answer()
        return result.success and not self.failed_to_show


# rich asks for this name, tqdm for the module, to tell a notebook from a terminal
CellShell.__name__ = ipykernel.zmqshell.ZMQInteractiveShell.__name__


def short_traceback(etype: type, value: BaseException, trace: Any, *rest: Any, **more: Any) -> list[str]:
    """Return the lines of cells that led to an error, and the error; with context it takes far longer."""
    lines = []
    while trace is not None:
        code, number = trace.tb_frame.f_code, trace.tb_lineno
        if code.co_filename in linecache.cache and not os.path.exists(code.co_filename):  # a cell's
            text = linecache.getline(code.co_filename, number).strip()
            where = "" if code.co_name == "<module>" else f" of {code.co_name}"
            lines.append(f"line {number}{where}: {text}")
        trace = trace.tb_next
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES // 2], "…", *lines[-MOST_LINES // 2 :]]
    if isinstance(value, SyntaxError) and value.text:
        lines.append(f"line {value.lineno}: {value.text.strip()}")
    return [*lines, f"{etype.__name__}: {value}"]


class CellComm(BaseComm):
    """A widget's line to a front end that is not there; `Output` widgets collect what is theirs."""

    def publish_msg(
        self,
        msg_type: str,
        data: dict[str, Any] | None = None,
        metadata: dict[str, Any] | None = None,
        buffers: Any = None,
        **keys: Any,
    ) -> None:
        """Look only at the state that tells an `Output` widget to collect, or to stop."""
        state = (data or {}).get("state") or {}
        if "msg_id" not in state:
            return
        cells = CellShell.instance()
        sink: Sink = self.__dict__.setdefault("sink", Sink())
        if state["msg_id"]:
            cells.recorder.hooks.append(sink)
        elif sink in cells.recorder.hooks:
            cells.recorder.hooks.remove(sink)
            cells.collected[self.comm_id] = self

    def answer(self) -> None:
        """Tell the widget what it has collected, as a front end does after the cell."""
        state = {"outputs": list(self.__dict__["sink"].outputs)}
        data = {"method": "update", "state": state, "buffer_paths": []}
        self.handle_msg({"content": {"data": data}, "buffers": []})


def _has_terminals() -> bool:
    """Say whether a terminal can be opened; behind Landlock none can."""
    try:
        for end in os.openpty():
            os.close(end)
    except OSError:
        return False
    return True


def _run_plainly(command: str) -> int:
    """Run a shell command whose output goes to file descriptor 1."""
    return subprocess.run(["/bin/sh", "-c", command], stderr=subprocess.STDOUT, check=False).returncode


def no_input(prompt: object = "") -> NoReturn:
    """Stand in for ``input``.

    Raises
    ------
    StdinNotImplementedError
        Always.
    """
    raise StdinNotImplementedError("input() has nobody to ask here: give the value in the cell instead")


def make() -> CellShell:
    """Return the shell of this process, ready but without streams (see `attach`)."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "linux"
    config.IPKernelApp.tqdm = "present"  # what other libraries ask for
    with tempfile.TemporaryDirectory() as folder:
        profile = ProfileDir.create_profile_dir(os.path.join(folder, "profile"))
        shell = CellShell.instance(config=config, profile_dir=profile, ipython_dir=folder)
    comm.create_comm = CellComm
    return shell


def attach(shell: CellShell) -> None:
    """Send everything that this process shows into the shell's recorder."""
    shell.recorder = Recorder()
    shell.recorder.watch("stdout", 1)
    shell.recorder.watch("stderr", 2)
    sys.stdout, sys.stderr = Stream(shell.recorder, "stdout"), Stream(shell.recorder, "stderr")
    builtins.input = no_input
    getpass.getpass = no_input
