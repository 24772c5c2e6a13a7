"""How and when it runs: definitions, jobs, schedules, sensors, resources, settings, command line."""
