"""By which way do sealed bytes travel? One module a way: peer door, file."""
