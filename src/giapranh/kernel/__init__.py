"""The ground floor: plain Python that every room may use and that uses no room."""
