"""Pictures of rivers drawn on the server. Plain Python: values in, positions out; templates write the SVG."""
