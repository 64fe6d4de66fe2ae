"""In which class must a supervisor see a debt, at least? Told place by place."""
