"""Pages of the programme room. A view loads, calls one verb, and shows the answer or the refusal."""
