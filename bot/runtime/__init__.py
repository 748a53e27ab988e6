"""What `qingting run` starts and keeps alive: PostgreSQL, engine, action server, desk."""
