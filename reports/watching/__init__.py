"""What whoever watches the program asks it: numbers, and whether it is ready."""
