"""How observations come in: station files, laboratory sheets, entry by hand. Each way ends at ``services.store``."""
