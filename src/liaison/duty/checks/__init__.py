"""Is anybody there, machine or person? When checks are due, what is asked, what the results say to whom."""
