# Outputs that a browser would run.
# %% grade_id="clamp"
from IPython.display import HTML, SVG, IFrame, Javascript, Latex, Markdown, display

SVG_TEXT = '<svg xmlns="http://www.w3.org/2000/svg" onload="@SCRIPT@()"><script>@SCRIPT@()</script></svg>'
display(HTML("<script>@SCRIPT@()</script><img src=x onerror=@SCRIPT@()><iframe srcdoc='<script>@SCRIPT@</script>'>"))
display(Javascript("@SCRIPT@()"), SVG(SVG_TEXT), Latex("$\\href{javascript:@SCRIPT@()}{x}$"))
display(Markdown("<script>@SCRIPT@()</script> [x](javascript:@SCRIPT@()) ![x](x' onerror='@SCRIPT@())"))
display(IFrame("javascript:@SCRIPT@()", 10, 10))
for kind in ("text/html", "application/javascript", "image/svg+xml", "text/latex", "text/markdown", "application/vnd.jupyter.widget-view+json", "application/x-html"):
    display({kind: "<script>@SCRIPT@()</script>" if "json" not in kind else {"model_id": "</script><script>@SCRIPT@()"}}, raw=True)
display({"image/png": "\"><script>@SCRIPT@()</script>", "image/jpeg": "x' onerror='@SCRIPT@()"}, raw=True)
display({"text/plain": "x"}, raw=True, metadata={"image/png": {"width": "1 onerror=@SCRIPT@()"}})
print("\x1b]8;;javascript:@SCRIPT@()\x1b\\link\x1b]8;;\x1b\\ <script>@SCRIPT@()</script> \x1b[31m</span><script>@SCRIPT@()</script>")


def clamp(value, low, high):
    raise type("<script>@SCRIPT@()</script>", (Exception,), {})("<img src=x onerror=@SCRIPT@()>\x1b[0m</pre><script>@SCRIPT@()</script>")
