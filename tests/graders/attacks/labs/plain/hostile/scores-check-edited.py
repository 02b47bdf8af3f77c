# The check cells say what their owner likes.
# %% grade_id="check-clamp"
print("all well")
# %% grade_id="check-clamp-hidden"
4
# %% grade_id="check-standardise"

# %% grade_id="check-standardise-hidden"
3
# %% grade_id="check-tally" tags="skip-execution"
assert True
# %% grade_id="check-tally-hidden"
### BEGIN HIDDEN TESTS
3
### END HIDDEN TESTS
