"""Who signed, and for whom is it sealed? Keys, signatures, seals and the words read over the telephone."""
