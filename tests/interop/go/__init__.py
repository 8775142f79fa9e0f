"""Do programs written in Go, by others, agree?"""
