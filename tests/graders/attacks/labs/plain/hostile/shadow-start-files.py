# Files that Python, IPython, pytest and nbgrader run or read when they start.
# %% file="sitecustomize.py"
import os; os.system("touch /tmp/@LEFT@-site")
# %% file="usercustomize.py"
import os; os.system("touch /tmp/@LEFT@-user")
# %% file="a.pth"
import os; os.system("touch /tmp/@LEFT@-pth")
# %% file="conftest.py"
import os; os.system("touch /tmp/@LEFT@-conftest")
# %% file="ipython_config.py"
import os; os.system("touch /tmp/@LEFT@-ipython")
c.InteractiveShellApp.exec_lines = ["np = None"]
# %% file="nbgrader_config.py"
import os; os.system("touch /tmp/@LEFT@-nbgrader")
c = get_config()
c.Autograde.autograde_preprocessors = []
# %% file="jupyter_config.py"
import os; os.system("touch /tmp/@LEFT@-jupyter")
# %% file=".ipython/profile_default/startup/00.py"
import os; os.system("touch /tmp/@LEFT@-startup")
# %% file="pyproject.toml"
[tool.pytest.ini_options]
addopts = "-p evil"
# %% file="templates/feedback/index.html.j2"
<script>@SCRIPT@</script>
# %% grade_id="clamp"
import os

for base in (os.path.expanduser("~"), os.path.expanduser("~root"), os.environ.get("IPYTHONDIR", ".")):
    for name in ("profile_default/startup", ".ipython/profile_default/startup", ".config/python", "."):
        try:
            os.makedirs(f"{base}/{name}", exist_ok=True)
            open(f"{base}/{name}/@LEFT@.py", "w").write("print('@LEFT@')")
        except OSError:
            pass


def clamp(value, low, high):
    return None
