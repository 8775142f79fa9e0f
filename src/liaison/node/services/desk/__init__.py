"""What do officers do at their desk? One action, one unit of work, one line of the audit trail."""
