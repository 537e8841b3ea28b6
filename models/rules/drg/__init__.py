"""Rules on payment by diagnosis-related groups: groups dearer than the case supports."""
