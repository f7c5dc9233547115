"""What the demo starts from: a dispatch written for it, in the real form."""
