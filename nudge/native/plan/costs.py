"""Costs: what the estimates take a processor to be like. They choose among ways to write a group that do the same.

Cycles were measured on a Zen 5 server core (AMD EPYC 9005, 512-bit vectors); what counts is how they stand to one
another, which other wide cores share.
"""

# -- memory, in bytes
NEAREST_CACHE = 32 << 10
SECOND_CACHE = 1 << 20
FAR_APART = 1024  # from one step of a contraction to the next, which the nearest cache does not like: few of its sets

# -- vectors
LANES = 16  # numbers in one
NARROW = 4  # neighbours, from which on it pays to take them at once
SHORT_ROW = 128  # numbers of a row that is short: vectors may lie across such rows
LONG_AXIS = 64  # numbers that a vector's axis has at least, if its loop is to be parted

# -- work, in cycles unless it says otherwise
FUSED, PLAIN = 32, 16  # multiply-adds of a contraction in a cycle, and other arithmetic
LATENCY = 8  # accumulators that keep two units busy
BROADCAST = 0.15  # for what a step of a tile takes beside its multiply-adds
AFRESH = 0.2  # more for a vector of what the columns read, where each few rows have it from the second cache
STREAMED = 0.5  # for a vector of what the columns read, which comes from the second cache for a few rows
ROWS_LEFT, COLUMNS_LEFT = 0.03, 0.02  # how much dearer what is left over from the tiles makes all, with code of its own
MIXED = 1.4  # how much dearer an axis is that others take apart, if a vector lies along it
SUMMED = 1.2  # how much longer a contraction takes whose operands are both vectors
ACROSS = 2  # to sum the lanes of a vector, several vectors at a time
COPYING = 0.3  # to copy a number to another place
STRIDED, STRIDED_FAR = 1, 10  # to read and write a number apart from its neighbours
SINGLE = 40  # for a function of a number where no vector of such numbers is at hand
CHEAP = 4  # steps of a chain that is rather computed again than stored
DEAR = 12  # arithmetic on a number, from which on it is rather stored than done again

# -- threads, in cycles
LEAST = 200  # of work, below which the first thread does it alone
MEETING = 2500  # for the threads to wait for one another
FROM_AFAR = 0.5  # for a byte to come from one core to another, and back when it is written again
GAIN = 0.9  # of what one thread takes, at most, for threads to share anything
