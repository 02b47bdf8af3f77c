# Uses the logging module and prints to stderr, as one is taught to.
# Rest: right-beginner
# %% grade_id="ask_age"
import logging
import sys

logger = logging.getLogger("ask")
logger.addHandler(logging.StreamHandler())

def ask_age():
    while True:
        answer = input("How old are you? ")
        try:
            age = int(answer)
            if age < 0:
                raise ValueError("negative")
        except ValueError as error:
            logger.warning("bad answer: %s", error)
        else:
            print(f"Next year you will be {age + 1}.")
            return age

# %% grade_id="caesar"
def caesar(text, key=3):
    logging.getLogger("caesar").info("not shown")
    if not text.isascii():
        print("only English letters are moved", file=sys.stderr)
    return "".join(
        chr((ord(c) - 97 + key) % 26 + 97) if "a" <= c <= "z" else chr((ord(c) - 65 + key) % 26 + 65) if "A" <= c <= "Z" else c
        for c in text
    )

CODEBOOK = {c: caesar(c) for c in "abcdefghijklmnopqrstuvwxyz"}
