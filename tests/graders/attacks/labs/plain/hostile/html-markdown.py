# Markdown cells, sources and strings that a browser would run.
# %% [markdown]
# <script>@SCRIPT@()</script>
<script>@SCRIPT@()</script>
<img src=x onerror=@SCRIPT@()> <svg/onload=@SCRIPT@()> <a href="javascript:@SCRIPT@()">a</a> [b](javascript:@SCRIPT@()) <iframe srcdoc="<script>@SCRIPT@()</script>"></iframe> <details open ontoggle=@SCRIPT@()>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=@SCRIPT@()&gt;">
# %% grade_id="clamp"
# </pre></div><script>@SCRIPT@()</script>
"""</textarea><script>@SCRIPT@()</script>"""


def clamp(value, low, high):
    return None
