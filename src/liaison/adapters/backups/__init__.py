"""How is a node copied away and back? Archives on a medium, and a database in use."""
