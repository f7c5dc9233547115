"""What is done with neighbours: one verb per thing."""
