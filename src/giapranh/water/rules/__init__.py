"""Rules of the rivers: values in, values out. No Django, no database, no clock."""
