# Tags that make executors step over a cell, or allow its errors.
# %% grade_id="check-clamp" tags="skip-execution"
assert clamp(5, 0, 3) == 3
# %% grade_id="check-clamp-hidden" tags="skip-execution,raises-exception"
4
# %% grade_id="check-standardise" tags="raises-exception"
z = standardise(prices)
# %% grade_id="check-tally" tags="remove_cell,hide_input,skip"
pass
