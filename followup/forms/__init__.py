"""What may be sent: one file for each place it is sent from."""
