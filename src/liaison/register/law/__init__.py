"""By which rules does an entry stand or fall, and what does it change? A module a subject, one table for all kinds."""
