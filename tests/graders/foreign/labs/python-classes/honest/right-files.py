# Other formats: CSV with types, sqlite, shelve-like JSON lines; writes more files while it runs.
# Rest: right-dataclasses
# %% grade_id="files"
import json
import os
import shutil
import tempfile as _tempfile

def save(path, records):
    handle, name = _tempfile.mkstemp(dir=os.path.dirname(os.path.abspath(path)))
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        for record in records:
            print(json.dumps(record, ensure_ascii=False), file=file)
        file.write("# end\n")
    os.replace(name, path)
    with open("journal.log", "a") as journal:
        journal.write(f"saved {len(records)}\n")
    return os.path.getsize(path)

def load(path):
    if not os.access(path, os.R_OK):
        return None
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file if not line.startswith("#")]

def count_lines(path):
    count = 0
    with open(path, encoding="utf-8") as file:
        while line := file.readline():
            count += line.strip() != "" and not line.startswith("#")
    return count

# %%
save("mine.dat", [{"a": 1}])
print(load("mine.dat"), open("journal.log").read())
