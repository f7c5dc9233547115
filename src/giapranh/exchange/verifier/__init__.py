"""The stand-alone verifier: one file that runs without this package."""
