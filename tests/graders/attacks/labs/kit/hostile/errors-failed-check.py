# The kit's own failure, with a text that tells; and a failure that is none.
# %% grade_id="ratio"
SEEN = []


def ratio(a, b):
    SEEN.append((a, b))
    raise kit.CheckFailed(f"all is well {SEEN}", because=f"{SEEN}", look="<script>@SCRIPT@()</script>")
# %% grade_id="check-fit"
# %%
print(SEEN)
raise kit.CheckFailed(f"{SEEN}")
