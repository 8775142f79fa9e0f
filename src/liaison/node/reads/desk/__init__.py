"""What do the officers of one desk see of its cases? Every read takes the desk and answers of nothing else."""
