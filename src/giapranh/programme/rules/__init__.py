"""How duties live: states, time, recurrence, reminders. Values in, values out; no Django, database or clock."""
