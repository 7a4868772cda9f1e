"""From staging to production: gates, plans, their application, and the record of it all."""
