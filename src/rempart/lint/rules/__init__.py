"""The rules, one a module: what each finds, why it matters, a bad and a good example."""
