"""Does somebody always answer? Who is on duty, whom to tell when nobody answers, checks of the line."""
