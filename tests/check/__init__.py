"""Is the law read as it stands?"""
