"""Sample money systems, sample trips and readers of trip files: what a demo and a newcomer start with."""
