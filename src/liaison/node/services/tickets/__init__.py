"""How does a desk's own ticket system get its reports and give its answers back, without a program in between?"""
