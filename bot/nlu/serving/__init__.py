"""How the engine serves: Rasa's own ways where they are cheap, leaner ones where a turn waits for them."""
