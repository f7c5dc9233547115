"""Pages of the register. A view loads, calls one verb, and shows the answer or the refusal."""
