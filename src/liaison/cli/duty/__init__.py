"""Which commands of duty are there? `liaison duty now|show|override`."""
