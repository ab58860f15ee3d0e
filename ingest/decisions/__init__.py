"""What persons decide, add and give back: checked, kept, carried out, and told in words."""
