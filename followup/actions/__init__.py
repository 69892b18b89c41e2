"""What changes: one function for each human intention."""
