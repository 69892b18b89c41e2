"""What a machine sees of followup."""
