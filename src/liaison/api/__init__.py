"""The door of programs: REST over the same services and reads as the pages and the command line."""
