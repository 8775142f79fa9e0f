"""Does somebody always answer? Who is on duty, whom to tell when nobody does, checks and exercises. Values in, values out."""
