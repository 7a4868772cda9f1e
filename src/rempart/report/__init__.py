"""What people and programs read: results as text for a terminal, and as JSON."""
