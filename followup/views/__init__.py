"""What a person sees: fetch, allow, validate, act."""
