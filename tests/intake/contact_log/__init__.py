"""Is a contact log read as its writer meant it?"""
