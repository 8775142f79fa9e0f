"""Do register and line hold on bad networks: faults of a line, partitions, narrow and lossy lines?"""
