"""Playing a drill (playbook D3): its customers come in by the public chat, its staff act by the staff API."""
