"""What every test has: nothing but the settings yet. The cast is in factories.py."""
