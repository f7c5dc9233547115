"""Taking in a network that a department brings: rivers, what stands on them, stations and their series.

Whatever fits is taken in, whatever does not is one line of the report; the same file again changes nothing.
"""
