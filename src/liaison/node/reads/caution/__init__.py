"""What keeps an officer from relying on more than the register says? Keys nobody may seal with, choices, call-backs."""
