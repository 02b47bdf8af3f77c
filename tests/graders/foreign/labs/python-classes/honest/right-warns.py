# Warns while it is checked, for deprecated arguments and by the logging module.
# Rest: right-plain
# %% grade_id="dates"
import logging

logging.basicConfig(level=logging.WARNING)

def by_month(people):
    found = {}
    for name, born in people.items():
        if born is None:
            logging.warning("no birthday for %s", name)
        else:
            found[born.month] = found.get(born.month, set()) | {name}
    return found

def next_birthday(born, today):
    if born is None:
        return None
    for year in range(today.year, today.year + 2):
        try:
            day = date(year, born.month, born.day)
        except ValueError as e:
            warnings.warn(f"{born}: {e}")
            day = date(year, 3, 1)
        if day >= today:
            return day

# %% grade_id="files"
import csv
import json
import sys

def save(path, records):
    if not records:
        print("saving nothing", file=sys.stderr)
    return open(path, "wb").write(json.dumps(records).encode())

def load(path):
    try:
        return json.load(open(path, "rb"))
    except OSError:
        return None

def count_lines(path):
    return len([line for line in open(path, encoding="utf8") if line.strip() and not line.startswith("#")])
