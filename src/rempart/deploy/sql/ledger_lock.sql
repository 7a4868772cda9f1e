-- One writer at a time, up to its commit; readers are not held up.
lock table rempart.deployment_ledger in share row exclusive mode
